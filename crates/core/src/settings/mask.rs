//! URLs without the passwords in them.

use crate::secret::REDACTED;

/// `url` with the password of its user part, and each query parameter that names a secret,
/// replaced. Errs on the side of hiding: a password with an unescaped `@` or `/` is hidden whole.
pub fn mask_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let masked = mask_query(&mask_password(rest));
    format!("{scheme}://{masked}")
}

fn mask_password(rest: &str) -> String {
    let masked = rest.rsplit_once('@').and_then(|(before, host)| {
        let (user, password) = before.split_once(':')?;
        // `host:8000/a@b` has no password, but a port.
        let is_port = password
            .split_once('/')
            .is_some_and(|(port, _)| port.bytes().all(|byte| byte.is_ascii_digit()));
        (!is_port).then(|| format!("{user}:{REDACTED}@{host}"))
    });
    masked.unwrap_or_else(|| rest.to_owned())
}

fn mask_query(rest: &str) -> String {
    let Some((before, query)) = rest.split_once('?') else {
        return rest.to_owned();
    };
    let masked: Vec<String> = query.split('&').map(mask_parameter).collect();
    format!("{before}?{}", masked.join("&"))
}

fn mask_parameter(parameter: &str) -> String {
    let name = parameter.split('=').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let secret = ["pass", "pwd", "secret", "token", "key"]
        .iter()
        .any(|word| lower.contains(word));
    if secret && parameter.len() > name.len() {
        format!("{name}={REDACTED}")
    } else {
        parameter.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden_and_nothing_else() {
        for (url, shown) in [
            (
                "postgres://u:p@db:5432/app",
                "postgres://u:[redacted]@db:5432/app",
            ),
            (
                "postgres://u:p/w@x@db/app",
                "postgres://u:[redacted]@db/app",
            ),
            ("redis://:pw@cache", "redis://:[redacted]@cache"),
            ("postgres://u@db/app", "postgres://u@db/app"),
            ("http://h:80/a@b", "http://h:80/a@b"),
            ("http://h:80", "http://h:80"),
            ("sqlite://ashlar.db?mode=rwc", "sqlite://ashlar.db?mode=rwc"),
            (
                "postgres://db/a?user=u&password=p&sslmode=require",
                "postgres://db/a?user=u&password=[redacted]&sslmode=require",
            ),
            ("no url: a@b", "no url: a@b"),
        ] {
            assert_eq!(mask_url(url), shown);
        }
    }
}

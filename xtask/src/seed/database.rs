//! Which database is filled.

use std::path::Path;

/// The URL with a path that does not depend on the working directory.
pub(super) fn located(url: &str, root: &Path) -> String {
    let Some(rest) = url.strip_prefix("sqlite:") else {
        return url.to_owned();
    };
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.starts_with('/') || path.starts_with(':') {
        return url.to_owned();
    }
    format!("sqlite://{}", root.join(path).display())
}

/// The URL without its password.
pub(super) fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    match authority.rsplit_once('@') {
        Some((user, _)) => {
            let name = user.split(':').next().unwrap_or(user);
            format!("{scheme}://{name}:…{}", &rest[user.len()..])
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_workspaces_wherever_the_server_runs() {
        let located = |url| located(url, Path::new("/srv"));
        let file = "sqlite:///srv/ashlar.db?mode=rwc";
        assert_eq!(located("sqlite://ashlar.db?mode=rwc"), file);
        assert_eq!(located("sqlite:ashlar.db?mode=rwc"), file);
        for stays in [
            "sqlite:///tmp/a.db",
            "sqlite::memory:",
            "postgres://localhost/a",
        ] {
            assert_eq!(located(stays), stays);
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(
            shown("postgres://ann:p@ss@db:5432/a?x=y@z"),
            "postgres://ann:…@db:5432/a?x=y@z"
        );
        for public in ["postgres://localhost/a", "sqlite://ashlar.db?mode=rwc"] {
            assert_eq!(shown(public), public);
        }
    }
}

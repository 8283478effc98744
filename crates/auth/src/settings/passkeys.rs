//! For which site passkeys are.

use ashlar_core::settings::{AppSettings, Environment, HttpSettings, Reader};

/// What a site that only this machine reaches is called: browsers take no address for it.
const LOCAL: &str = "localhost";

/// For which site passkeys and authenticator apps are.
#[derive(Clone, Debug)]
pub struct PasskeySettings {
    /// `APP_NAME`: what devices call it.
    pub name: String,
    /// `AUTH_PASSKEY_RP_ID`: the domain that passkeys are for, with all below it. Passkeys made for
    /// another are lost when it changes. Default: the host of `BACKEND_URL`, or localhost.
    pub relying_party_id: String,
    /// `AUTH_PASSKEY_ORIGINS`: the origins (RFC 6454) of the pages on which passkeys may be used.
    /// Default: those of `BACKEND_URL` and `FRONTEND_URL`.
    pub origins: Vec<String>,
}

impl PasskeySettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let name = AppSettings::read(reader).name;
        let http = HttpSettings::read(reader);
        reader.section("Auth");
        let (backend, frontend) = (http.site_url(http.port), http.frontend_url);
        let host = host(&backend).unwrap_or(LOCAL).to_owned();
        let relying_party_id = reader
            .var("AUTH_PASSKEY_RP_ID", "The domain that passkeys are for")
            .check(|id: &String| is_domain(id))
            .default_as("the host of BACKEND_URL, or localhost", host);
        let defaults = [&backend, &frontend].map(|url| origin(url)).to_vec();
        let in_production = reader.environment() == Environment::Production;
        let origins = reader
            .var(
                "AUTH_PASSKEY_ORIGINS",
                "Origins of the pages on which passkeys may be used",
            )
            .check(move |origins: &Vec<String>| {
                (origins.iter()).try_for_each(|origin| is_origin(origin, in_production))
            })
            .default_as("those of BACKEND_URL and FRONTEND_URL", defaults);
        Self {
            name,
            relying_party_id,
            origins,
        }
    }
}

/// The host of `url`, if it is a name: an address is no domain.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let host = authority.split(':').next()?;
    is_domain(host).is_ok().then_some(host)
}

/// The origin of `url`; of a machine's own address that of its name.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority
        .replace("127.0.0.1", LOCAL)
        .replace("[::1]", LOCAL);
    let default_port = if scheme == "http" { ":80" } else { ":443" };
    let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
    format!("{scheme}://{}", authority.to_ascii_lowercase())
}

fn is_domain(text: &str) -> Result<(), String> {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    let last = text.rsplit('.').next().unwrap_or_default();
    let is_name = last.bytes().any(|byte| byte.is_ascii_lowercase());
    match is_name && text.bytes().all(plain) {
        true => Ok(()),
        false => Err("must be a domain in lower case, as example.com".to_owned()),
    }
}

fn is_origin(text: &str, in_production: bool) -> Result<(), String> {
    let (scheme, authority) = text.split_once("://").unwrap_or_default();
    let is_whole = !authority.is_empty() && origin(text) == text;
    let is_local = host(text) == Some(LOCAL);
    match scheme {
        "https" if is_whole => Ok(()),
        "http" if is_whole && (is_local || !in_production) => Ok(()),
        _ => Err("must be origins as https://example.com, without path and slash".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use ashlar_core::settings::{Problems, Source};

    use super::*;

    fn read<const N: usize>(pairs: [(&str, &str); N]) -> Result<PasskeySettings, Problems> {
        let mut reader = Reader::new(Source::from_pairs(pairs));
        let settings = PasskeySettings::read(&mut reader);
        reader.finish().map(|_| settings)
    }

    #[test]
    fn on_ones_own_machine_it_is_localhost() {
        let settings = read([]).unwrap();
        assert_eq!(settings.relying_party_id, "localhost");
        assert_eq!(
            settings.origins,
            ["http://localhost:8000", "https://localhost:5174"]
        );
    }

    #[test]
    fn the_default_is_where_the_api_and_its_site_are() {
        let pairs = [
            ("BACKEND_URL", "https://api.example.com/v1/"),
            ("FRONTEND_URL", "https://www.example.com:443"),
        ];
        let settings = read(pairs).unwrap();
        assert_eq!(settings.relying_party_id, "api.example.com");
        assert_eq!(
            settings.origins,
            ["https://api.example.com", "https://www.example.com"]
        );
    }

    #[test]
    fn what_is_no_domain_or_origin_is_a_problem() {
        for (name, value) in [
            ("AUTH_PASSKEY_RP_ID", "https://example.com"),
            ("AUTH_PASSKEY_RP_ID", "10.0.0.1"),
            ("AUTH_PASSKEY_ORIGINS", "https://example.com/"),
            ("AUTH_PASSKEY_ORIGINS", "https://example.com,example.com"),
            ("AUTH_PASSKEY_ORIGINS", "ftp://example.com"),
        ] {
            let problems = read([(name, value)]).unwrap_err().to_string();
            assert!(problems.contains(name), "{problems}");
        }
        let origins = "https://example.com, http://localhost:3000";
        assert_eq!(
            read([("AUTH_PASSKEY_ORIGINS", origins)])
                .unwrap()
                .origins
                .len(),
            2
        );
    }
}

//! What auth is told by its environment.

mod hashing;
mod page;
mod sessions;

use std::time::Duration;

use argon2::Params;
use ashlar_core::settings::Reader;

pub use page::PageSettings;
pub use sessions::SessionSettings;

/// How tokens are made and passwords hashed.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    /// `AUTH_ISSUER`: the `iss` of our tokens (RFC 7519, 4.1.1). Default: ashlar.
    pub issuer: String,
    /// `AUTH_AUDIENCE`: the `aud` of our tokens (RFC 7519, 4.1.3). Default: ashlar.
    pub audience: String,
    /// `ACCESS_TOKEN_EXPIRE_MINUTES`: how long an access token lives, in whole seconds.
    /// Default: 30 minutes.
    pub access_token_lifetime: Duration,
    /// `AUTH_ARGON2_MEMORY_KIB`, `AUTH_ARGON2_ITERATIONS`, `AUTH_ARGON2_PARALLELISM`: what hashing
    /// a password costs. Default: 19456 KiB, 2, 1 (OWASP's first choice for argon2id).
    pub argon2: Params,
    /// `AUTH_PAGE`: the sign-in page.
    pub page: PageSettings,
    /// `AUTH_SESSION_…`: how long sign-ins last.
    pub sessions: SessionSettings,
}

impl AuthSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Auth");
        Self {
            issuer: reader
                .var("AUTH_ISSUER", "The issuer (iss) of access tokens")
                .default("ashlar".to_owned()),
            audience: reader
                .var("AUTH_AUDIENCE", "The audience (aud) of access tokens")
                .default("ashlar".to_owned()),
            access_token_lifetime: reader
                .minutes(
                    "ACCESS_TOKEN_EXPIRE_MINUTES",
                    "Minutes that an access token lives",
                )
                .range(Duration::from_secs(1)..=Duration::from_secs(24 * 60 * 60))
                .default(Duration::from_secs(30 * 60)),
            argon2: hashing::read(reader),
            page: PageSettings::read(reader),
            sessions: SessionSettings::read(reader),
        }
    }
}

#[cfg(test)]
mod tests {
    use ashlar_core::settings::{Problems, Source};

    use super::*;

    fn read<const N: usize>(pairs: [(&str, &str); N]) -> Result<AuthSettings, Problems> {
        let mut reader = Reader::new(Source::from_pairs(pairs));
        let settings = AuthSettings::read(&mut reader);
        reader.finish().map(|_| settings)
    }

    #[test]
    fn the_defaults_are_owasps() {
        let settings = read([]).unwrap();
        assert_eq!(settings.argon2.m_cost(), 19456);
        assert_eq!(settings.argon2.t_cost(), 2);
        assert_eq!(settings.argon2.p_cost(), 1);
        assert_eq!(settings.access_token_lifetime, Duration::from_secs(1800));
    }

    #[test]
    fn what_cannot_be_hashed_with_is_a_problem() {
        let pairs = [
            ("AUTH_ARGON2_MEMORY_KIB", "16"),
            ("AUTH_ARGON2_PARALLELISM", "4"),
        ];
        let problems = read(pairs).unwrap_err().to_string();
        assert!(problems.contains("AUTH_ARGON2_MEMORY_KIB"), "{problems}");
        assert!(read([("ACCESS_TOKEN_EXPIRE_MINUTES", "0")]).is_err());
    }
}

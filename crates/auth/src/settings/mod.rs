//! What auth is told by its environment.

mod hashing;
mod sessions;
mod throttle;

use std::time::Duration;

use argon2::Params;
use ashlar_core::settings::Reader;

pub use sessions::SessionSettings;
pub use throttle::ThrottleSettings;

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
    /// `AUTH_SESSION_…`: how long sign-ins last.
    pub sessions: SessionSettings,
    /// `AUTH_ACCOUNT_…`, `AUTH_ADDRESS_…`: how often something may be guessed.
    pub throttle: ThrottleSettings,
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
            sessions: SessionSettings::read(reader),
            throttle: ThrottleSettings::read(reader),
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
    fn guesses_are_throttled_by_default_and_cannot_be_let_run() {
        let throttle = read([]).unwrap().throttle;
        assert_eq!(throttle.account_attempts, 5);
        assert_eq!(throttle.account_max_delay, Duration::from_secs(15 * 60));
        assert_eq!(throttle.address_attempts, 10_000);
        let production = read([("APP_ENV", "production")]).unwrap().throttle;
        assert_eq!(production.account_attempts, 5);
        assert_eq!(production.address_attempts, 100);
        assert_eq!(production.address_attempts_per_minute, 20);
        for (name, lax) in [
            ("AUTH_ACCOUNT_ATTEMPTS", "21"),
            ("AUTH_ACCOUNT_ATTEMPTS", "1"),
            ("AUTH_ACCOUNT_MAX_DELAY", "59"),
            ("AUTH_ADDRESS_ATTEMPTS", "0"),
            ("AUTH_ADDRESS_ATTEMPTS_PER_MINUTE", "0"),
        ] {
            let problems = read([(name, lax)]).unwrap_err().to_string();
            assert!(problems.contains(name), "{problems}");
        }
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

//! What auth is told by its environment.

mod api_keys;
mod cookies;
mod hashing;
mod mail_links;
mod oauth;
mod page;
mod passkeys;
mod roles;
mod sealing;
mod second_factor;
mod sessions;
mod throttle;
mod token_keys;

use std::time::Duration;

use argon2::Params;
use ashlar_core::settings::Reader;

pub use api_keys::ApiKeySettings;
pub use cookies::CookieSettings;
pub use mail_links::MailLinkSettings;
pub use oauth::{Endpoints, OauthSettings, Place, ProviderSettings, UserinfoFields};
pub use page::PageSettings;
pub use passkeys::PasskeySettings;
pub use roles::RoleSettings;
pub use sealing::SealingSettings;
pub use second_factor::SecondFactorSettings;
pub use sessions::SessionSettings;
pub use throttle::ThrottleSettings;
pub use token_keys::TokenKeys;

pub(crate) use roles::VARIABLE as ROLES;

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
    /// `AUTH_JWT_ALGORITHM`, `AUTH_JWT_KEYS`: what access tokens are signed with. Default: HS256,
    /// with a key derived from `SECRET_KEY`.
    pub token_keys: TokenKeys,
    /// `AUTH_ROLES`: roles besides `user` and `admin`. Default: none.
    pub roles: RoleSettings,
    /// `AUTH_ARGON2_MEMORY_KIB`, `AUTH_ARGON2_ITERATIONS`, `AUTH_ARGON2_PARALLELISM`: what hashing
    /// a password costs. Default: 19456 KiB, 2, 1 (OWASP's first choice for argon2id).
    pub argon2: Params,
    /// `AUTH_PASSWORD_WORDS`: what a password must be more than. Default: `APP_NAME`.
    pub password_words: Vec<String>,
    /// `AUTH_API_KEY_…`: how long API keys live.
    pub api_keys: ApiKeySettings,
    /// `AUTH_COOKIE_SECURE`: how browsers keep them.
    pub cookies: CookieSettings,
    /// `AUTH_PAGE_URL`, `AUTH_VERIFY_…`, `AUTH_RESET_…`: the links in mails.
    pub mail_links: MailLinkSettings,
    /// `AUTH_PASSKEY_…`: for which site passkeys are.
    pub passkeys: PasskeySettings,
    /// `OAUTH_…`, `AUTH_REDIRECT_URLS`: signing in by providers.
    pub oauth: OauthSettings,
    /// `AUTH_TOKEN_KEYS`: what seals the secrets that the database keeps.
    pub sealing: SealingSettings,
    /// `AUTH_SECOND_FACTOR_REQUIRED`: what permissions ask for.
    pub second_factor: SecondFactorSettings,
    /// `AUTH_PAGE`: the sign-in page.
    pub page: PageSettings,
    /// `AUTH_SESSION_…`: how long sign-ins last.
    pub sessions: SessionSettings,
    /// `AUTH_ACCOUNT_…`, `AUTH_ADDRESS_…`: how often something may be guessed.
    pub throttle: ThrottleSettings,
}

impl AuthSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Auth");
        let settings = Self {
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
            token_keys: TokenKeys::read(reader),
            roles: RoleSettings::read(reader),
            argon2: hashing::read(reader),
            password_words: hashing::words(reader),
            api_keys: ApiKeySettings::read(reader),
            cookies: CookieSettings::read(reader),
            mail_links: MailLinkSettings::read(reader),
            passkeys: PasskeySettings::read(reader),
            sealing: SealingSettings::read(reader),
            second_factor: SecondFactorSettings::read(reader),
            page: PageSettings::read(reader),
            sessions: SessionSettings::read(reader),
            throttle: ThrottleSettings::read(reader),
            oauth: OauthSettings::read(reader),
        };
        let lifetime = settings.access_token_lifetime;
        settings.sessions.check(lifetime, reader);
        settings
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
    fn links_lead_to_where_the_settings_say() {
        let at = |pairs: &[(&str, &str)]| {
            let mut reader = Reader::new(Source::from_pairs(pairs.iter().copied()));
            AuthSettings::read(&mut reader).mail_links.page_url
        };
        let frontend = ("FRONTEND_URL", "https://site.example/");
        let backend = ("BACKEND_URL", "https://api.example");
        let page = ("AUTH_PAGE_URL", "https://id.example/welcome");
        assert_eq!(at(&[]), "http://localhost:8000/account");
        assert_eq!(at(&[backend]), "https://api.example/account");
        assert_eq!(at(&[backend, frontend]), "https://site.example/account");
        assert_eq!(at(&[backend, frontend, page]), "https://id.example/welcome");
        assert!(read([("AUTH_PAGE_URL", "https://id.example/#x")]).is_err());
        assert!(read([("AUTH_RESET_EXPIRE_MINUTES", "1441")]).is_err());
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

    #[test]
    fn cookies_are_for_https_alone_except_in_development() {
        let secure = |pairs: [(&'static str, &'static str); 2]| {
            read(pairs).map(|settings| settings.cookies.secure)
        };
        assert!(!secure([("APP_ENV", "development"), ("PORT", "0")]).unwrap());
        assert!(secure([("APP_ENV", "test"), ("PORT", "0")]).unwrap());
        assert!(secure([("APP_ENV", "production"), ("PORT", "0")]).unwrap());
        let plain = [("APP_ENV", "production"), ("AUTH_COOKIE_SECURE", "false")];
        let problems = read(plain).unwrap_err().to_string();
        assert!(problems.contains("AUTH_COOKIE_SECURE"), "{problems}");
    }

    #[test]
    fn only_pages_that_may_send_credentials_are_trusted_with_cookies() {
        let origins = ("CORS_ORIGINS", "https://app.example.org");
        let trusted = read([origins]).unwrap().cookies.origins;
        assert_eq!(trusted, ["https://app.example.org"]);
        let none = read([origins, ("CORS_CREDENTIALS", "false")]).unwrap();
        assert!(none.cookies.origins.is_empty());
    }

    #[test]
    fn an_idle_session_outlives_its_access_tokens() {
        let problems = read([("AUTH_SESSION_IDLE_MINUTES", "29")]).unwrap_err();
        assert!(problems.to_string().contains("AUTH_SESSION_IDLE_MINUTES"));
    }
}

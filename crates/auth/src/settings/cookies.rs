//! Sessions in cookies.

use ashlar_core::settings::{CorsSettings, Environment, Reader};

/// How browsers keep sessions.
#[derive(Clone, Debug)]
pub struct CookieSettings {
    /// `AUTH_COOKIE_SECURE`: whether cookies are sent over HTTPS alone. Default: true, in
    /// development false.
    pub secure: bool,
    /// The other sites whose pages may change something with a cookie: `CORS_ORIGINS`, if
    /// `CORS_CREDENTIALS`.
    pub origins: Vec<String>,
}

impl CookieSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let secure = reader.environment() != Environment::Development;
        let secure = reader
            .var(
                "AUTH_COOKIE_SECURE",
                "Whether the cookies of sessions are sent over HTTPS alone",
            )
            .default_as("true, in development false", secure);
        if !secure && reader.environment().is_production() {
            let message = "must be true in production: else anybody on the way reads the cookies";
            reader.problem("AUTH_COOKIE_SECURE", message);
        }
        let cors = CorsSettings::read(reader);
        let origins = match cors.credentials {
            true => cors.origins,
            false => Vec::new(),
        };
        Self { secure, origins }
    }
}

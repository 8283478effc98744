//! Where the API listens, and the limits within which it serves.

use std::{
    fs::File,
    net::{IpAddr, Ipv6Addr},
    path::PathBuf,
    time::Duration,
};

use reqwest::Url;

use super::{
    app::Environment, cors::CorsSettings, proxies::ProxySettings, reader::Reader, value::Choice,
};

/// How errors are written when the client accepts anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorFormat {
    /// `application/json`: this API's own shape.
    #[default]
    Json,
    /// `application/problem+json` (RFC 9457).
    Problem,
    /// `application/vnd.vben+json`: code, message and data, for successes too.
    Vben,
}

impl Choice for ErrorFormat {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("json", Self::Json),
        ("problem", Self::Problem),
        ("vben", Self::Vben),
    ];
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct TlsSettings {
    /// `TLS_CERT`: a PEM file with the certificate, followed by those that lead to its issuer.
    pub cert: PathBuf,
    /// `TLS_KEY`: a PEM file with the certificate's private key.
    pub key: PathBuf,
}

/// The HTTP server.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// `HOST`: the address or name to listen on. Default: 127.0.0.1.
    pub host: String,
    /// `PORT`: the TCP port; 0 takes any free one. Default: 8000, with TLS 8443.
    pub port: u16,
    /// `TLS_CERT` and `TLS_KEY`: both, for HTTPS and HTTP/2, or none.
    pub tls: Option<TlsSettings>,
    /// `HTTP_TRUSTED_PROXIES`, `HTTP_FORWARDED_HEADER`.
    pub proxies: ProxySettings,
    /// `CORS_…`.
    pub cors: CorsSettings,
    /// `HTTP_REQUEST_TIMEOUT`: how long a request may take. Default: 30 s.
    pub request_timeout: Duration,
    /// `HTTP_MAX_BODY_BYTES`: the longest request body, in bytes. Default: 1 MiB.
    pub max_body_bytes: usize,
    /// `HTTP_MAX_IN_FLIGHT`: how many requests are served at once; others get a 503.
    /// Default: 1024.
    pub max_in_flight: usize,
    /// `HTTP_WORKERS`: threads that serve. Default: one a core.
    pub workers: Option<usize>,
    /// `HTTP_KEEP_ALIVE`: how long an unused connection stays open. Default: 75 s.
    pub keep_alive: Duration,
    /// `SHUTDOWN_DRAIN_DELAY`: how long readiness says no while requests are still served, so
    /// that a load balancer notices. Default: 5 s in production, else 0.
    pub drain_delay: Duration,
    /// `SHUTDOWN_TIMEOUT`: how long requests in flight may take to end. Default: 30 s.
    pub shutdown_timeout: Duration,
    /// `HTTP_SERVER_TIMING`: whether each answer's `Server-Timing` tells how many database
    /// statements it took, and how long. Default: true, in production false.
    pub server_timing: bool,
    /// `ERROR_FORMAT`: json (the default), problem or vben.
    pub error_format: ErrorFormat,
    /// `BACKEND_URL`: where clients reach the API, without a slash at the end. Default: made of
    /// the address it listens on, see [`HttpSettings::base_url`].
    pub backend_url: Option<String>,
    /// `FRONTEND_URL`: where users reach the site that uses the API, without a slash at the end.
    /// Default: `https://127.0.0.1:5174`.
    pub frontend_url: String,
}

impl HttpSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("HTTP server");
        let tls = TlsSettings::read(reader);
        Self {
            host: reader
                .var("HOST", "Address or name to listen on")
                .check(is_host)
                .default("127.0.0.1".to_owned()),
            port: reader
                .var("PORT", "TCP port to listen on; 0 takes any free one")
                .default_as(
                    "8000, with TLS 8443",
                    if tls.is_some() { 8443 } else { 8000 },
                ),
            tls,
            proxies: ProxySettings::read(reader),
            workers: reader
                .var("HTTP_WORKERS", "Threads that serve; one a core when unset")
                .range(1..=1024)
                .optional(),
            request_timeout: reader
                .seconds("HTTP_REQUEST_TIMEOUT", "Seconds that a request may take")
                .range(Duration::from_millis(1)..)
                .default(Duration::from_secs(30)),
            max_body_bytes: reader
                .var("HTTP_MAX_BODY_BYTES", "The longest request body, in bytes")
                .range(1024..=1024 * 1024 * 1024)
                .default(1024 * 1024),
            max_in_flight: reader
                .var(
                    "HTTP_MAX_IN_FLIGHT",
                    "Requests served at once; more get a 503",
                )
                .range(1..=1_000_000)
                .default(1024),
            keep_alive: reader
                .seconds("HTTP_KEEP_ALIVE", "Seconds an unused connection stays open")
                .default(Duration::from_secs(75)),
            drain_delay: drain_delay(reader),
            shutdown_timeout: reader
                .seconds(
                    "SHUTDOWN_TIMEOUT",
                    "Seconds requests in flight get to end at shutdown",
                )
                .default(Duration::from_secs(30)),
            server_timing: server_timing(reader),
            error_format: error_format(reader),
            backend_url: backend_url(reader),
            frontend_url: frontend_url(reader),
            cors: CorsSettings::read(reader),
        }
    }

    /// Where clients reach the API, without a slash at the end: `BACKEND_URL`, or made of the
    /// host and `bound_port`, which is the one that was taken when `PORT` is 0.
    pub fn base_url(&self, bound_port: u16) -> String {
        let host = match self.host.as_str() {
            // Listening everywhere is no place to go to.
            "0.0.0.0" => "127.0.0.1".to_owned(),
            "::" => "[::1]".to_owned(),
            host if host.parse::<Ipv6Addr>().is_ok() => format!("[{host}]"),
            host => host.to_owned(),
        };
        self.url(&host, bound_port)
    }

    /// The same for browsers: a machine's own address by its name, `localhost`. Passkeys are for names
    /// alone (Web Authentication, 5.1.2), and what a browser keeps for the one it does not send to
    /// the other.
    pub fn site_url(&self, bound_port: u16) -> String {
        match self.host.as_str() {
            "127.0.0.1" | "0.0.0.0" | "::1" | "::" => self.url("localhost", bound_port),
            _ => self.base_url(bound_port),
        }
    }

    fn url(&self, host: &str, port: u16) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let url = || format!("{scheme}://{host}:{port}");
        self.backend_url.clone().unwrap_or_else(url)
    }
}

impl TlsSettings {
    fn read(reader: &mut Reader) -> Option<Self> {
        let cert = reader
            .var(
                "TLS_CERT",
                "PEM file with the certificate chain; with TLS_KEY serves HTTPS",
            )
            .check(is_readable)
            .optional();
        let key = reader
            .var("TLS_KEY", "PEM file with the certificate's private key")
            .check(is_readable)
            .optional();
        match (cert, key) {
            (Some(cert), Some(key)) => Some(Self { cert, key }),
            (None, None) => None,
            (Some(_), None) => {
                reader.problem("TLS_KEY", "must be set too when TLS_CERT is");
                None
            }
            (None, Some(_)) => {
                reader.problem("TLS_CERT", "must be set too when TLS_KEY is");
                None
            }
        }
    }
}

fn server_timing(reader: &mut Reader) -> bool {
    let open = !reader.environment().is_production();
    reader
        .var(
            "HTTP_SERVER_TIMING",
            "Whether answers tell in Server-Timing what the database cost",
        )
        .default_as("true, in production false", open)
}

fn error_format(reader: &mut Reader) -> ErrorFormat {
    let sentence = "Errors' shape for clients that accept any: json, problem, vben";
    reader
        .var("ERROR_FORMAT", sentence)
        .default(ErrorFormat::Json)
}

fn drain_delay(reader: &mut Reader) -> Duration {
    let seconds = match reader.environment() {
        Environment::Development | Environment::Test => 0,
        Environment::Production => 5,
    };
    reader
        .seconds(
            "SHUTDOWN_DRAIN_DELAY",
            "Seconds in which readiness says no while requests are still served",
        )
        .default_as("5 in production, else 0", Duration::from_secs(seconds))
}

fn backend_url(reader: &mut Reader) -> Option<String> {
    let sentence = "Where clients reach the API; made of HOST and PORT when unset";
    let url = reader.var("BACKEND_URL", sentence).check(is_web_address);
    let url: Option<String> = url.optional();
    let is_open = |url: &String| url.starts_with("http:") && !is_this_machine(url);
    if reader.environment().is_production() && url.as_ref().is_some_and(is_open) {
        let message =
            "must begin with https:// in production: else anybody on the way reads what is sent";
        reader.problem("BACKEND_URL", message);
    }
    url.map(without_slash)
}

fn frontend_url(reader: &mut Reader) -> String {
    let sentence = "Where users reach the site that uses the API";
    let url = reader.var("FRONTEND_URL", sentence).check(is_web_address);
    without_slash(url.default("https://127.0.0.1:5174".to_owned()))
}

#[expect(clippy::ptr_arg, reason = "the signature of a check on a String")]
fn is_host(text: &String) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match text.bytes().all(plain) || text.parse::<Ipv6Addr>().is_ok() {
        true => Ok(()),
        false => Err("must be an address or a name, without scheme or port".to_owned()),
    }
}

fn is_readable(path: &PathBuf) -> Result<(), String> {
    match File::open(path).and_then(|file| file.metadata()) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => Err("must be a file".to_owned()),
        Err(error) => Err(format!("must be a file that can be read ({error})")),
    }
}

/// A check for [`Var::check`](super::Var::check): an `http` or `https` URL without query and fragment.
///
/// # Errors
///
/// What it must be.
#[expect(clippy::ptr_arg, reason = "the signature of a check on a String")]
pub fn is_web_address(text: &String) -> Result<(), String> {
    let is_right = Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
    });
    match is_right {
        true => Ok(()),
        false => Err("must be an address as https://api.example.com".to_owned()),
    }
}

/// Whether the URL leads to where nobody is on the way.
fn is_this_machine(url: &str) -> bool {
    let is_here = |host: &str| {
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    };
    Url::parse(url).is_ok_and(|url| url.host_str().is_some_and(is_here))
}

fn without_slash(mut url: String) -> String {
    url.truncate(url.trim_end_matches('/').len());
    url
}

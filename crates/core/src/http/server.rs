//! The server: binds, serves over HTTP/1.1 or (with TLS) HTTP/2, and stops without losing a request.

use std::{
    fs::File,
    io::{self, BufReader},
    net::SocketAddr,
    path::PathBuf,
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{App, HttpServer, dev, http::Method, middleware::Compress};
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};

use super::{
    Api, Negotiated,
    edge::{EXPOSED, Edge},
    gate::Gate,
    origin::WithOrigin,
};
use crate::{
    health::Health,
    settings::{CorsSettings, TlsSettings},
};

/// Why the server did not start: one sentence for whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// What was asked for.
        address: String,
        /// Why not.
        source: io::Error,
    },
    /// The certificate or the key is of no use.
    #[error("cannot use {}: {reason}", path.display())]
    Tls {
        /// Which file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// How long a client that is still sending when it is refused may go on, so that it gets to read why.
const LINGER: Duration = Duration::from_secs(5);

/// A server that has bound its port, but not begun to serve.
pub struct Server {
    server: dev::Server,
    addresses: Vec<SocketAddr>,
    handle: ServerHandle,
}

/// Stops a running server.
#[derive(Clone)]
pub struct ServerHandle {
    server: dev::ServerHandle,
    health: Health,
    drain_delay: Duration,
}

impl Server {
    /// Binds the port that the API's settings name.
    ///
    /// # Errors
    ///
    /// When the port is taken or the certificate cannot be used.
    pub fn bind(api: &Api) -> Result<Self, StartError> {
        let settings = api.settings.clone();
        let edge = Edge {
            default: Negotiated::from(settings.error_format),
            cors: settings.cors.clone(),
            tls: settings.tls.is_some(),
            server_timing: settings.server_timing,
        };
        let gate = Gate::new(
            api.authenticator.clone(),
            settings.max_in_flight,
            settings.request_timeout,
        );
        let health = api.health.clone();
        let app = {
            let api = api.clone();
            let cors = settings.cors.clone();
            move || {
                App::new()
                    .wrap(gate.clone())
                    .wrap(Compress::default())
                    .wrap(WithOrigin(self::cors(&cors)))
                    .wrap(edge.clone())
                    .configure(|config| api.configure(config))
            }
        };
        let mut server = HttpServer::new(app)
            .keep_alive(settings.keep_alive)
            .client_disconnect_timeout(LINGER)
            .shutdown_timeout(settings.shutdown_timeout.as_secs().max(1))
            .disable_signals();
        if let Some(workers) = settings.workers {
            server = server.workers(workers);
        }
        let address = (settings.host.as_str(), settings.port);
        let bound = match &settings.tls {
            Some(tls) => server.bind_rustls_0_23(address, tls_config(tls)?),
            None => server.bind(address),
        };
        let server = bound.map_err(|source| StartError::Bind {
            address: format!("{}:{}", settings.host, settings.port),
            source,
        })?;
        let addresses = server.addrs();
        let server = server.run();
        let handle = ServerHandle {
            server: server.handle(),
            health,
            drain_delay: settings.drain_delay,
        };
        Ok(Self {
            server,
            addresses,
            handle,
        })
    }

    /// Where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What stops it.
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    ///
    /// When accepting connections fails for good.
    pub async fn run(self) -> io::Result<()> {
        self.server.await
    }
}

impl ServerHandle {
    /// Not ready at once; serves on for the drain delay, so that load balancers notice; then takes
    /// no more connections and lets the requests in flight end, within the shutdown timeout.
    pub async fn stop(&self) {
        self.stop_after(std::future::ready(())).await;
    }

    /// As [`stop`](Self::stop), and serves on until `work` is done too: the threads that serve own
    /// database connections, which end with them, and which others may be using.
    pub async fn stop_after(&self, work: impl Future<Output = ()>) {
        self.health.drain();
        tokio::join!(tokio::time::sleep(self.drain_delay), work);
        self.server.stop(true).await;
    }

    /// Stops at once, with the requests in flight cut off: for a test that is over.
    pub async fn abort(&self) {
        self.health.drain();
        self.server.stop(false).await;
    }
}

fn cors(settings: &CorsSettings) -> Cors {
    let mut cors = Cors::default()
        .allowed_methods(
            settings
                .methods
                .iter()
                .filter_map(|name| name.parse::<Method>().ok()),
        )
        .allowed_headers(settings.headers.iter().map(String::as_str))
        .expose_headers(EXPOSED.split(", "))
        .max_age(3600);
    for origin in &settings.origins {
        cors = match origin.as_str() {
            "*" => cors.allow_any_origin().send_wildcard(),
            origin => cors.allowed_origin(origin),
        };
    }
    if settings.credentials {
        cors = cors.supports_credentials();
    }
    cors
}

fn tls_config(settings: &TlsSettings) -> Result<rustls::ServerConfig, StartError> {
    let unusable = |path: &PathBuf, reason: String| StartError::Tls {
        path: path.clone(),
        reason,
    };
    let open = |path: &PathBuf| {
        let file = File::open(path).map_err(|error| unusable(path, error.to_string()))?;
        Ok(BufReader::new(file))
    };
    let certificates = CertificateDer::pem_reader_iter(open(&settings.cert)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(&settings.cert, error.to_string()))?;
    if certificates.is_empty() {
        return Err(unusable(
            &settings.cert,
            "there is no certificate in it".to_owned(),
        ));
    }
    let key = PrivateKeyDer::from_pem_reader(open(&settings.key)?).map_err(|error| {
        let reason = match error {
            pem::Error::NoItemsFound => "there is no private key in it".to_owned(),
            error => error.to_string(),
        };
        unusable(&settings.key, reason)
    })?;
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    rustls::ServerConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map(|config| config.with_no_client_auth())
        .and_then(|config| config.with_single_cert(certificates, key))
        .map_err(|error| unusable(&settings.cert, error.to_string()))
}

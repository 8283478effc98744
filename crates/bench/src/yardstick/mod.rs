//! The servers that Ashlar is measured beside, and what they have in common.
//!
//! Both database yardsticks answer the same routes with the same bodies and the same token check;
//! they differ in how they talk to PostgreSQL, and in nothing else.

pub(crate) mod bare;
pub(crate) mod by_hand;
pub(crate) mod limit;

mod answer;
mod cursor;
mod token;
mod wire;

use std::net::Ipv4Addr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, HttpServer};

use crate::error::BenchError;

pub(crate) use token::{SECRET_VARIABLE, Verifier, mint};

/// Threads that serve; Ashlar is started with as many.
pub(crate) const WORKERS: usize = 2;

/// What the live check of the database yardsticks answers.
const LIVE_BODY: &str = r#"{"status":"ok"}"#;

/// Where a database yardstick listens and what it reads.
#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    /// Port on 127.0.0.1
    #[arg(long)]
    port: u16,
    /// `postgres://user@host:port/database` with a `projects` table
    #[arg(long)]
    database_url: String,
}

/// Where the bare yardstick listens and what it says.
#[derive(clap::Args)]
pub(crate) struct BareArgs {
    /// Port on 127.0.0.1
    #[arg(long)]
    port: u16,
    /// Body of the live check
    #[arg(long)]
    body: String,
}

/// Serves until SIGTERM.
async fn serve_app<F, T, B>(factory: F, port: u16) -> Result<(), BenchError>
where
    F: Fn() -> App<T> + Send + Clone + 'static,
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    HttpServer::new(factory)
        .workers(WORKERS)
        .shutdown_timeout(5)
        .bind((Ipv4Addr::LOCALHOST, port))
        .map_err(BenchError::io(format!("binding port {port}")))?
        .run()
        .await
        .map_err(BenchError::io("serving"))
}

//! `ashlar serve`.

use std::error::Error;

use actix_web::rt::task::JoinHandle;
use ashlar_core::{
    clock::Clock,
    database::{Database, Work},
    http::{Server, ServerHandle},
    settings::Source,
    telemetry,
};
use clap::{Args, ValueEnum};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{Outcome, block_on};
use crate::{
    compose::{self, System},
    database,
    settings::Settings,
};

/// The arguments of `ashlar serve`.
#[derive(Debug, Default, Args)]
pub(super) struct Serve {
    /// What this process does of what there is to do.
    #[arg(long, value_enum, default_value_t)]
    role: Role,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Answer requests, and work in the background.
    #[default]
    All,
    /// Answer requests. Events and jobs wait for another process.
    Api,
    /// Relay events, handle them, run jobs; over HTTP, tell about health alone.
    Worker,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Api => "api",
            Self::Worker => "worker",
        }
    }
}

impl Serve {
    pub(super) fn run(self) -> Outcome {
        let (settings, effective) = Settings::read(Source::from_process())?;
        let _flushed_at_the_end = telemetry::init(&settings.log)?;
        for warning in effective.warnings() {
            tracing::warn!("{warning}");
        }
        block_on(serve(&settings, self.role))
    }
}

async fn serve(settings: &Settings, role: Role) -> Outcome {
    let database = database::open(&settings.database).await?;
    let System {
        mut api, workers, ..
    } = compose::system(settings, &database, &Clock::system())?;
    if role == Role::Worker {
        api = compose::health(settings, &database, &workers)?;
    }
    let server = Server::bind(&api)?;
    let (stopping, stopped) = watch::channel(false);
    let signals = database.clone();
    actix_web::rt::spawn(async move { signals.pass_signals().await });
    let working = async move {
        match role {
            Role::Api => {}
            Role::All | Role::Worker => workers.run(stopped).await,
        }
    };
    let working = actix_web::rt::spawn(working);
    // Before anybody is told that it is there, and may want to stop it.
    let stop = stop_on_signal(server.handle(), stopping, worked(working, database.clone()))?;
    let stopped = actix_web::rt::spawn(stop);
    announce(settings, role, &server);
    server.run().await?;
    stopped.await?;
    database.close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// The last line of a start: where everything is.
fn announce(settings: &Settings, role: Role, server: &Server) {
    let port = server
        .addresses()
        .first()
        .map_or(settings.http.port, |address| address.port());
    let url = settings.http.base_url(port);
    let site = settings.http.site_url(port);
    let account = (settings.auth.page.is_served && role != Role::Worker)
        .then(|| tracing::field::display(format!("{site}/account")));
    tracing::info!(
        environment = settings.app.environment.as_str(),
        role = role.as_str(),
        database = %settings.database.url,
        docs = %format_args!("{url}/docs"),
        account,
        "listening on {url}"
    );
}

/// Waits for SIGTERM or SIGINT, then stops the work in the background, and then drains requests. A
/// second signal ends the process at once.
fn stop_on_signal(
    handle: ServerHandle,
    stopping: watch::Sender<bool>,
    worked: impl Future<Output = ()>,
) -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        stopping.send_replace(true);
        tokio::select! {
            () = handle.stop_after(worked) => {}
            _ = interrupt.recv() => exit_now(),
            _ = terminate.recv() => exit_now(),
        }
    })
}

/// Waits until the work in the background has ended, and tells the other processes that what was
/// handed back is there to be done.
async fn worked(working: JoinHandle<()>, database: Database) {
    if let Err(error) = working.await {
        tracing::error!(error = &error as &(dyn Error + 'static), "workers_failed");
    }
    for work in [Work::Jobs, Work::Events] {
        if let Err(error) = database.notify(work).await {
            tracing::debug!(error = &error as &(dyn Error + 'static), "signal_lost");
        }
    }
}

#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "whoever signals twice wants it to end now"
)]
fn exit_now() {
    std::process::exit(130);
}

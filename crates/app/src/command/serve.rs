//! `ashlar serve`.

use ashlar_core::{
    clock::Clock,
    http::{Server, ServerHandle},
    settings::Source,
    telemetry,
};
use tokio::signal::unix::{SignalKind, signal};

use super::{Outcome, block_on};
use crate::{compose, database, settings::Settings};

pub(super) fn run() -> Outcome {
    let (settings, effective) = Settings::read(Source::from_process())?;
    let _flushed_at_the_end = telemetry::init(&settings.log)?;
    for warning in effective.warnings() {
        tracing::warn!("{warning}");
    }
    block_on(serve(&settings))
}

async fn serve(settings: &Settings) -> Outcome {
    let database = database::open(&settings.database).await?;
    let api = compose::api(settings, database.clone(), Clock::system())?;
    let server = Server::bind(&api)?;
    // Before anybody is told that it is there, and may want to stop it.
    tokio::spawn(stop_on_signal(server.handle())?);
    announce(settings, &server);
    server.run().await?;
    database.close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// The last line of a start: where everything is.
fn announce(settings: &Settings, server: &Server) {
    let port = server
        .addresses()
        .first()
        .map_or(settings.http.port, |address| address.port());
    let url = settings.http.base_url(port);
    tracing::info!(
        environment = settings.app.environment.as_str(),
        database = %settings.database.url,
        docs = %format_args!("{url}/docs"),
        "listening on {url}"
    );
}

/// Waits for SIGTERM or SIGINT, then drains. A second signal ends the process at once.
fn stop_on_signal(handle: ServerHandle) -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        tokio::select! {
            () = handle.stop() => {}
            _ = interrupt.recv() => exit_now(),
            _ = terminate.recv() => exit_now(),
        }
    })
}

#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "whoever signals twice wants it to end now"
)]
fn exit_now() {
    std::process::exit(130);
}

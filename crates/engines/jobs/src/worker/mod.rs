//! One process's work on the queue: claiming, running, giving signs of life, settling.

mod attempt;
mod beat;
mod completions;
mod drain;
mod history;
mod lanes;
mod live;
mod outcome;
mod stop;
mod take;
mod upkeep;

use std::{error::Error, sync::Arc, time::Duration};

use ashlar_core::ids::Id;
use sea_orm::DbErr;
use tokio::sync::watch;

use self::{completions::Completions, lanes::Lanes, live::Live};
use crate::engine::Engine;

/// How long to wait before the database is asked again that could not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// What the parts of a worker share.
pub(crate) struct Worker {
    engine: Arc<Engine>,
    /// Who it is, in the table.
    name: String,
    live: Live,
    completions: Completions,
}

impl Worker {
    pub(crate) fn new(engine: &Arc<Engine>) -> Self {
        Self {
            engine: Arc::clone(engine),
            name: format!("{}/{}", std::process::id(), Id::<()>::new()),
            live: Live::default(),
            completions: Completions::new(),
        }
    }
}

/// Works until `stop`, and then ends what is under way.
pub(crate) async fn run(engine: &Arc<Engine>, stop: impl Future<Output = ()>) {
    let worker = Arc::new(Worker::new(engine));
    let (stopping, stopped) = watch::channel(false);
    let (finishing, finished) = watch::channel(false);
    let work = async {
        let mut lanes = Lanes::new(&worker);
        lanes.work(stopped.clone()).await;
        lanes.stop().await;
        finishing.send_replace(true);
    };
    let stop = async {
        stop.await;
        stopping.send_replace(true);
    };
    tokio::join!(
        stop,
        work,
        until(stopped.clone(), worker.upkeep()),
        // Leases are renewed and completions written until the last job has ended.
        until(finished.clone(), worker.beat()),
        worker.write_completions(finished),
    );
}

/// Runs `work`, which may be dropped at any point, until `end` turns true.
async fn until(mut end: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        // Who could say so is gone: that is an end too.
        _ = end.wait_for(|end| *end) => {}
        () = work => {}
    }
}

/// Says that the database cannot be worked with, as every part of a worker does.
fn unavailable(error: &DbErr, doing: &'static str) {
    let error = error as &(dyn Error + 'static);
    tracing::warn!(error, doing, "queue_unavailable");
}

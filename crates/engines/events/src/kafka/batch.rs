//! A batch of a partition on its way through the group's handlers.

use std::{error::Error, sync::Arc, time::Duration};

use ashlar_core::{events::Incoming, retry::Retry, threads::Threads};
use tokio::{sync::watch, time::sleep};

use super::lanes::LaneId;
use crate::consumers::Group;

/// The waits between attempts while Kafka, or the database, is away.
pub(super) const AWAY: Retry = Retry {
    attempts: u16::MAX,
    first: Duration::from_secs(1),
    longest: Duration::from_secs(10),
};

/// Messages that follow each other in a partition.
pub(super) struct Batch {
    pub(super) lane: LaneId,
    pub(super) events: Arc<[Incoming]>,
    /// The offset to go on from.
    pub(super) next: i64,
    /// Whether there is no use in trying again.
    pub(super) is_given_up: watch::Receiver<bool>,
}

/// A batch that is over.
pub(super) struct Ended {
    pub(super) lane: LaneId,
    pub(super) next: i64,
    /// Whether it was handled, and not given up.
    pub(super) is_handled: bool,
}

/// Has `group` handle a batch, however often it takes, unless it is given up.
pub(super) async fn handle(group: Group, threads: Threads, batch: Batch) -> Ended {
    let Batch {
        lane,
        events,
        next,
        mut is_given_up,
    } = batch;
    let mut failures = 0;
    let is_handled = loop {
        if take(&group, &threads, &events).await {
            break true;
        }
        failures += 1;
        tokio::select! {
            () = sleep(AWAY.wait(failures)) => {}
            _ = is_given_up.wait_for(|is_given_up| *is_given_up) => break false,
        }
    };
    Ended {
        lane,
        next,
        is_handled,
    }
}

/// One attempt; whether the offset may move on.
async fn take(group: &Group, threads: &Threads, events: &Arc<[Incoming]>) -> bool {
    // Messages of others, and those that nobody reads here.
    if events.is_empty() {
        return true;
    }
    let (name, group, events) = (group.name(), group.clone(), Arc::clone(events));
    let taken = threads.run(move || async move { group.take(&events).await });
    let failure: Box<dyn Error + Send + Sync> = match taken.await {
        Ok(Ok(())) => return true,
        Ok(Err(database)) => database.into(),
        Err(cut) => cut.into(),
    };
    let error = &*failure as &(dyn Error + 'static);
    tracing::warn!(group = name, error, "kafka_batch_failed");
    false
}

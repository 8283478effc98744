//! A member of a consumer group, for as long as the process works: one session after the other, if
//! one should break.

use std::{collections::BTreeSet, error::Error};

use ashlar_core::threads::Threads;
use tokio::{sync::watch, time::sleep};

use super::{batch::AWAY, client, session::Session, settings::KafkaSettings, topics::Topics};
use crate::consumers::Group;

/// Reads until `stop` says true: as `group`, whose handlers run on `threads`.
pub(super) async fn run(
    settings: &KafkaSettings,
    topics: &Topics,
    group: Group,
    threads: Threads,
    mut stop: watch::Receiver<bool>,
) {
    let config = client::consumer(settings, group.name());
    let mut failures = 0;
    while !*stop.borrow() {
        let session = async {
            let topics = find(topics, &group).await?;
            let (consumer, session) = Session::join(&config, &topics, &group, &threads)?;
            session.run(consumer, stop.clone()).await
        };
        let Err(error) = session.await else { return };
        failures += 1;
        let error = &*error as &(dyn Error + 'static);
        tracing::warn!(group = group.name(), error, "kafka_member_interrupted");
        tokio::select! {
            () = sleep(AWAY.wait(failures)) => {}
            _ = stop.changed() => {}
        }
    }
}

/// The topics of the events that the group reads, all of which are there.
async fn find(
    topics: &Topics,
    group: &Group,
) -> Result<BTreeSet<String>, Box<dyn Error + Send + Sync>> {
    let wanted = group.reads().iter().map(|name| topics.of(name)).collect();
    topics.ensure(&wanted).await?;
    Ok(wanted)
}

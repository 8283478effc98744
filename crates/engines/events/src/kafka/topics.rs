//! Which topic an event goes to, and that it is there.

use std::{
    collections::{BTreeSet, HashSet},
    error::Error,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use ashlar_core::offload::{Offload, OffloadError};
use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    error::{KafkaError, RDKafkaErrorCode},
    types::RDKafkaRespErr,
};
use tokio::runtime::Handle;

use super::{
    client::{self, Voice},
    settings::KafkaSettings,
};

/// How long a question to the cluster may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The topics of the events.
pub(super) struct Topics {
    plan: Plan,
    /// Those that were seen.
    known: Mutex<HashSet<String>>,
    offload: Offload,
}

/// How a topic is made.
#[derive(Clone)]
struct Plan {
    config: ClientConfig,
    prefix: String,
    partitions: i32,
    replication: i32,
}

/// Why it is not known that the topics are there.
#[derive(Debug, thiserror::Error)]
pub(super) enum TopicError {
    #[error("Kafka cannot be asked for its topics")]
    Away(#[from] KafkaError),
    #[error("the topic {topic} cannot be made")]
    Refused {
        topic: String,
        #[source]
        reason: Box<dyn Error + Send + Sync>,
    },
    #[error("Kafka could not be asked")]
    Unasked(#[from] OffloadError),
}

impl Topics {
    pub(super) fn new(settings: &KafkaSettings) -> Self {
        Self {
            plan: Plan {
                config: client::base(settings),
                prefix: settings.topic_prefix.clone(),
                partitions: settings.partitions.into(),
                // -1 is the brokers' default (KIP-464).
                replication: settings.replication_factor.map_or(-1, i32::from),
            },
            known: Mutex::default(),
            offload: Offload::new(2, 64),
        }
    }

    /// The topic of the events called `name`: one for each entity, so that all of an entity's events
    /// are in order, whatever their types.
    pub(super) fn of(&self, name: &str) -> String {
        let entity = name.split_once('.').map_or(name, |(entity, _)| entity);
        format!("{}{entity}", self.plan.prefix)
    }

    /// Makes those of `topics` that are missing.
    pub(super) async fn ensure(&self, topics: &BTreeSet<String>) -> Result<(), TopicError> {
        let unknown: Vec<String> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            topics
                .difference(&known.iter().cloned().collect())
                .cloned()
                .collect()
        };
        if unknown.is_empty() {
            return Ok(());
        }
        let plan = self.plan.clone();
        let runtime = Handle::current();
        let asked = self.offload.run(move || {
            plan.make_missing(&unknown, &runtime)?;
            Ok::<_, TopicError>(unknown)
        });
        let found = asked.await??;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(found);
        Ok(())
    }

    /// Looks again the next time: somebody may have removed them.
    pub(super) fn forget(&self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.clear();
    }
}

impl Plan {
    /// Blocks the thread.
    fn make_missing(&self, topics: &[String], runtime: &Handle) -> Result<(), TopicError> {
        let admin: AdminClient<Voice> = self.config.create_with_context(Voice)?;
        let mut missing = Vec::new();
        for topic in topics {
            if !exists(&admin, topic)? {
                missing.push(self.topic(topic));
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let options = AdminOptions::new()
            .request_timeout(Some(PATIENCE))
            .operation_timeout(Some(PATIENCE));
        for outcome in runtime.block_on(admin.create_topics(&missing, &options))? {
            match outcome {
                // Another process was faster.
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Ok(topic) => tracing::info!(topic, "kafka_topic_made"),
                Err((topic, code)) => {
                    let reason = code.into();
                    return Err(TopicError::Refused { topic, reason });
                }
            }
        }
        Ok(())
    }

    fn topic<'t>(&self, name: &'t str) -> NewTopic<'t> {
        let replication = TopicReplication::Fixed(self.replication);
        NewTopic::new(name, self.partitions, replication).set("max.message.bytes", client::LONGEST)
    }
}

/// Only what is known to be missing is made: who may write to a topic need not be allowed to make it.
fn exists(admin: &AdminClient<Voice>, topic: &str) -> Result<bool, KafkaError> {
    let metadata = admin.inner().fetch_metadata(Some(topic), PATIENCE)?;
    let error = metadata.topics().first().and_then(|topic| topic.error());
    Ok(error != Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART))
}

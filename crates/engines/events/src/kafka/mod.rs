//! Kafka as the broker of events: each process that relays is a producer, and each domain that has
//! handlers is a consumer group, of which each process that works is a member.
//!
//! # What is where
//!
//! | in Kafka | is |
//! |---|---|
//! | topic | `KAFKA_TOPIC_PREFIX` and the part of the event's name before its first dot: `ashlar.post` has `post.created` and `post.deleted` |
//! | partition | chosen by the key as Java's clients do (murmur2); what happened to an entity is in one partition, in order |
//! | key | the id of the entity that it is about, as text of 36 characters |
//! | value | the event in JSON, as its type's schema says |
//! | header `content-type` | `application/json` |
//! | header `ce_specversion` | `1.0`; all `ce_` headers are those of CloudEvents 1.0, Kafka protocol binding, binary content mode |
//! | header `ce_id` | the event's id, a UUID: the same however often it is delivered |
//! | header `ce_source` | `KAFKA_SOURCE`: who published it |
//! | header `ce_type` | the event's name |
//! | header `ce_time` | when it happened, RFC 3339 in UTC, to the microsecond |
//! | header `ce_dataversion` | the version of the event's type; an extension attribute of ours |
//! | header `traceparent` | the trace that it belongs to (W3C Trace Context), if any |
//! | header `x-request-id` | the id of the request that it came of, if any |
//! | group | `KAFKA_TOPIC_PREFIX` and the domain's name |
//!
//! Of what others publish, a message is read when its `ce_type` is the name of an event that is
//! handled here. `ce_dataversion` may then be missing (it is 1), `ce_time` too (it is the message's
//! timestamp), and the trace and the request id are passed over when they are no such thing. A
//! message that has no id, or no key that is a UUID, is logged as an error and skipped.
//!
//! # What holds
//!
//! - **Nothing is lost**: an event counts as published when all in-sync replicas have it, and as
//!   read when its handlers' transactions are committed. `min.insync.replicas` is the cluster's to
//!   set.
//! - **Order** is kept per entity, through failures of the brokers and of our processes: see
//!   `publisher`. It is not when the number of a topic's partitions is changed while events wait,
//!   since that moves keys.
//! - **Once**: a message may come twice; the inbox knows it, and its effect happens once.
//! - **Kafka away**: publishing answers an error after `KAFKA_DELIVERY_TIMEOUT`, and the outbox
//!   keeps the events; members wait, and go on by themselves. Nothing of this stops the process,
//!   nor keeps it from starting.
//! - **The database away**: offsets stay where they are, and the same events are tried again.
//! - An event may have 4 MiB, in topics that are made here; a topic that is made by others must have
//!   a `max.message.bytes` that fits, since an event that Kafka refuses holds up those behind it.

mod batch;
mod client;
mod lanes;
mod member;
mod message;
mod publisher;
mod rebalance;
mod session;
mod settings;
mod topics;

use std::{
    collections::BTreeSet,
    fmt, io,
    pin::Pin,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use ashlar_core::{
    events::{Incoming, outbox::PARTITIONS},
    offload::Offload,
    threads::Threads,
};
use futures_util::future::join_all;
use rdkafka::producer::Producer;
use tokio::sync::{Mutex, watch};

pub use client::KafkaSetupError;
pub use settings::{Compression, KafkaSasl, KafkaSettings, KafkaTls, Mechanism};

use self::{publisher::Publisher, topics::Topics};
use crate::{
    broker::{Broker, BrokerError, Publishing},
    consumers::Groups,
};

/// How long the cluster may take to answer that it is there.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How long such an answer holds.
const FRESH: Duration = Duration::from_secs(3);

/// A topic that every cluster has, and if not, says so: all that counts is that it answers.
const ANY_TOPIC: &str = "__consumer_offsets";

/// Kafka as the broker of events. Cheap to clone.
#[derive(Clone)]
pub struct Kafka(Arc<Inner>);

struct Inner {
    settings: KafkaSettings,
    publisher: Publisher,
    topics: Topics,
    /// When it was asked last whether Kafka is there, and what came of it.
    seen: Mutex<Option<(Instant, bool)>>,
    offload: Offload,
}

impl Kafka {
    /// The cluster of `settings`. It is not waited for: connections are made in the background.
    ///
    /// # Errors
    ///
    /// When the settings cannot be used, as when a certificate is none.
    pub fn new(settings: KafkaSettings) -> Result<Self, KafkaSetupError> {
        Ok(Self(Arc::new(Inner {
            publisher: Publisher::new(&settings)?,
            topics: Topics::new(&settings),
            settings,
            seen: Mutex::default(),
            offload: Offload::new(1, 16),
        })))
    }

    /// Has `groups` read their events until `stop`; then what is under way is finished, and the
    /// groups are left. While Kafka is away it waits.
    ///
    /// # Errors
    ///
    /// When the system gives no thread for the handlers.
    pub async fn consume(&self, groups: &Groups, stop: impl Future<Output = ()>) -> io::Result<()> {
        let threads = Threads::new(
            "kafka",
            thread::available_parallelism().map_or(1, usize::from),
        )?;
        let (tell, told) = watch::channel(false);
        let members = groups
            .iter()
            .filter(|group| !group.reads().is_empty())
            .map(|group| {
                let Inner {
                    settings, topics, ..
                } = &*self.0;
                member::run(
                    settings,
                    topics,
                    group.clone(),
                    threads.clone(),
                    told.clone(),
                )
            });
        let stopping = async {
            stop.await;
            // Nobody is told when there are no groups.
            let _ = tell.send(true);
        };
        tokio::join!(join_all(members), stopping);
        Ok(())
    }
}

impl Broker for Kafka {
    fn name(&self) -> &'static str {
        "kafka"
    }

    fn publish<'a>(&'a self, events: &'a [Incoming]) -> Publishing<'a> {
        Box::pin(async move {
            let inner = &*self.0;
            let topics: BTreeSet<String> = events
                .iter()
                .map(|event| inner.topics.of(&event.name))
                .collect();
            inner
                .topics
                .ensure(&topics)
                .await
                .map_err(BrokerError::new)?;
            let published = inner.publisher.publish(&inner.topics, events).await;
            published.map_err(|error| {
                inner.topics.forget();
                BrokerError::new(error)
            })
        })
    }

    fn lanes(&self) -> Option<usize> {
        Some(usize::from(PARTITIONS.unsigned_abs()))
    }

    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async {
            // Whoever asks meanwhile waits for the same answer.
            let mut seen = self.0.seen.lock().await;
            match *seen {
                Some((at, answer)) if at.elapsed() < FRESH => answer,
                _ => {
                    let answer = self.answers().await;
                    *seen = Some((Instant::now(), answer));
                    answer
                }
            }
        })
    }
}

impl Kafka {
    /// Asks a broker for something small.
    async fn answers(&self) -> bool {
        let Ok(producer) = self.0.publisher.producer() else {
            return false;
        };
        let asked = self.0.offload.run(move || {
            let answer = producer.client().fetch_metadata(Some(ANY_TOPIC), PATIENCE);
            answer.is_ok()
        });
        asked.await.unwrap_or(false)
    }
}

impl fmt::Debug for Kafka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kafka")
            .field(&self.0.settings.brokers)
            .finish()
    }
}

//! Sends events so that Kafka holds them in order, entity by entity.
//!
//! A slice of events is sent in rounds: as many at once as there are entities in it, and the next one
//! of an entity when Kafka holds the one before. When it fails it comes again from its beginning, and
//! who reads skips what was there already. So no event ever stands before an earlier one of its
//! entity, whatever Kafka refuses, and whichever of the requests on their way it takes. (The idempotent
//! producer alone does not promise that: a broker that knows nothing of a producer takes any sequence
//! number for its first.)
//!
//! A producer that failed, or kept us waiting, is thrown away with all that it still holds, and the
//! next attempt has a new one. Should the old one's last requests arrive after the new one's, they
//! repeat what is there.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use ashlar_core::events::{EventId, Incoming};
use rdkafka::{
    ClientConfig,
    error::KafkaError,
    producer::{DeliveryFuture, FutureProducer},
};
use uuid::Uuid;

use super::{
    client::{self, Voice},
    message,
    settings::KafkaSettings,
    topics::Topics,
};

pub(super) type Producer = FutureProducer<Voice>;

/// Sends slices of events, any number at a time; an entity is in one of them only.
pub(super) struct Publisher {
    config: ClientConfig,
    source: String,
    timeout: Duration,
    current: Mutex<Current>,
}

struct Current {
    producer: Option<Producer>,
    /// Counts the producers there were, to tell them apart.
    number: u64,
}

/// Why Kafka does not hold a slice, as far as is known.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeliveryError {
    #[error("Kafka refused the event {id} ({name})")]
    Refused {
        id: EventId,
        name: Arc<str>,
        #[source]
        reason: Box<KafkaError>,
    },
    #[error("Kafka said nothing for {0:?}")]
    Silent(Duration),
    #[error("the producer was given up while it sent")]
    GivenUp,
    #[error("there is no producer")]
    NoProducer(#[source] Box<KafkaError>),
}

impl Publisher {
    /// A publisher with its first producer, which connects by itself.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings.
    pub(super) fn new(settings: &KafkaSettings) -> Result<Self, KafkaError> {
        let config = client::producer(settings);
        let producer = config.create_with_context(Voice)?;
        Ok(Self {
            config,
            source: settings.source.clone(),
            timeout: settings.delivery_timeout,
            current: Mutex::new(Current {
                producer: Some(producer),
                number: 0,
            }),
        })
    }

    /// Sends `events`, those of an entity in order, and answers when Kafka holds all of them.
    pub(super) async fn publish(
        &self,
        topics: &Topics,
        events: &[Incoming],
    ) -> Result<(), DeliveryError> {
        for round in rounds(events) {
            self.publish_round(topics, &round).await?;
        }
        Ok(())
    }

    /// Sends events of which no two are of one entity.
    async fn publish_round(
        &self,
        topics: &Topics,
        round: &[&Incoming],
    ) -> Result<(), DeliveryError> {
        let mut attempt = self.attempt();
        let deliveries = self.send(&mut attempt, topics, round)?;
        let delivered = async {
            for (delivery, event) in deliveries.into_iter().zip(round) {
                let outcome = delivery.await.map_err(|_| DeliveryError::GivenUp)?;
                outcome.map_err(|(reason, _)| refused(event, reason))?;
            }
            Ok(())
        };
        tokio::time::timeout(self.timeout, delivered)
            .await
            .unwrap_or(Err(DeliveryError::Silent(self.timeout)))?;
        attempt.is_delivered = true;
        Ok(())
    }

    /// The producer, to ask it something. It is not kept: it may be thrown away any time.
    pub(super) fn producer(&self) -> Result<Producer, KafkaError> {
        let mut current = self.lock();
        self.producer_of(&mut current).cloned()
    }

    /// Hands all of a round to the producer. It is locked meanwhile, so that nothing is sent with
    /// one that has been given up, and nothing is given up between two events.
    fn send(
        &self,
        attempt: &mut Attempt<'_>,
        topics: &Topics,
        round: &[&Incoming],
    ) -> Result<Vec<DeliveryFuture>, DeliveryError> {
        let mut current = self.lock();
        attempt.number = current.number;
        let producer = self
            .producer_of(&mut current)
            .map_err(|error| DeliveryError::NoProducer(Box::new(error)))?;
        let mut deliveries = Vec::with_capacity(round.len());
        for event in round {
            let (topic, key) = (topics.of(&event.name), event.key.to_string());
            let record = message::write(event, &topic, &key, &self.source);
            let delivery = producer
                .send_result(record)
                .map_err(|(reason, _)| refused(event, reason))?;
            deliveries.push(delivery);
        }
        Ok(deliveries)
    }

    fn producer_of<'c>(&self, current: &'c mut Current) -> Result<&'c Producer, KafkaError> {
        let producer = match current.producer.take() {
            Some(producer) => producer,
            None => self.config.create_with_context(Voice)?,
        };
        Ok(current.producer.insert(producer))
    }

    fn attempt(&self) -> Attempt<'_> {
        Attempt {
            publisher: self,
            number: self.lock().number,
            is_delivered: false,
        }
    }

    /// Gives the producer with this number up, if that has not been done yet.
    fn give_up(&self, number: u64) {
        let mut current = self.lock();
        if current.number == number {
            current.number += 1;
            let producer = current.producer.take();
            drop(current);
            throw_away(producer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let current = self
            .current
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        throw_away(mem::take(&mut current.producer));
    }
}

/// `events` in rounds: the first of each entity, the second of each, and so on.
fn rounds(events: &[Incoming]) -> Vec<Vec<&Incoming>> {
    let mut before: HashMap<Uuid, usize> = HashMap::with_capacity(events.len());
    let mut rounds: Vec<Vec<&Incoming>> = Vec::new();
    for event in events {
        let round = before.entry(event.key).or_default();
        if rounds.len() == *round {
            rounds.push(Vec::new());
        }
        rounds[*round].push(event);
        *round += 1;
    }
    rounds
}

/// A round on its way. When it does not arrive whole, also because nobody waits for it any more, its
/// producer is given up.
struct Attempt<'p> {
    publisher: &'p Publisher,
    number: u64,
    is_delivered: bool,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.is_delivered {
            self.publisher.give_up(self.number);
        }
    }
}

/// Ends a producer on a thread of its own, since that takes a moment; what it still holds fails.
fn throw_away(producer: Option<Producer>) {
    // Without a thread it ends here.
    let _ = thread::Builder::new()
        .name("kafka-end".to_owned())
        .spawn(move || drop(producer));
}

fn refused(event: &Incoming, reason: KafkaError) -> DeliveryError {
    DeliveryError::Refused {
        id: event.id,
        name: Arc::clone(&event.name),
        reason: Box::new(reason),
    }
}

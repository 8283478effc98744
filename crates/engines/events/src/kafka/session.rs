//! What a member of a consumer group does: takes in what is in its partitions, has it handled, and
//! commits.
//!
//! Offsets are committed without waiting, as soon as a batch is handled. Nothing more is needed when
//! partitions are given back or the member leaves, since librdkafka ends the commits that were begun
//! before it does either.

use std::{collections::BTreeSet, error::Error, thread, time::Duration};

use ashlar_core::threads::Threads;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use rdkafka::{
    ClientConfig, Message, TopicPartitionList,
    consumer::{CommitMode, Consumer, StreamConsumer},
    error::{KafkaError, KafkaResult},
    message::BorrowedMessage,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until, timeout},
};

use super::{
    batch::{Ended, handle},
    lanes::{Lanes, Received},
    message,
    rebalance::{Change, Rebalancing, release},
};
use crate::consumers::Group;

/// How many messages are taken in before something else has its turn.
const GULP: usize = 1000;

/// How long partitions that were revoked are kept for what is under way in them.
const REVOKED: Duration = Duration::from_secs(30);

/// How long a member that stops waits for what is under way …
const STOPPING: Duration = Duration::from_secs(30);

/// … and then for the group to let it go.
const LEAVING: Duration = Duration::from_secs(5);

/// The consumer of a session.
pub(super) type Receiver = StreamConsumer<Rebalancing>;

/// A member's time with one consumer.
pub(super) struct Session {
    group: Group,
    threads: Threads,
    names: BTreeSet<&'static str>,
    lanes: Lanes,
    under_way: FuturesUnordered<BoxFuture<'static, Ended>>,
    changes: mpsc::UnboundedReceiver<Change>,
    revoked: Option<Revoked>,
}

/// Partitions to be given back.
struct Revoked {
    partitions: TopicPartitionList,
    until: Instant,
}

impl Session {
    /// Joins the group in the background.
    ///
    /// # Errors
    ///
    /// When no consumer can be made.
    pub(super) fn join(
        config: &ClientConfig,
        topics: &BTreeSet<String>,
        group: &Group,
        threads: &Threads,
    ) -> Result<(Receiver, Self), KafkaError> {
        let (rebalancing, changes) = Rebalancing::new();
        let consumer: Receiver = config.create_with_context(rebalancing)?;
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics)?;
        let session = Self {
            group: group.clone(),
            threads: threads.clone(),
            names: group.reads(),
            lanes: Lanes::default(),
            under_way: FuturesUnordered::new(),
            changes,
            revoked: None,
        };
        Ok((consumer, session))
    }

    /// Reads until `stop` says true, finishes what is under way, and leaves the group.
    ///
    /// # Errors
    ///
    /// When the consumer is of no more use.
    pub(super) async fn run(
        mut self,
        consumer: Receiver,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let outcome = self.serve(&consumer, &mut stop).await;
        self.finish(&consumer).await;
        leave(consumer).await;
        Ok(outcome?)
    }

    async fn serve(
        &mut self,
        consumer: &Receiver,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), KafkaError> {
        let mut messages = consumer.stream();
        loop {
            let revoked_until = self.revoked.as_ref().map(|revoked| revoked.until);
            tokio::select! {
                Some(first) = messages.next() => {
                    self.take_in(first)?;
                    // What has arrived with it makes the batches larger.
                    for _ in 1..GULP {
                        let Some(Some(next)) = messages.next().now_or_never() else { break };
                        self.take_in(next)?;
                    }
                }
                Some(ended) = self.under_way.next() => self.end(&ended),
                Some(change) = self.changes.recv() => self.change(consumer, change),
                () = wait_until(revoked_until) => {}
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
            }
            self.begin();
            self.commit(consumer);
            self.give_back(consumer);
            self.regulate(consumer);
            // A partition with much in it is not to keep this thread to itself.
            tokio::task::yield_now().await;
        }
    }

    fn take_in(&mut self, message: KafkaResult<BorrowedMessage<'_>>) -> Result<(), KafkaError> {
        let message = match message {
            Ok(message) => message,
            Err(error @ KafkaError::MessageConsumptionFatal(_)) => return Err(error),
            // The consumer has told it to the log, and goes on by itself.
            Err(_) => return Ok(()),
        };
        let (topic, partition, offset) = (message.topic(), message.partition(), message.offset());
        let event = message::read(&message, &self.names).unwrap_or_else(|error| {
            let error = &error as &(dyn Error + 'static);
            tracing::error!(topic, partition, offset, error, "kafka_message_malformed");
            None
        });
        if event.is_none() {
            tracing::debug!(topic, partition, offset, "kafka_message_skipped");
        }
        self.lanes
            .receive((topic.into(), partition), Received { offset, event });
        Ok(())
    }

    /// Begins with each batch that can be begun.
    fn begin(&mut self) {
        for batch in self.lanes.begin() {
            let (group, threads) = (self.group.clone(), self.threads.clone());
            self.under_way.push(handle(group, threads, batch).boxed());
        }
    }

    fn end(&mut self, ended: &Ended) {
        self.lanes.end(&ended.lane, ended.next, ended.is_handled);
    }

    fn commit(&mut self, consumer: &Receiver) {
        if let Some(handled) = self.lanes.take_handled()
            && let Err(error) = consumer.commit(&handled, CommitMode::Async)
        {
            // The next commit says it again; and else the inbox knows what comes twice.
            tracing::debug!(%error, "kafka_commit_failed");
        }
    }

    fn change(&mut self, consumer: &Receiver, change: Change) {
        match change {
            // Some may have been paused when they were here before.
            Change::Assigned(partitions) => tell(consumer.resume(&partitions)),
            Change::Revoked(partitions) => {
                self.lanes.leave(&partitions);
                let until = Instant::now() + REVOKED;
                self.revoked = Some(Revoked { partitions, until });
            }
        }
    }

    /// Gives back what was revoked, when nothing is under way there any more, or it has taken too
    /// long, or it is somebody else's anyhow.
    fn give_back(&mut self, consumer: &Receiver) {
        let Some(revoked) = self.revoked.take() else {
            return;
        };
        let must_wait = self.lanes.is_busy(&revoked.partitions)
            && Instant::now() < revoked.until
            && !consumer.assignment_lost();
        if must_wait {
            self.revoked = Some(revoked);
        } else {
            self.lanes.remove(&revoked.partitions);
            release(consumer, &revoked.partitions);
        }
    }

    /// Pauses partitions that bring more than is handled, and resumes them later. The group is served
    /// meanwhile, so the member is not taken for dead.
    fn regulate(&mut self, consumer: &Receiver) {
        if let Some(full) = self.lanes.pause() {
            tell(consumer.pause(&full));
        }
        if let Some(drained) = self.lanes.resume() {
            tell(consumer.resume(&drained));
        }
    }

    /// Waits for what is under way, and gives everything back.
    async fn finish(&mut self, consumer: &Receiver) {
        self.lanes.leave_all();
        let finished = async {
            while let Some(ended) = self.under_way.next().await {
                self.lanes.end(&ended.lane, ended.next, ended.is_handled);
            }
        };
        if timeout(STOPPING, finished).await.is_err() {
            tracing::warn!(group = self.group.name(), "kafka_batches_cut_off");
        }
        self.commit(consumer);
        consumer.context().close();
        let told = std::iter::from_fn(|| self.changes.try_recv().ok());
        let unheard = told.filter_map(|change| match change {
            Change::Revoked(partitions) => Some(partitions),
            Change::Assigned(_) => None,
        });
        let revoked = self.revoked.take().map(|revoked| revoked.partitions);
        for partitions in revoked.into_iter().chain(unheard) {
            release(consumer, &partitions);
        }
    }
}

/// Ends the consumer on a thread of its own, since the group must let it go, and Kafka may be away.
async fn leave(consumer: Receiver) {
    let (ended, left) = oneshot::channel::<()>();
    // Without a thread it ends here.
    let _ = thread::Builder::new()
        .name("kafka-end".to_owned())
        .spawn(move || {
            drop(consumer);
            drop(ended);
        });
    // Nothing is sent: that the other end is gone is the answer.
    let _ = timeout(LEAVING, left).await;
}

async fn wait_until(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

fn tell(outcome: KafkaResult<()>) {
    if let Err(error) = outcome {
        let error = &error as &(dyn Error + 'static);
        tracing::warn!(error, "kafka_flow_control_failed");
    }
}

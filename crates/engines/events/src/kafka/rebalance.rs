//! What a member of a group is told when partitions are shared out anew.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use rdkafka::{
    ClientContext, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, Consumer, ConsumerContext, RebalanceProtocol},
    error::{KafkaError, KafkaResult},
    statistics::Statistics,
    types::RDKafkaRespErr,
};
use tokio::sync::mpsc;

use super::client::Voice;

/// Partitions come and go.
pub(super) enum Change {
    /// These are the member's from now on.
    Assigned(TopicPartitionList),
    /// These are to be given back by [`release`], soon. Until then nobody else gets them.
    Revoked(TopicPartitionList),
}

/// The context of a member's consumer. It passes on each [`Change`], and leaves it to the member when
/// revoked partitions are given back, so that what is under way can be finished and committed.
pub(super) struct Rebalancing {
    changes: mpsc::UnboundedSender<Change>,
    is_closing: AtomicBool,
}

impl Rebalancing {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<Change>) {
        let (changes, told) = mpsc::unbounded_channel();
        let is_closing = AtomicBool::new(false);
        (
            Self {
                changes,
                is_closing,
            },
            told,
        )
    }

    /// From now on nobody listens any more: partitions are given back at once.
    pub(super) fn close(&self) {
        self.is_closing.store(true, SeqCst);
    }
}

/// Gives `partitions` back. Commits that were begun are ended first, by librdkafka, so whoever gets
/// them next begins after what was committed.
pub(super) fn release<C: ConsumerContext>(
    consumer: &impl Consumer<C>,
    partitions: &TopicPartitionList,
) {
    let released = match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_unassign(partitions),
        RebalanceProtocol::Eager | RebalanceProtocol::None => consumer.unassign(),
    };
    if let Err(error) = released {
        tracing::warn!(
            error = &error as &(dyn std::error::Error + 'static),
            "kafka_release_failed"
        );
    }
}

impl ConsumerContext for Rebalancing {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        what: RDKafkaRespErr,
        partitions: &mut TopicPartitionList,
    ) {
        if what == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let assigned = match consumer.rebalance_protocol() {
                RebalanceProtocol::Cooperative => consumer.incremental_assign(partitions),
                RebalanceProtocol::Eager | RebalanceProtocol::None => consumer.assign(partitions),
            };
            if let Err(error) = assigned {
                let error = &error as &(dyn std::error::Error + 'static);
                tracing::warn!(error, "kafka_assign_failed");
            }
            // Nobody listens any more when the member is gone.
            let _ = self.changes.send(Change::Assigned(partitions.clone()));
            return;
        }
        let is_heard = !self.is_closing.load(SeqCst)
            && self
                .changes
                .send(Change::Revoked(partitions.clone()))
                .is_ok();
        if !is_heard {
            release(consumer, partitions);
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        // The next commit says it again; and else the inbox knows what comes twice.
        if let Err(error) = result {
            tracing::debug!(%error, "kafka_commit_failed");
        }
    }
}

impl ClientContext for Rebalancing {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        Voice.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        Voice.error(error, reason);
    }

    fn stats(&self, _: Statistics) {}
}

//! What librdkafka is told about the cluster, and what it tells of it.

use ashlar_core::settings::Choice;
use rdkafka::{
    ClientConfig, ClientContext,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    statistics::Statistics,
};

use super::settings::{KafkaSettings, Mechanism};

/// The longest event, in bytes, that a producer sends and a topic of ours takes; the default of
/// both is 1 MB.
pub(super) const LONGEST: &str = "4194304";

/// What all clients share. Options are those of librdkafka's CONFIGURATION.md.
pub(super) fn base(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set_log_level(RDKafkaLogLevel::Warning)
        .set("client.id", "ashlar")
        .set("bootstrap.servers", settings.brokers.join(","))
        .set("security.protocol", settings.security_protocol())
        // A broker that hangs is found out within a few seconds, and one that came back as soon.
        .set("socket.timeout.ms", "10000")
        .set("socket.keepalive.enable", "true")
        .set("reconnect.backoff.max.ms", "2000")
        .set("topic.metadata.refresh.interval.ms", "30000")
        // Topics are made with the right number of partitions, or not at all.
        .set("allow.auto.create.topics", "false");
    if let Some(tls) = &settings.tls {
        let ca = tls.ca.as_ref().map(|path| path.display().to_string());
        // The library brings its own OpenSSL, which does not know where the system's are.
        config.set("ssl.ca.location", ca.as_deref().unwrap_or("probe"));
        if let Some((cert, key)) = &tls.identity {
            config.set("ssl.certificate.location", cert.display().to_string());
            config.set("ssl.key.location", key.display().to_string());
        }
    }
    if let Some(sasl) = &settings.sasl {
        config.set("sasl.mechanisms", wire_name(sasl.mechanism));
        config.set("sasl.username", sasl.username.as_str());
        config.set("sasl.password", sasl.password.expose());
    }
    config
}

/// A producer whose messages arrive once, however often they are sent; see `publisher` for order.
pub(super) fn producer(settings: &KafkaSettings) -> ClientConfig {
    let mut config = base(settings);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        // We watch the time; see `publisher`.
        .set("message.timeout.ms", "0")
        // What is sent at once is together by then, and the next event of an entity waits for it.
        .set("linger.ms", "1")
        .set("message.max.bytes", LONGEST)
        .set("compression.codec", settings.compression.name())
        // Java's way to choose a partition, so that others can join our topics with theirs.
        .set("partitioner", "murmur2_random");
    config
}

/// A member of the group `group`.
pub(super) fn consumer(settings: &KafkaSettings, group: &str) -> ClientConfig {
    let mut config = base(settings);
    config
        .set("group.id", format!("{}{group}", settings.topic_prefix))
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "earliest")
        .set("partition.assignment.strategy", "cooperative-sticky")
        .set("isolation.level", "read_committed")
        // A member that was killed is missed after this time.
        .set("session.timeout.ms", "10000")
        // What is fetched ahead is thrown away when a partition pauses, so it is not much.
        .set("queued.min.messages", "2000")
        .set("queued.max.messages.kbytes", "16384")
        .set("fetch.queue.backoff.ms", "50");
    config
}

fn wire_name(mechanism: Mechanism) -> &'static str {
    match mechanism {
        Mechanism::Plain => "PLAIN",
        Mechanism::ScramSha256 => "SCRAM-SHA-256",
        Mechanism::ScramSha512 => "SCRAM-SHA-512",
    }
}

/// Why no client can be made of the settings: a certificate that cannot be read, an option that is
/// refused. Quotes no value: it may be a password.
#[derive(Debug, thiserror::Error)]
#[error("the settings of Kafka cannot be used: {0}")]
pub struct KafkaSetupError(String);

impl From<KafkaError> for KafkaSetupError {
    fn from(error: KafkaError) -> Self {
        match error {
            KafkaError::ClientConfig(_, _, option, _) => Self(format!("{option} is refused")),
            other => Self(other.to_string()),
        }
    }
}

/// Passes on to the log what librdkafka tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Voice;

impl ClientContext for Voice {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        // What is wrong with a connection is told to `error` as well.
        let is_told = matches!(facility, "FAIL" | "ERROR");
        match level {
            RDKafkaLogLevel::Emerg
            | RDKafkaLogLevel::Alert
            | RDKafkaLogLevel::Critical
            | RDKafkaLogLevel::Error
                if !is_told =>
            {
                tracing::warn!(facility, text = message, "kafka_client");
            }
            _ => tracing::debug!(facility, text = message, "kafka_client"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::Fatal) => tracing::error!(%error, reason, "kafka_fatal"),
            // It comes several times a second for as long as they are away, and says nothing of
            // why. The errors of the connections do, and librdkafka tells each of those only twice
            // a minute; the relay and the members say what follows.
            Some(RDKafkaErrorCode::AllBrokersDown) => {
                tracing::debug!(%error, reason, "kafka_away");
            }
            _ => tracing::warn!(%error, reason, "kafka_error"),
        }
    }

    fn stats(&self, _: Statistics) {}
}

//! Where Kafka is, and how to speak to it.

mod check;

use std::{path::PathBuf, time::Duration};

use ashlar_core::{
    secret::Secret,
    settings::{Choice, Reader},
};

use self::check::{are_brokers, is_prefix, is_readable, is_source, slug};

/// Kafka as the broker of events.
#[derive(Clone, Debug)]
pub struct KafkaSettings {
    /// `KAFKA_BROKERS`: some of the cluster's brokers, each as host:port.
    pub brokers: Vec<String>,
    /// `KAFKA_TOPIC_PREFIX`: what the names of topics and groups begin with. Default: `ashlar.`.
    pub topic_prefix: String,
    /// `KAFKA_PARTITIONS`: how many partitions a topic gets that is made. Default: 12.
    pub partitions: u16,
    /// `KAFKA_REPLICATION_FACTOR`: on how many brokers such a topic is kept. Default: as the
    /// brokers are set.
    pub replication_factor: Option<u16>,
    /// `KAFKA_COMPRESSION`: how messages are compressed. Default: lz4.
    pub compression: Compression,
    /// `KAFKA_DELIVERY_TIMEOUT`: how long Kafka may take to hold a slice of events durably before
    /// it counts as away. Default: 10 s.
    pub delivery_timeout: Duration,
    /// `KAFKA_SOURCE`: who publishes, as the CloudEvents attribute `source` tells. Default: made of
    /// `APP_NAME`.
    pub source: String,
    /// `KAFKA_CA`, `KAFKA_CERT`, `KAFKA_KEY`: set when `KAFKA_SECURITY_PROTOCOL` is `ssl` or
    /// `sasl_ssl`.
    pub tls: Option<KafkaTls>,
    /// `KAFKA_SASL_…`: set when `KAFKA_SECURITY_PROTOCOL` is `sasl_plaintext` or `sasl_ssl`.
    pub sasl: Option<KafkaSasl>,
}

/// How to tell the brokers from impostors, and perhaps the other way round.
#[derive(Clone, Debug, Default)]
pub struct KafkaTls {
    /// `KAFKA_CA`: a PEM file with the certificates to trust. Default: the system's.
    pub ca: Option<PathBuf>,
    /// `KAFKA_CERT` and `KAFKA_KEY`: PEM files with the certificate that this client shows, and
    /// with its private key.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// As whom to sign in to the brokers.
#[derive(Clone, Debug)]
pub struct KafkaSasl {
    /// `KAFKA_SASL_MECHANISM`. Default: scram-sha-512.
    pub mechanism: Mechanism,
    /// `KAFKA_SASL_USERNAME`.
    pub username: String,
    /// `KAFKA_SASL_PASSWORD`.
    pub password: Secret,
}

/// How messages are compressed: what the client library is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Fast, and good enough for JSON.
    Lz4,
    /// Faster and weaker.
    Snappy,
    /// Not at all.
    None,
}

impl Choice for Compression {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("lz4", Self::Lz4),
        ("snappy", Self::Snappy),
        ("none", Self::None),
    ];
}

/// How the password is shown to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// As it is (RFC 4616).
    Plain,
    /// Without being told (RFC 5802, RFC 7677).
    ScramSha256,
    /// Without being told (RFC 5802).
    ScramSha512,
}

impl Choice for Mechanism {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("plain", Self::Plain),
        ("scram-sha-256", Self::ScramSha256),
        ("scram-sha-512", Self::ScramSha512),
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Plaintext,
    Ssl,
    SaslPlaintext,
    SaslSsl,
}

impl Choice for Protocol {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("plaintext", Self::Plaintext),
        ("ssl", Self::Ssl),
        ("sasl_plaintext", Self::SaslPlaintext),
        ("sasl_ssl", Self::SaslSsl),
    ];
}

const PROTOCOL: &str = "KAFKA_SECURITY_PROTOCOL";

impl KafkaSettings {
    /// Reads them; none when `KAFKA_BROKERS` is not set, and events stay in the process.
    pub fn read(reader: &mut Reader) -> Option<Self> {
        reader.section("Kafka");
        let brokers: Option<Vec<String>> = reader
            .var(
                "KAFKA_BROKERS",
                "Kafka's brokers as host:port,…; without them events stay in the process",
            )
            .check(are_brokers)
            .optional();
        let protocol = reader
            .var(PROTOCOL, "plaintext, ssl, sasl_plaintext or sasl_ssl")
            .default(Protocol::Plaintext);
        let (partitions, replication_factor) = topics(reader);
        let settings = Self {
            brokers: brokers.clone().unwrap_or_default(),
            topic_prefix: reader
                .var("KAFKA_TOPIC_PREFIX", "What topics and groups begin with")
                .check(is_prefix)
                .default("ashlar.".to_owned()),
            partitions,
            replication_factor,
            compression: reader
                .var("KAFKA_COMPRESSION", "lz4, snappy or none")
                .default(Compression::Lz4),
            delivery_timeout: reader
                .seconds(
                    "KAFKA_DELIVERY_TIMEOUT",
                    "Seconds in which Kafka must have events, or it counts as away",
                )
                .range(Duration::from_secs(1)..=Duration::from_secs(300))
                .default(Duration::from_secs(10)),
            source: source(reader),
            tls: tls(reader, protocol),
            sasl: sasl(reader, protocol),
        };
        brokers.map(|_| settings)
    }

    /// As librdkafka calls it.
    pub(super) fn security_protocol(&self) -> &'static str {
        let protocol = match (&self.tls, &self.sasl) {
            (None, None) => Protocol::Plaintext,
            (Some(_), None) => Protocol::Ssl,
            (None, Some(_)) => Protocol::SaslPlaintext,
            (Some(_), Some(_)) => Protocol::SaslSsl,
        };
        protocol.name()
    }
}

fn topics(reader: &mut Reader) -> (u16, Option<u16>) {
    let partitions = reader
        .var(
            "KAFKA_PARTITIONS",
            "Partitions of a topic that is made; later changes unsettle the order of events",
        )
        .range(1..=1000)
        .default(12);
    let replication_factor = reader
        .var(
            "KAFKA_REPLICATION_FACTOR",
            "Brokers that keep a topic that is made; as the brokers are set when unset",
        )
        .range(1..=100)
        .optional();
    (partitions, replication_factor)
}

fn source(reader: &mut Reader) -> String {
    let app: String = reader
        .var("APP_NAME", "The API's title, and the name in what it sends")
        .default("Ashlar".to_owned());
    reader
        .var(
            "KAFKA_SOURCE",
            "Who publishes: the CloudEvents attribute source, a URI reference",
        )
        .check(is_source)
        .default_as("APP_NAME in lower case", slug(&app))
}

fn tls(reader: &mut Reader, protocol: Protocol) -> Option<KafkaTls> {
    let is_on = matches!(protocol, Protocol::Ssl | Protocol::SaslSsl);
    let mut file = |name: &'static str, sentence: &'static str| {
        let path: Option<PathBuf> = reader.var(name, sentence).check(is_readable).optional();
        if path.is_some() && !is_on {
            reader.problem(
                name,
                format!("has no meaning unless {PROTOCOL} is ssl or sasl_ssl"),
            );
        }
        path
    };
    let ca = file(
        "KAFKA_CA",
        "PEM file with the certificates to trust; the system's when unset",
    );
    let cert = file(
        "KAFKA_CERT",
        "PEM file with the certificate that is shown to the brokers",
    );
    let key = file("KAFKA_KEY", "PEM file with that certificate's private key");
    match (&cert, &key) {
        (Some(_), None) => reader.problem("KAFKA_KEY", "must be set too when KAFKA_CERT is"),
        (None, Some(_)) => reader.problem("KAFKA_CERT", "must be set too when KAFKA_KEY is"),
        (Some(_), Some(_)) | (None, None) => {}
    }
    is_on.then(|| KafkaTls {
        ca,
        identity: cert.zip(key),
    })
}

fn sasl(reader: &mut Reader, protocol: Protocol) -> Option<KafkaSasl> {
    let is_on = matches!(protocol, Protocol::SaslPlaintext | Protocol::SaslSsl);
    let mechanism = reader
        .var(
            "KAFKA_SASL_MECHANISM",
            "plain, scram-sha-256 or scram-sha-512",
        )
        .default(Mechanism::ScramSha512);
    let username: Option<String> = reader
        .var("KAFKA_SASL_USERNAME", "As whom to sign in to the brokers")
        .optional();
    let password: Option<Secret> = reader
        .var("KAFKA_SASL_PASSWORD", "That user's password")
        .optional();
    for (name, is_set) in [
        ("KAFKA_SASL_USERNAME", username.is_some()),
        ("KAFKA_SASL_PASSWORD", password.is_some()),
    ] {
        if is_on && !is_set {
            let message = format!("must be set when {PROTOCOL} is {}", protocol.name());
            reader.problem(name, message);
        }
        if is_set && !is_on {
            let message = format!("has no meaning unless {PROTOCOL} is sasl_plaintext or sasl_ssl");
            reader.problem(name, message);
        }
    }
    if protocol == Protocol::SaslPlaintext
        && mechanism == Mechanism::Plain
        && reader.environment().is_production()
    {
        let message = "is plain without TLS: the password can be read on its way";
        reader.warning("KAFKA_SASL_MECHANISM", message);
    }
    is_on.then(|| KafkaSasl {
        mechanism,
        username: username.unwrap_or_default(),
        password: password.unwrap_or_default(),
    })
}

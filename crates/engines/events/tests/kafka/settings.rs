//! What the settings say, and what is refused.

use ashlar_core::settings::{Reader, Source};
use ashlar_events::kafka::{Kafka, KafkaSettings};

fn read(pairs: &[(&str, &str)]) -> Result<Option<KafkaSettings>, String> {
    let mut reader = Reader::new(Source::from_pairs(pairs.iter().copied()));
    let settings = KafkaSettings::read(&mut reader);
    reader.finish().map_err(|problems| problems.to_string())?;
    Ok(settings)
}

#[test]
fn without_brokers_there_is_no_kafka() {
    assert!(read(&[]).expect("sound").is_none());
    assert!(read(&[("KAFKA_PARTITIONS", "3")]).expect("sound").is_none());
}

#[test]
fn the_defaults_are_as_documented() {
    let pairs = [
        ("KAFKA_BROKERS", "a:1, b.example.com:9092"),
        ("APP_NAME", "My App"),
    ];
    let settings = read(&pairs).expect("sound").expect("Kafka");
    assert_eq!(settings.brokers, ["a:1", "b.example.com:9092"]);
    assert_eq!(settings.topic_prefix, "ashlar.");
    assert_eq!(settings.partitions, 12);
    assert_eq!(settings.replication_factor, None);
    assert_eq!(settings.source, "my-app");
    assert!(settings.tls.is_none() && settings.sasl.is_none());
}

/// What is set, and the variables that the problems name.
type Refusal<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn what_does_not_fit_together_is_refused_by_name() {
    let this_file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let cases: &[Refusal] = &[
        (&[("KAFKA_BROKERS", "kafka")], &["KAFKA_BROKERS"]),
        (
            &[("KAFKA_BROKERS", "http://kafka:9092")],
            &["KAFKA_BROKERS"],
        ),
        (&[("KAFKA_TOPIC_PREFIX", "a b")], &["KAFKA_TOPIC_PREFIX"]),
        (&[("KAFKA_COMPRESSION", "zstd")], &["KAFKA_COMPRESSION"]),
        (&[("KAFKA_SOURCE", "my app")], &["KAFKA_SOURCE"]),
        (
            &[("KAFKA_SECURITY_PROTOCOL", "sasl_ssl")],
            &["KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"],
        ),
        (
            &[
                ("KAFKA_SASL_USERNAME", "ada"),
                ("KAFKA_SASL_PASSWORD", "hidden-one"),
            ],
            &["KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"],
        ),
        (&[("KAFKA_CA", this_file)], &["KAFKA_CA"]),
        (
            &[
                ("KAFKA_SECURITY_PROTOCOL", "ssl"),
                ("KAFKA_CERT", this_file),
            ],
            &["KAFKA_KEY"],
        ),
        (
            &[
                ("KAFKA_SECURITY_PROTOCOL", "ssl"),
                ("KAFKA_CA", "/no/such/file"),
            ],
            &["KAFKA_CA"],
        ),
    ];
    for (pairs, names) in cases {
        let problems = read(pairs).expect_err("refused");
        for name in *names {
            assert!(problems.contains(name), "{pairs:?}: {problems}");
        }
        assert!(!problems.contains("hidden-one"), "{problems}");
    }
}

#[test]
fn a_certificate_that_is_none_is_told_at_the_start() {
    let no_certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let pairs = [
        ("KAFKA_BROKERS", "localhost:9092"),
        ("KAFKA_SECURITY_PROTOCOL", "ssl"),
        ("KAFKA_CA", no_certificate),
    ];
    let settings = read(&pairs).expect("sound").expect("Kafka");
    let error = Kafka::new(settings).expect_err("refused");
    assert!(error.to_string().contains("ssl.ca.location"), "{error}");
}

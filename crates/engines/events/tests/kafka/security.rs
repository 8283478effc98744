//! The broker's port that wants TLS and a password.

use ashlar_events::{Broker, kafka::Kafka};
use ashlar_testkit::{Backend, World, run};

use crate::{
    cluster::{prefix, service, settings},
    pages::{Scriptorium, page, publish, written},
};

/// Kafka by TLS, signed in with `password`.
fn kafka(mechanism: &str, ca: Option<&str>, password: &str) -> Kafka {
    let prefix = prefix();
    let user = service("TEST_KAFKA_SASL_USER");
    let mut more = vec![
        ("KAFKA_TOPIC_PREFIX", prefix.as_str()),
        ("KAFKA_DELIVERY_TIMEOUT", "5"),
        ("KAFKA_SECURITY_PROTOCOL", "sasl_ssl"),
        ("KAFKA_SASL_MECHANISM", mechanism),
        ("KAFKA_SASL_USERNAME", user.as_str()),
        ("KAFKA_SASL_PASSWORD", password),
    ];
    more.extend(ca.map(|ca| ("KAFKA_CA", ca)));
    let settings = settings(&service("TEST_KAFKA_SASL_BROKERS"), &more);
    assert!(!format!("{settings:?}").contains(password));
    Kafka::new(settings).expect("the settings are sound")
}

#[test]
fn each_mechanism_signs_in() {
    run(Backend::Sqlite, async |world: World| {
        let scriptorium = Scriptorium::open(world).await;
        let (ca, password) = (
            service("TEST_KAFKA_CA"),
            service("TEST_KAFKA_SASL_PASSWORD"),
        );
        let mechanisms = ["plain", "scram-sha-256", "scram-sha-512"];
        for (copied, mechanism) in mechanisms.into_iter().enumerate() {
            let kafka = kafka(mechanism, Some(&ca), &password);
            let event = written(scriptorium.world(), page(), 0);
            publish(&kafka, std::slice::from_ref(&event)).await;
            let work = scriptorium.work(&kafka);
            scriptorium.until_copied(copied + 1).await;
            work.end().await;
            assert!(kafka.check().await, "{mechanism}");
        }
    });
}

#[test]
fn a_wrong_password_and_an_unknown_authority_are_refused() {
    run(Backend::Sqlite, async |world: World| {
        let ca = service("TEST_KAFKA_CA");
        let password = service("TEST_KAFKA_SASL_PASSWORD");
        let event = written(&world, page(), 0);
        for kafka in [
            kafka("scram-sha-256", Some(&ca), "not the password"),
            // The system trusts nobody who signed this certificate.
            kafka("scram-sha-256", None, &password),
        ] {
            assert!(!kafka.check().await);
            kafka
                .publish(std::slice::from_ref(&event))
                .await
                .expect_err("it is not let in");
        }
    });
}

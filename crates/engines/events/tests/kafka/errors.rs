//! A cluster that errs on purpose: librdkafka's mock, which knows no topic administration.

use std::time::Duration;

use ashlar_core::events::Incoming;
use ashlar_events::{Broker, kafka::Kafka};
use ashlar_testkit::{Backend, World, run};
use rdkafka::{
    mocking::MockCluster,
    producer::DefaultProducerContext,
    types::{RDKafkaApiKey, RDKafkaRespErr},
};

use crate::{
    cluster::{kafka, prefix, until},
    pages::{Scriptorium, lines, pages, publish, written_by},
};

struct Mock {
    cluster: MockCluster<'static, DefaultProducerContext>,
    kafka: Kafka,
}

impl Mock {
    fn start() -> Self {
        let cluster = MockCluster::new(3).expect("a cluster");
        let prefix = prefix();
        cluster
            .create_topic(&format!("{prefix}page"), 4, 3)
            .expect("a topic");
        let kafka = kafka(&cluster.bootstrap_servers(), &prefix);
        Self { cluster, kafka }
    }
}

/// Has a mock cluster err in `ways` while lines are published, slice after slice; in the end each
/// line was copied once, and the lines of a page in order.
async fn survives(world: World, ways: impl Fn(u32, &Mock)) {
    let mock = Mock::start();
    let scriptorium = Scriptorium::open(world).await;
    let work = scriptorium.work(&mock.kafka);
    let pages = pages(8);
    for slice in 0..10 {
        ways(slice, &mock);
        let events: Vec<Incoming> = lines(scriptorium.world(), &pages, slice * 5, slice * 5 + 5);
        publish(&mock.kafka, &events).await;
    }
    scriptorium.until_copied(8 * 50).await;
    work.end().await;
    scriptorium.assert_copied(&pages, 50).await;
}

#[test]
fn errors_that_pass() {
    run(Backend::Sqlite, async |world: World| {
        let errors = [
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__TRANSPORT,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        ];
        survives(world, |slice, mock| {
            let error = errors[slice as usize % errors.len()];
            mock.cluster
                .request_errors(RDKafkaApiKey::Produce, &[error, error]);
        })
        .await;
    });
}

/// Each would leave a gap behind it, were the producer to go on.
#[test]
fn errors_that_stop_the_producer() {
    run(Backend::Sqlite, async |world: World| {
        let errors = [
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_MSG,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
        ];
        survives(world, |slice, mock| {
            let error = errors[slice as usize % errors.len()];
            mock.cluster
                .request_errors(RDKafkaApiKey::Produce, &[error]);
        })
        .await;
    });
}

/// Of a slice that takes several requests the first is refused: what is behind it must not arrive
/// without it, since it would stand before it for ever.
#[test]
fn a_slice_never_has_a_gap() {
    run(Backend::Sqlite, async |world: World| {
        let mock = Mock::start();
        let scriptorium = Scriptorium::open(world).await;
        let author = "x".repeat(250_000);
        let pages = pages(3);
        for page in &pages {
            let written = |line| written_by(scriptorium.world(), *page, line, &author);
            let slice: Vec<Incoming> = (0..20).map(written).collect();
            let refusal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS;
            mock.cluster
                .request_errors(RDKafkaApiKey::Produce, &[refusal]);
            mock.kafka.publish(&slice).await.expect_err("it is refused");
            publish(&mock.kafka, &slice).await;
        }
        let work = scriptorium.work(&mock.kafka);
        scriptorium.until_copied(60).await;
        work.end().await;
        scriptorium.assert_copied(&pages, 20).await;
    });
}

#[test]
fn a_group_without_its_coordinator() {
    run(Backend::Sqlite, async |world: World| {
        let errors = [
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        ];
        survives(world, |slice, mock| {
            // Each is followed by a pause, so there are not many: at the beginning and later on.
            let errors = if slice % 5 == 0 { &errors[..] } else { &[] };
            for key in [
                RDKafkaApiKey::FindCoordinator,
                RDKafkaApiKey::OffsetCommit,
                RDKafkaApiKey::Heartbeat,
                RDKafkaApiKey::JoinGroup,
            ] {
                mock.cluster.request_errors(key, errors);
            }
        })
        .await;
    });
}

#[test]
fn brokers_that_go_and_come() {
    run(Backend::Sqlite, async |world: World| {
        let mock = Mock::start();
        let scriptorium = Scriptorium::open(world).await;
        let work = scriptorium.work(&mock.kafka);
        let pages = pages(8);
        let before = lines(scriptorium.world(), &pages, 0, 5);
        assert_eq!(publish(&mock.kafka, &before).await, 1);
        until("it answers", async || mock.kafka.check().await).await;

        mock.cluster.broker_down(-1).expect("brokers");
        let during = lines(scriptorium.world(), &pages, 5, 10);
        mock.kafka
            .publish(&during)
            .await
            .expect_err("nobody takes it");
        until("it notices", async || !mock.kafka.check().await).await;

        mock.cluster.broker_up(-1).expect("brokers");
        publish(&mock.kafka, &during).await;
        scriptorium.until_copied(80).await;
        until("it answers again", async || mock.kafka.check().await).await;
        work.end().await;
        scriptorium.assert_copied(&pages, 10).await;
    });
}

/// The answer comes when nobody waits for it any more: the slice stands there twice.
#[test]
fn brokers_that_are_too_slow() {
    run(Backend::Sqlite, async |world: World| {
        let mock = Mock::start();
        let scriptorium = Scriptorium::open(world).await;
        let pages = pages(8);
        mock.cluster
            .broker_round_trip_time(-1, Duration::from_secs(2))
            .expect("brokers");
        let events = lines(scriptorium.world(), &pages, 0, 5);
        mock.kafka
            .publish(&events)
            .await
            .expect_err("nobody answers in time");
        mock.cluster
            .broker_round_trip_time(-1, Duration::ZERO)
            .expect("brokers");
        publish(&mock.kafka, &events).await;
        publish(&mock.kafka, &lines(scriptorium.world(), &pages, 5, 10)).await;
        let work = scriptorium.work(&mock.kafka);
        scriptorium.until_copied(80).await;
        work.end().await;
        scriptorium.assert_copied(&pages, 10).await;
    });
}

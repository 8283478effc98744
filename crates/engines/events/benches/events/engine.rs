//! The engine that is measured: one process's, with the settings that it has by default, and one
//! handler that does nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use actix_web::rt;
use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    domain::Domain,
    events::{Event, EventId, Handle, Received, publish},
    ids::Id,
    retry::Failure,
};
#[cfg(feature = "kafka")]
use ashlar_events::Broker;
use ashlar_events::{Events, EventsSettings, Groups, InProcess};
use ashlar_testkit::{World, measure};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use tokio::{sync::watch, time::sleep};
use uuid::Uuid;

use crate::handled::Handled;

/// Nothing happened.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct Nothing {
    about: Uuid,
}

impl Event for Nothing {
    const NAME: &'static str = "bench.nothing";
    const ABOUT: &'static str = "Nothing happened.";

    fn key(&self) -> Uuid {
        self.about
    }
}

/// Who events are about, in turn. Clones are the same.
#[derive(Clone)]
pub(crate) struct Entities(Arc<(Vec<Uuid>, AtomicUsize)>);

impl Entities {
    /// So many, at least one.
    pub(crate) fn new(count: usize) -> Self {
        let ids = (0..count).map(|_| Id::<()>::new().as_uuid()).collect();
        Self(Arc::new((ids, AtomicUsize::new(0))))
    }

    /// Publishes an event about the next.
    pub(crate) async fn publish(&self, transaction: &Transaction) -> EventId {
        let (ids, count) = &*self.0;
        let about = ids[count.fetch_add(1, Relaxed) % ids.len()];
        let published = publish(transaction, &Nothing { about }, Clock::system().now()).await;
        published.expect("it is published")
    }
}

struct DoNothing;

impl Handle<Nothing> for DoNothing {
    async fn handle(&self, _: &Transaction, _: &Received<Nothing>) -> Result<(), Failure> {
        Ok(())
    }
}

/// What carries the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// The broker in the process.
    Process,
    /// Kafka: there and back.
    #[cfg(feature = "kafka")]
    Kafka,
}

impl Via {
    pub(crate) const ALL: &'static [Self] = &[
        Self::Process,
        #[cfg(feature = "kafka")]
        Self::Kafka,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Process => "in process",
            #[cfg(feature = "kafka")]
            Self::Kafka => "by Kafka",
        }
    }
}

/// An engine that runs, and the database that it shares with who publishes.
pub(crate) struct Working {
    pub(crate) database: Database,
    world: World,
    stop: watch::Sender<bool>,
    task: rt::task::JoinHandle<()>,
}

impl Working {
    /// Starts one on `world`'s database, and waits until an event has gone all the way: it may take
    /// seconds to join a group.
    pub(crate) async fn start(world: &World, handled: &Handled, via: Via) -> Self {
        handled.clear();
        let database = measure::connect(world).await;
        let domain = Domain::new("bench", "Measures")
            .publishes::<Nothing>()
            .handles("bench.do_nothing", DoNothing);
        let (stop, stopped) = watch::channel(false);
        let task = match via {
            Via::Process => in_process(&database, domain, stopped),
            #[cfg(feature = "kafka")]
            Via::Kafka => by_kafka(&database, domain, stopped).await,
        };
        let working = Self {
            database,
            world: world.clone(),
            stop,
            task,
        };
        let transaction = working.database.begin().await.unwrap();
        Entities::new(1).publish(&transaction).await;
        transaction.commit().await.unwrap();
        handled.until(1).await;
        // Until it is idle.
        sleep(Duration::from_millis(500)).await;
        handled.clear();
        working
    }

    /// Stops the engine, sees to it that the outbox holds nothing more, and closes the database.
    pub(crate) async fn end(self) {
        self.stop.send(true).expect("it works");
        self.task.await.expect("it ends well");
        // The engine's threads have taken the connections along that they had opened.
        let database = self.world.database();
        let connection = database.connection();
        let sql = "SELECT COUNT(*) FROM outbox WHERE published_at IS NULL";
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let row = connection.query_one_raw(statement).await.unwrap();
        let left: i64 = row.expect("a count").try_get_by_index(0).unwrap();
        assert_eq!(left, 0, "every event was passed on");
        self.database.close().await.unwrap();
    }
}

fn in_process(
    database: &Database,
    domain: Domain,
    stopped: watch::Receiver<bool>,
) -> rt::task::JoinHandle<()> {
    let (clock, domains) = (Clock::system(), [domain]);
    let groups = Groups::new(database.clone(), clock.clone(), &domains).expect("names differ");
    let broker = Arc::new(InProcess::new(groups));
    let settings = EventsSettings::default();
    let events = Events::new(database.clone(), clock, &domains, &settings, broker);
    let (events, passing) = (events.expect("an engine"), database.clone());
    rt::spawn(async move {
        tokio::select! {
            () = events.run(until(stopped)) => {}
            () = passing.pass_signals() => {}
        }
    })
}

#[cfg(feature = "kafka")]
async fn by_kafka(
    database: &Database,
    domain: Domain,
    stopped: watch::Receiver<bool>,
) -> rt::task::JoinHandle<()> {
    let (clock, domains) = (Clock::system(), [domain]);
    let groups = Groups::new(database.clone(), clock.clone(), &domains).expect("names differ");
    let kafka = kafka();
    assert!(kafka.check().await, "Kafka does not answer");
    let settings = EventsSettings::default();
    let broker = Arc::new(kafka.clone());
    let events = Events::new(database.clone(), clock, &domains, &settings, broker);
    let (events, passing) = (events.expect("an engine"), database.clone());
    rt::spawn(async move {
        let work = async {
            let relay = events.run(until(stopped.clone()));
            let (consumed, ()) = tokio::join!(kafka.consume(&groups, until(stopped)), relay);
            consumed.expect("threads for the handlers");
        };
        tokio::select! {
            () = work => {}
            () = passing.pass_signals() => {}
        }
    })
}

/// The broker of the services, with topics and groups that nobody else has.
#[cfg(feature = "kafka")]
fn kafka() -> ashlar_events::kafka::Kafka {
    use ashlar_core::settings::{Reader, Source};
    use ashlar_events::kafka::{Kafka, KafkaSettings};

    #[expect(
        clippy::disallowed_methods,
        reason = "it is a setting of the benchmark, not of the program"
    )]
    let brokers = std::env::var("TEST_KAFKA_BROKERS");
    let brokers = brokers.expect("TEST_KAFKA_BROKERS says where Kafka is");
    let prefix = format!("bench-{}.", Id::<()>::new());
    let mut reader = Reader::new(Source::from_pairs([
        ("APP_ENV", "test"),
        ("KAFKA_BROKERS", brokers.as_str()),
        ("KAFKA_TOPIC_PREFIX", prefix.as_str()),
    ]));
    let settings = KafkaSettings::read(&mut reader);
    reader.finish().expect("the settings are sound");
    Kafka::new(settings.expect("there are brokers")).expect("a client")
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // Whoever could say so is gone: that is an end too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

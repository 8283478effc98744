//! What is published here: lines that are written on pages; and who reads it: a copy of the pages.

use std::time::Duration;

use ashlar_core::{
    database::Transaction,
    domain::Domain,
    events::{Event, EventId, Handle, Incoming, Received},
    retry::Failure,
};
use ashlar_events::{Broker, Groups, kafka::Kafka};
use ashlar_testkit::{Backend, World};
use schemars::JsonSchema;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, prelude::Uuid};
use serde::{Deserialize, Serialize};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::cluster::until;

/// A line was written.
#[derive(Serialize, Deserialize, JsonSchema)]
pub(crate) struct LineWritten {
    pub(crate) page: Uuid,
    pub(crate) line: u32,
    pub(crate) by: String,
}

impl Event for LineWritten {
    const NAME: &'static str = "page.line_written";
    const ABOUT: &'static str = "A line was written.";

    fn key(&self) -> Uuid {
        self.page
    }
}

/// A writer whose lines cannot be copied.
pub(crate) const ILLEGIBLE: &str = "a doctor";

/// Copies each line, after a pause.
struct Copyist {
    pause: Duration,
}

#[derive(Debug, thiserror::Error)]
#[error("illegible")]
struct Illegible;

impl Handle<LineWritten> for Copyist {
    async fn handle(
        &self,
        transaction: &Transaction,
        written: &Received<LineWritten>,
    ) -> Result<(), Failure> {
        if written.event.by == ILLEGIBLE {
            return Err(Failure::permanent(Illegible));
        }
        if !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
        let copied = execute(
            transaction,
            "insert into copies (page, line) values ($1, $2)",
            vec![
                written.event.page.to_string().into(),
                i64::from(written.event.line).into(),
            ],
        );
        Ok(copied.await?)
    }
}

/// A line that was copied.
#[derive(Debug, FromQueryResult)]
struct Copy {
    page: String,
    line: i64,
}

/// A world with copyists in it.
pub(crate) struct Scriptorium {
    world: World,
}

impl Scriptorium {
    pub(crate) async fn open(world: World) -> Self {
        let position = match world.backend() {
            Backend::Sqlite => "integer primary key autoincrement",
            Backend::Postgres => "bigserial primary key",
        };
        let table = format!(
            "create table copies (position {position}, page text not null, line bigint not null)"
        );
        let scriptorium = Self { world };
        scriptorium.run(&table).await;
        scriptorium
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// Runs a statement.
    pub(crate) async fn run(&self, statement: &str) {
        let database = self.world.database();
        execute(database.connection(), statement, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    pub(crate) fn domain(&self) -> Domain {
        self.slow_domain(Duration::ZERO)
    }

    /// The domain of a copyist who takes `pause` for each line.
    pub(crate) fn slow_domain(&self, pause: Duration) -> Domain {
        Domain::new("copies", "Copies of pages")
            .publishes::<LineWritten>()
            .handles("copies.copy_line", Copyist { pause })
    }

    pub(crate) fn groups(&self, domains: &[Domain]) -> Groups {
        Groups::new(self.world.database(), self.world.clock(), domains).expect("the names differ")
    }

    /// Begins to copy what comes through `kafka`, as another process would.
    pub(crate) fn work(&self, kafka: &Kafka) -> Work {
        Work::begin(kafka.clone(), self.groups(&[self.domain()]))
    }

    /// The lines of `page` that were copied, in the order in which they were.
    pub(crate) async fn copies(&self, page: Uuid) -> Vec<u32> {
        let copies = self.all_copies().await;
        copies
            .into_iter()
            .filter(|copy| copy.page == page.to_string())
            .map(|copy| u32::try_from(copy.line).expect("a line"))
            .collect()
    }

    /// How many lines were copied in all.
    pub(crate) async fn count(&self) -> usize {
        self.all_copies().await.len()
    }

    /// Waits until there are `count` copies.
    pub(crate) async fn until_copied(&self, count: usize) {
        until(&format!("{count} copies"), async || {
            self.count().await >= count
        })
        .await;
    }

    /// Each of `pages` has its lines, from 0 up to `lines`, once and in order.
    pub(crate) async fn assert_copied(&self, pages: &[Uuid], lines: u32) {
        for page in pages {
            let copied = self.copies(*page).await;
            assert_eq!(copied, (0..lines).collect::<Vec<u32>>(), "{page}");
        }
    }

    /// How many events of this world's handlers are parked in `state`.
    pub(crate) async fn parked(&self, state: &str) -> usize {
        let database = self.world.database();
        let connection = database.connection();
        let statement = Statement::from_sql_and_values(
            connection.get_database_backend(),
            "select 1 from parked_events where state = $1",
            [state.into()],
        );
        let rows = connection.query_all_raw(statement).await;
        rows.expect("the table is there").len()
    }

    async fn all_copies(&self) -> Vec<Copy> {
        let database = self.world.database();
        let connection = database.connection();
        let statement = Statement::from_string(
            connection.get_database_backend(),
            "select page, line from copies order by position",
        );
        Copy::find_by_statement(statement)
            .all(connection)
            .await
            .expect("the table is there")
    }
}

async fn execute(
    connection: &impl ConnectionTrait,
    statement: &str,
    values: Vec<sea_orm::Value>,
) -> Result<(), DbErr> {
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, statement, values);
    connection.execute_raw(statement).await.map(drop)
}

/// Consumers that work until they are told to stop.
pub(crate) struct Work {
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Work {
    pub(crate) fn begin(kafka: Kafka, groups: Groups) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::task::spawn_local(async move {
            let stopped = async {
                // When the other end is gone, the test has failed.
                let _ = stopped.await;
            };
            kafka
                .consume(&groups, stopped)
                .await
                .expect("there are threads");
        });
        Self { stop, running }
    }

    /// Stops, and waits until the groups are left.
    pub(crate) async fn end(self) {
        let _ = self.stop.send(());
        self.running.await.expect("it ends well");
    }
}

/// A new page.
pub(crate) fn page() -> Uuid {
    EventId::new().as_uuid()
}

/// New pages.
pub(crate) fn pages(count: usize) -> Vec<Uuid> {
    (0..count).map(|_| page()).collect()
}

/// The event that `line` was written on `page`.
pub(crate) fn written(world: &World, page: Uuid, line: u32) -> Incoming {
    written_by(world, page, line, "an author")
}

pub(crate) fn written_by(world: &World, page: Uuid, line: u32, by: &str) -> Incoming {
    let event = LineWritten {
        page,
        line,
        by: by.to_owned(),
    };
    Incoming {
        id: EventId::new(),
        name: LineWritten::NAME.into(),
        version: LineWritten::VERSION,
        key: page,
        payload: serde_json::to_string(&event).expect("JSON").into(),
        occurred_at: world.now(),
        request_id: Some("a-request".into()),
        traceparent: None,
    }
}

/// The events that each of `pages` got its lines from `from` up to `to`, line by line.
pub(crate) fn lines(world: &World, pages: &[Uuid], from: u32, to: u32) -> Vec<Incoming> {
    (from..to)
        .flat_map(|line| pages.iter().map(move |page| written(world, *page, line)))
        .collect()
}

/// Publishes `events` as the relay does: again and again, until it is done. Answers how often.
pub(crate) async fn publish(kafka: &Kafka, events: &[Incoming]) -> usize {
    let mut attempts = 1;
    while kafka.publish(events).await.is_err() {
        assert!(attempts < 60, "Kafka does not come back");
        attempts += 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    attempts
}

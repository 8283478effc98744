//! That the check of statements finds what it is for, and nothing else.

use ashlar_testkit::{
    Backend, World,
    queries::{Planner, Statement},
    run,
};

/// Enough for an index to be worth its while.
const ROWS: u32 = 1_000;

const TABLE: &str = "create table things (
    id uuid primary key,
    owner_id uuid not null,
    name varchar(50) not null,
    state varchar(16) not null check (state in ('open', 'done')),
    weight smallint check (weight between 1 and 4),
    noted_at timestamptz not null,
    due_at timestamptz,
    constraint ux_things_name unique (owner_id, name)
)";
const OF_OWNER: &str = "create index ix_of_owner on things (owner_id, noted_at, id)";
const BY_TIME: &str = "create index ix_by_time on things (noted_at, id)";
const OPEN: &str = "create index ix_open on things (due_at) where state = 'open'";

/// A database with a table of things beside the migrated ones, all of them filled.
async fn planner(world: &World) -> Planner {
    let mut planner = Planner::open(world.database_url()).await;
    for statement in [TABLE, OF_OWNER, BY_TIME, OPEN] {
        planner.execute(statement).await;
    }
    planner.fill(ROWS).await;
    // What it knows of the indexes, it learnt when it was opened.
    Planner::open(world.database_url()).await
}

fn statement(sql: &str, types: &[&str]) -> Statement {
    Statement {
        backend: Backend::Postgres,
        sql: sql.to_owned(),
        types: types.iter().map(|one| (*one).to_owned()).collect(),
        function: "things::repository::list".to_owned(),
        place: "crates/things/src/repository.rs:1".to_owned(),
    }
}

/// What is said of `sql`, and of which table.
async fn said(planner: &mut Planner, sql: &str, types: &[&str]) -> Vec<(String, &'static str)> {
    let scans = planner.scans(&statement(sql, types)).await;
    let scans = scans.expect("it has a plan");
    assert!(
        scans.iter().all(|scan| scan.plan.contains("Scan")),
        "{scans:?}"
    );
    scans
        .into_iter()
        .map(|scan| (scan.table, scan.what))
        .collect()
}

fn things(what: &'static str) -> Vec<(String, &'static str)> {
    vec![("things".to_owned(), what)]
}

mod what_reads_a_whole_table_is_found {
    use super::*;

    const LIST: &str = "select * from things where owner_id = $1 order by noted_at, id limit 20";

    #[test]
    fn postgres() {
        run(Backend::Postgres, async |world: World| {
            let mut planner = planner(&world).await;
            for (sql, types) in [
                (LIST, &["uuid"][..]),
                ("select * from things order by noted_at, id limit 20", &[]),
                (
                    "select * from things where state = $1 order by noted_at, id limit 20",
                    &["text"],
                ),
                (
                    "select id from things where state = 'open' order by due_at",
                    &[],
                ),
                (
                    "update things set name = $2 where id = any($1)",
                    &["uuid[]", "text"],
                ),
                // Which of them are old is not known here; there is an index to find them by.
                ("delete from things where noted_at < $1", &["timestamptz"]),
            ] {
                assert_eq!(said(&mut planner, sql, types).await, [], "{sql}");
            }
            for (sql, types, what) in [
                (
                    "select * from things where name = $1",
                    &["text"][..],
                    "reads every row",
                ),
                (
                    "select * from things where lower(name) = $1",
                    &["text"],
                    "reads every row",
                ),
                (
                    "delete from things where due_at < $1",
                    &["timestamptz"],
                    "reads every row",
                ),
                (
                    "select * from things order by weight, id limit 20",
                    &[],
                    "reads every row",
                ),
            ] {
                assert_eq!(said(&mut planner, sql, types).await, things(what), "{sql}");
            }
        });
    }
}

mod an_index_that_is_gone_is_missed {
    use super::*;

    #[test]
    fn postgres() {
        run(Backend::Postgres, async |world: World| {
            let mut planner = planner(&world).await;
            let of_owner = "select * from things where owner_id = $1 and weight = $2 limit 20";
            let types = ["uuid", "int2"];
            assert_eq!(said(&mut planner, of_owner, &types).await, []);
            planner.execute("drop index ix_of_owner").await;
            planner
                .execute("alter table things drop constraint ux_things_name")
                .await;
            let said_now = said(&mut planner, of_owner, &types).await;
            assert_eq!(said_now, things("reads every row"));
            let by_time = "select * from things where owner_id = $1 order by noted_at, id limit 20";
            planner.execute("set enable_sort = off").await;
            let what = "walks through an index in search of an id that this does not begin with";
            assert_eq!(said(&mut planner, by_time, &["uuid"]).await, things(what));
        });
    }
}

mod a_statement_without_a_plan_is_told {
    use super::*;

    #[test]
    fn postgres() {
        run(Backend::Postgres, async |world: World| {
            let mut planner = Planner::open(world.database_url()).await;
            let error = planner
                .scans(&statement("select * from nowhere", &[]))
                .await;
            let error = error.expect_err("there is no such table").to_string();
            assert!(error.contains("nowhere"), "{error}");
        });
    }
}

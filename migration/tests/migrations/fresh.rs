//! Fresh empties whatever is there.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::database::{Scratch, schema, strings};
use crate::on_both_databases;

on_both_databases!(what_was_there_is_gone_and_the_schema_is_whole);

async fn what_was_there_is_gone_and_the_schema_is_whole(scratch: &Scratch) {
    let db = scratch.connect().await;
    let all = ashlar_migration::up(&db, None).await.unwrap();
    let whole = schema(&db).await;
    // A column too many, a table with a row that refers to another, a view on it, an awkward name.
    let mut clutter = vec![
        "alter table users add column stray integer",
        r#"create table "odd ""name""" (id integer primary key)"#,
        r#"create table loose (id integer primary key, odd integer references "odd ""name""" (id))"#,
        r#"insert into "odd ""name""" values (1)"#,
        "insert into loose values (1, 1)",
        "create view seen as select id from loose",
    ];
    if db.get_database_backend() == DbBackend::Postgres {
        clutter.extend([
            "create type mood as enum ('good', 'bad')",
            "create domain positive as integer check (value > 0)",
            "create function twice(integer) returns integer language sql as 'select $1 * 2'",
            "create materialized view stored as select id from loose",
            "create sequence counter",
        ]);
    } else {
        clutter.push("create virtual table words using fts5(word)");
    }
    for statement in clutter {
        db.execute_unprepared(statement).await.unwrap();
    }

    assert_eq!(ashlar_migration::fresh(&db).await.unwrap(), all);

    assert_eq!(schema(&db).await, whole);
    if db.get_database_backend() == DbBackend::Postgres {
        // A column's sequence belongs to its table, which is there again.
        let rest = "select relname::text from pg_class
                    where relnamespace = 'public'::regnamespace and relkind in ('v', 'm', 'S')
                      and relname not like '%\\_position\\_seq'";
        assert_eq!(strings(&db, rest).await, Vec::<String>::new());
    }
}

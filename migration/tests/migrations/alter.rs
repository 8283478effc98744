//! `alter` changes what it is told and nothing else, on both databases.

use ashlar_migration::{Migrator, alter};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::prelude::{ForeignKey, ForeignKeyAction};
use sea_orm_migration::schema::{string_len, string_len_null, uuid};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::database::{Scratch, strings};
use crate::on_both_databases;

on_both_databases!(
    an_altered_table_keeps_all_else,
    a_failure_leaves_the_table_as_it_was,
    a_missing_column_or_key_is_told,
);

/// A table with all that nobody tells `alter` about, and others that speak of it.
struct Create;

const TABLES: &str = "
    CREATE TABLE masons (id varchar(10) PRIMARY KEY);
    CREATE TABLE \"stones\" (
        id integer PRIMARY KEY, -- of nothing, but here: (
        \"name\" varchar(10) CONSTRAINT ck_name CHECK (name <> 'a, (b') NOT NULL DEFAULT 'stone',
        mason_id varchar(10) REFERENCES masons (id) ON DELETE SET NULL,
        above integer DEFAULT (0),
        CONSTRAINT ck_above CHECK (above >= 0)
    );
    CREATE INDEX ix_stones_name ON stones (name) WHERE above > 0;
    CREATE TABLE marks (stone_id integer NOT NULL REFERENCES stones (id) ON DELETE CASCADE, mark text);
    INSERT INTO masons VALUES ('ada');
    INSERT INTO stones (id, name, mason_id) VALUES (1, 'granite', 'ada'), (2, 'basalt', NULL);
    INSERT INTO marks VALUES (1, 'cross');
    CREATE VIEW marked AS SELECT s.mason_id, m.mark FROM stones s JOIN marks m ON m.stone_id = s.id;";

const SQLITE_ALONE: &str = "
    CREATE TRIGGER tr_stones BEFORE DELETE ON stones WHEN OLD.id = 2
    BEGIN SELECT RAISE(ABORT, 'basalt stays'); END;
    CREATE TRIGGER tr_marks AFTER INSERT ON marks
    BEGIN UPDATE stones SET above = above + 1 WHERE id = NEW.stone_id; END;
    CREATE TABLE counted (position integer PRIMARY KEY AUTOINCREMENT, note text COLLATE NOCASE);
    INSERT INTO counted (note) VALUES ('a'), ('b'), ('c');
    DELETE FROM counted WHERE position > 1;";

impl MigrationName for Create {
    fn name(&self) -> &str {
        "m20260101_000000_create_stones"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Create {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(TABLES).await?;
        if manager.get_database_backend() == DbBackend::Sqlite {
            db.execute_unprepared(SQLITE_ALONE).await?;
        }
        Ok(())
    }
}

type Change = for<'a> fn(&'a SchemaManager<'a>) -> Altered<'a>;
type Altered<'a> = std::pin::Pin<Box<dyn Future<Output = Result<(), DbErr>> + Send + 'a>>;

/// What a test does to the tables.
struct Alter(Change);

impl MigrationName for Alter {
    fn name(&self) -> &str {
        "m20260102_000000_alter_stones"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Alter {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        (self.0)(manager).await
    }
}

async fn run(scratch: &Scratch, change: Change) -> (DatabaseConnection, Result<(), String>) {
    let db = scratch.connect().await;
    let migrator = Migrator::new(vec![Box::new(Create), Box::new(Alter(change))]);
    let outcome = migrator.up(&db, None).await;
    let outcome = outcome.map(drop).map_err(|error| format!("{error:?}"));
    (db, outcome)
}

async fn an_altered_table_keeps_all_else(scratch: &Scratch) {
    let (db, outcome) = run(scratch, |manager| {
        Box::pin(async move {
            let changed = alter::table("stones")
                .drop_foreign_key("stones_mason_id_fkey", &["mason_id"])
                .column(string_len_null("name", 20))
                .add_foreign_key(
                    ForeignKey::create()
                        .name("fk_stones_mason_id")
                        .from("stones", "mason_id")
                        .to("masons", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                );
            changed.apply(manager).await?;
            if manager.get_database_backend() == DbBackend::Sqlite {
                let note = string_len("note", 30);
                return alter::table("counted")
                    .column_or(note, "")
                    .apply(manager)
                    .await;
            }
            Ok(())
        })
    })
    .await;
    outcome.unwrap();

    let marked = "select mason_id || ' ' || mark from marked";
    assert_eq!(strings(&db, marked).await, ["ada cross"]);
    for refused in [
        "insert into stones (id, name) values (3, 'a, (b')",
        "insert into stones (id, above) values (3, -1)",
        "insert into stones (id, mason_id) values (3, 'bob')",
        "insert into marks values (7, 'star')",
    ] {
        db.execute_unprepared(refused).await.unwrap_err();
    }
    let longer = "insert into stones (id, name) values (3, 'longer than before'), (4, null)";
    db.execute_unprepared(longer).await.unwrap();
    db.execute_unprepared("delete from masons").await.unwrap();
    let left = "select cast(id as text) from stones order by id";
    assert_eq!(strings(&db, left).await, ["2", "3", "4"]);
    assert_eq!(strings(&db, marked).await, Vec::<String>::new());
    if db.get_database_backend() == DbBackend::Sqlite {
        keeps_what_sqlite_alone_has(&db).await;
    }
}

async fn keeps_what_sqlite_alone_has(db: &DatabaseConnection) {
    db.execute_unprepared("delete from stones where id = 2")
        .await
        .unwrap_err();
    db.execute_unprepared("insert into marks values (3, 'star')")
        .await
        .unwrap();
    let above = "select cast(above as text) from stones where id = 3";
    assert_eq!(strings(db, above).await, ["1"]);
    let index = "select sql from sqlite_master where name = 'ix_stones_name'";
    assert_eq!(
        strings(db, index).await,
        ["CREATE INDEX ix_stones_name ON stones (name) WHERE above > 0"]
    );
    // Numbers that were given away are not given again, and texts are compared as before.
    db.execute_unprepared("insert into counted (note) values ('D')")
        .await
        .unwrap();
    let next = "select cast(position as text) from counted where note = 'd'";
    assert_eq!(strings(db, next).await, ["4"]);
}

async fn a_failure_leaves_the_table_as_it_was(scratch: &Scratch) {
    let (db, outcome) = run(scratch, |manager| {
        let mason = uuid("mason_id");
        Box::pin(async move {
            alter::table("stones")
                .column_or(mason, "x")
                .apply(manager)
                .await
        })
    })
    .await;
    // PostgreSQL cannot make a UUID of it; in SQLite the key finds nobody.
    assert!(outcome.is_err());

    let names = "select name || coalesce(mason_id, '') from stones order by id";
    assert_eq!(strings(&db, names).await, ["graniteada", "basalt"]);
    let tables = "select version from seaql_migrations";
    assert_eq!(strings(&db, tables).await, [Create.name()]);
}

async fn a_missing_column_or_key_is_told(scratch: &Scratch) {
    let (_, outcome) = run(scratch, |manager| {
        let colour = string_len_null("colour", 20);
        Box::pin(async move { alter::table("stones").column(colour).apply(manager).await })
    })
    .await;
    assert!(outcome.unwrap_err().contains("colour"));
    let (_, outcome) = run(scratch, |manager| {
        let altered = alter::table("stones").drop_foreign_key("fk_stones_above", &["above"]);
        Box::pin(async move { altered.apply(manager).await })
    })
    .await;
    assert!(outcome.unwrap_err().contains("above"));
}

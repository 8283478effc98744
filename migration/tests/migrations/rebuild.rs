//! A table that others refer to can be rebuilt, which is how SQLite changes a column.

use ashlar_migration::Migrator;
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use crate::database::{Scratch, strings};

/// Parents with a child that goes when its parent goes.
struct Create;

/// The procedure of sqlite.org/lang_altertable.html, section 7.
struct Rebuild;

impl MigrationName for Create {
    fn name(&self) -> &str {
        "m20260101_000000_create_parents"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Create {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = "
            create table parents (id integer primary key, name text);
            create table children (parent integer references parents (id) on delete cascade);
            insert into parents values (1, 'kept');
            insert into children values (1);";
        manager
            .get_connection()
            .execute_unprepared(statements)
            .await
            .map(drop)
    }
}

impl MigrationName for Rebuild {
    fn name(&self) -> &str {
        "m20260102_000000_rebuild_parents"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Rebuild {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = "
            create table rebuilt (id integer primary key, name text not null);
            insert into rebuilt select id, name from parents;
            drop table parents;
            alter table rebuilt rename to parents;";
        manager
            .get_connection()
            .execute_unprepared(statements)
            .await
            .map(drop)
    }
}

mod rebuilding_a_table_keeps_the_rows_that_refer_to_it {
    #[tokio::test]
    async fn sqlite() {
        let scratch = crate::database::Scratch::sqlite();
        super::rebuilding_a_table_keeps_the_rows_that_refer_to_it(&scratch).await;
        scratch.remove().await;
    }
}

async fn rebuilding_a_table_keeps_the_rows_that_refer_to_it(scratch: &Scratch) {
    let db = scratch.connect().await;
    let migrator = Migrator::new(vec![Box::new(Create), Box::new(Rebuild)]);

    assert_eq!(migrator.up(&db, None).await.unwrap().len(), 2);

    assert_eq!(
        strings(&db, "select 'child' from children where parent = 1").await,
        ["child"]
    );
    // The caller's own connections enforce the key as before.
    db.execute_unprepared("insert into children values (7)")
        .await
        .unwrap_err();
    db.execute_unprepared("delete from parents").await.unwrap();
    assert_eq!(
        strings(&db, "select 'child' from children").await,
        Vec::<String>::new()
    );
}

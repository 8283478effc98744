//! A pool that works in a schema of its own is migrated there.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::database::{Scratch, strings};

mod the_schema_of_the_search_path_is_migrated {
    #[tokio::test]
    async fn postgres() {
        let scratch = crate::database::Scratch::postgres().await;
        super::the_schema_of_the_search_path_is_migrated(&scratch).await;
        scratch.remove().await;
    }
}

async fn the_schema_of_the_search_path_is_migrated(scratch: &Scratch) {
    let public = scratch.connect().await;
    public
        .execute_unprepared("create schema tenant")
        .await
        .unwrap();
    ashlar_migration::up(&public, Some(1)).await.unwrap();
    let mut options = ConnectOptions::new(&scratch.url);
    options
        .max_connections(1)
        .sqlx_logging(false)
        .set_schema_search_path("tenant");
    let tenant = Database::connect(options).await.unwrap();

    ashlar_migration::up(&tenant, None).await.unwrap();
    ashlar_migration::fresh(&tenant).await.unwrap();

    assert_eq!(
        tables(&public, "public").await,
        ["seaql_migrations", "users"]
    );
    ashlar_migration::up(&public, None).await.unwrap();
    assert_eq!(
        tables(&tenant, "tenant").await,
        tables(&public, "public").await
    );
}

async fn tables(db: &DatabaseConnection, schema: &str) -> Vec<String> {
    let query =
        format!("select tablename::text from pg_tables where schemaname = '{schema}' order by 1");
    strings(db, &query).await
}

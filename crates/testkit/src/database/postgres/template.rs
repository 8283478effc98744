//! The template: migrated once, cloned by every test of every process that has the same migrations.

use sqlx::PgConnection;

use super::{address, databases, execute, lock};

/// What the names of templates begin with. The migrations' hash follows.
pub(super) const PREFIX: &str = "ashlar_template_";

/// A hash of the migrations' sources.
const MIGRATIONS: &str = env!("MIGRATIONS");

/// The lock of whoever makes a template; spells `ashlartk`.
const MAKER: i64 = 0x6173_686c_6172_746b;

/// The template's name. As long as `lease` is open, nobody removes it.
pub(super) async fn find_or_make(lease: &mut PgConnection) -> String {
    let name = format!("{PREFIX}{MIGRATIONS}");
    lock(lease, "pg_advisory_lock_shared", number(&name)).await;
    if !exists(lease, &name).await {
        lock(lease, "pg_advisory_lock", MAKER).await;
        // Perhaps another process made it meanwhile.
        if !exists(lease, &name).await {
            make(lease, &name).await;
        }
        lock(lease, "pg_advisory_unlock", MAKER).await;
    }
    name
}

/// The number of a template's advisory lock, shared by all who use it.
pub(super) fn number(name: &str) -> i64 {
    let hash = name
        .strip_prefix(PREFIX)
        .and_then(|hash| u64::from_str_radix(hash, 16).ok());
    hash.unwrap_or_default().cast_signed()
}

async fn make(admin: &mut PgConnection, name: &str) {
    // Under another name until it is whole: whoever makes it may be killed.
    let draft = format!("draft_of_{name}");
    execute(
        admin,
        format!("drop database if exists {draft} with (force)"),
    )
    .await;
    execute(admin, format!("create database {draft} template template0")).await;
    let database = crate::database::connect(&address::of_database(&draft)).await;
    ashlar_migration::up(database.connection(), None)
        .await
        .expect("the migrations apply");
    database.close().await.unwrap();
    execute(admin, format!("alter database {draft} rename to {name}")).await;
}

async fn exists(admin: &mut PgConnection, name: &str) -> bool {
    !databases(admin, name).await.is_empty()
}

//! Creates `audit_log`: what happened to accounts, only ever added to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    string_len, string_len_null, text, timestamp_with_time_zone, uuid_null,
};
use sea_orm_migration::sea_orm::DatabaseBackend;

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit_log()).await?;
        for columns in [
            &["at", "id"][..],
            &["user_id", "at", "id"],
            &["actor_id", "at", "id"],
            &["action", "at", "id"],
        ] {
            manager
                .create_index(indexes::plain("audit_log", columns))
                .await?;
        }
        for statement in refuse_changes(manager.get_database_backend()) {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("audit_log").take())
            .await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION audit_log_is_append_only()")
                .await?;
        }
        Ok(())
    }
}

/// Users are named by their ids alone and outlive their rows here, so there is no foreign key.
fn audit_log() -> TableCreateStatement {
    Table::create()
        .table("audit_log")
        .col(columns::id())
        .col(timestamp_with_time_zone("at"))
        .col(string_len("action", 64))
        // Who did it, and to whom it happened.
        .col(uuid_null("actor_id"))
        .col(uuid_null("user_id"))
        .col(uuid_null("session_id"))
        .col(string_len_null("address", 45))
        .col(string_len_null("user_agent", 255))
        .col(string_len_null("request_id", 128))
        // A JSON object.
        .col(text("details"))
        .take()
}

/// The table refuses to have a row changed or removed, whoever asks, short of an owner who drops
/// the trigger first. In SQLite `INSERT OR REPLACE` removes the row that is in the way without a
/// word to the triggers on `DELETE`, so it has one of its own; PostgreSQL knows no such statement.
fn refuse_changes(backend: DatabaseBackend) -> &'static [&'static str] {
    match backend {
        DatabaseBackend::Postgres => &[
            "CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$",
            "CREATE TRIGGER tr_audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log \
             FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only()",
        ],
        _ => &[
            "CREATE TRIGGER tr_audit_log_no_update BEFORE UPDATE ON audit_log \
             BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END",
            "CREATE TRIGGER tr_audit_log_no_delete BEFORE DELETE ON audit_log \
             BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END",
            "CREATE TRIGGER tr_audit_log_no_replace BEFORE INSERT ON audit_log \
             WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id) \
             BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END",
        ],
    }
}

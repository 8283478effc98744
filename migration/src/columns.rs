//! The columns that tables share, written once.
//!
//! What sea-orm stores in them, alike through every entity: a `Uuid` is `uuid` on PostgreSQL and 16
//! bytes in SQLite; a `DateTime<Utc>` is `timestamptz` (microseconds) and RFC 3339 text, which
//! sorts as time does because the offset is always `+00:00`; a `NaiveDate` is `date` and ISO 8601
//! text.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::{ColumnDef, Expr};
use sea_orm_migration::{SchemaManager, schema};

/// `id`: the primary key, a UUIDv7 that the application makes.
pub fn id() -> ColumnDef {
    schema::pk_uuid("id")
}

/// `version`: counts the writes of a row, for optimistic concurrency.
pub fn version() -> ColumnDef {
    schema::big_integer("version").default(1).take()
}

/// `created_at`: set by the application's clock.
pub fn created_at() -> ColumnDef {
    schema::timestamp_with_time_zone("created_at")
}

/// `updated_at`: set by the application's clock on every write.
pub fn updated_at() -> ColumnDef {
    schema::timestamp_with_time_zone("updated_at")
}

/// `deleted_at`: soft delete; a row where it is null is alive.
pub fn deleted_at() -> ColumnDef {
    schema::timestamp_with_time_zone_null("deleted_at")
}

/// The UUID of nothing, in the form that the database stores.
pub fn nil(manager: &SchemaManager<'_>) -> Expr {
    match manager.get_database_backend() {
        DbBackend::Postgres => Expr::cust("'00000000-0000-0000-0000-000000000000'::uuid"),
        _ => Expr::cust("x'00000000000000000000000000000000'"),
    }
}

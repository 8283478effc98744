//! The columns that tables share, written once.
//!
//! What sea-orm stores in them, alike through every entity: a `Uuid` is `uuid` on PostgreSQL and 16
//! bytes in SQLite; a `DateTime<Utc>` is `timestamptz` (microseconds) and RFC 3339 text, which
//! sorts as time does because the offset is always `+00:00`; a `NaiveDate` is `date` and ISO 8601
//! text.

use sea_orm_migration::prelude::ColumnDef;
use sea_orm_migration::schema;

/// `id`: the primary key, a UUIDv7 that the application makes.
pub(crate) fn id() -> ColumnDef {
    schema::pk_uuid("id")
}

/// `version`: counts the writes of a row, for optimistic concurrency.
pub(crate) fn version() -> ColumnDef {
    schema::big_integer("version").default(1).take()
}

/// `created_at`: set by the application's clock.
pub(crate) fn created_at() -> ColumnDef {
    schema::timestamp_with_time_zone("created_at")
}

/// `updated_at`: set by the application's clock on every write.
pub(crate) fn updated_at() -> ColumnDef {
    schema::timestamp_with_time_zone("updated_at")
}

/// `deleted_at`: soft delete; a row where it is null is alive.
pub(crate) fn deleted_at() -> ColumnDef {
    schema::timestamp_with_time_zone_null("deleted_at")
}

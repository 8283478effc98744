//! Changes of many rows, a batch at a time.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

/// Runs a statement that changes some of the rows that are left, again and again, until none is
/// left; answers how many there were.
///
/// In a migration with `use_transaction() -> Some(false)` each batch commits by itself on
/// PostgreSQL, so that nobody waits long for a row. What a crash interrupts begins anew, so a row
/// that was changed must not be found again; nor one that is found and left as it is, for ever.
///
/// # Errors
/// What the database says.
pub async fn run(manager: &SchemaManager<'_>, statement: &str) -> Result<u64, DbErr> {
    let db = manager.get_connection();
    let mut total = 0;
    loop {
        match db.execute_unprepared(statement).await?.rows_affected() {
            0 => return Ok(total),
            rows => total += rows,
        }
    }
}

//! Copies the hashes of passwords from `users` to `passwords`.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection
            .execute_unprepared(
                "INSERT INTO passwords (user_id, hash, changed_at) \
                 SELECT id, password_hash, updated_at FROM users WHERE password_hash <> ''",
            )
            .await?;
        Ok(())
    }

    /// Who has no password gets none: an empty hash matches nothing.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection
            .execute_unprepared(
                "UPDATE users SET password_hash = COALESCE(\
                 (SELECT hash FROM passwords WHERE passwords.user_id = users.id), '')",
            )
            .await?;
        connection
            .execute_unprepared("DELETE FROM passwords")
            .await?;
        Ok(())
    }
}

//! Creates `passwords`, and copies the hashes that `users` had: whoever signs in by other means
//! alone has none.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{text, timestamp_with_time_zone, uuid};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("passwords")
                    .col(uuid("user_id").primary_key())
                    .col(text("hash"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_passwords_user_id")
                            .from("passwords", "user_id")
                            .to("users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .take(),
            )
            .await?;
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO passwords (user_id, hash, changed_at) \
                 SELECT id, password_hash, updated_at FROM users WHERE password_hash <> ''",
            )
            .await
            .map(drop)
    }

    /// Who has no password gets none: an empty hash matches nothing.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE users SET password_hash = COALESCE(\
                 (SELECT hash FROM passwords WHERE passwords.user_id = users.id), '')",
            )
            .await?;
        manager
            .drop_table(Table::drop().table("passwords").take())
            .await
    }
}

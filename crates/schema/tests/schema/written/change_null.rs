//! Changes the nullability and default of `stones.state` and changes the nullability of
//! `stones.note` and `stones.mason_id`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_len, string_len_null, uuid, uuid_null};

use crate::{alter, columns};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .column(string_len("state", 16).default("raw"))
            .column(string_len_null("note", 100))
            .column(uuid_null("mason_id"))
            .apply(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        alter::table("stones")
            .column_or(uuid("mason_id"), columns::nil(manager))
            .column_or(string_len("note", 100), "")
            .column(string_len_null("state", 16))
            .apply(manager)
            .await
    }
}

//! Lets a user have several links for one purpose: who asks for another one does not void the one
//! before.

use sea_orm_migration::prelude::*;

use crate::indexes;

const TABLE: &str = "account_tokens";
const COLUMNS: [&str; 2] = ["user_id", "purpose"];

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ux_account_tokens_user_id_purpose")
                    .to_owned(),
            )
            .await?;
        manager.create_index(indexes::plain(TABLE, &COLUMNS)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Which of several would stay nobody can say: the links that are out lead nowhere.
        manager
            .get_connection()
            .execute(&Query::delete().from_table(TABLE).take())
            .await?;
        manager
            .drop_index(
                Index::drop()
                    .name("ix_account_tokens_user_id_purpose")
                    .to_owned(),
            )
            .await?;
        manager.create_index(indexes::unique(TABLE, &COLUMNS)).await
    }
}

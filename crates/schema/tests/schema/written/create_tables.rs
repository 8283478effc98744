//! Creates `deliveries`, `stones` and `uses`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, date_null, decimal_len, double, integer,
    json_binary_null, string_len, text_null, uuid,
};

use crate::{columns, indexes};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        up_deliveries(manager).await?;
        up_stones(manager).await?;
        up_stones_2(manager).await?;
        up_uses(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("uses").take())
            .await?;
        manager
            .drop_table(Table::drop().table("stones").take())
            .await?;
        manager
            .drop_table(Table::drop().table("deliveries").take())
            .await
    }
}

fn deliveries() -> TableCreateStatement {
    Table::create()
        .table("deliveries")
        .col(big_integer("position").primary_key().auto_increment())
        .col(big_integer_null("weight"))
        .take()
}

fn stones() -> TableCreateStatement {
    Table::create()
        .table("stones")
        .col(columns::id())
        .col(big_integer("quarry_id"))
        .col(string_len("name", 100))
        .col(text_null("note"))
        .col(integer("rank").default(3))
        .col(boolean("is_cut").default(false))
        .col(decimal_len("price", 10, 2))
        .col(double("hardness"))
        .col(date_null("cut_on"))
        .col(json_binary_null("marks"))
        .col(columns::version())
        .col(columns::created_at())
        .col(columns::updated_at())
        .col(columns::deleted_at())
        .foreign_key(
            ForeignKey::create()
                .name("fk_stones_quarry_id")
                .from("stones", "quarry_id")
                .to("quarries", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn uses() -> TableCreateStatement {
    Table::create()
        .table("uses")
        .col(uuid("stone_id"))
        .col(string_len("wall", 50))
        .primary_key(Index::create().col("stone_id").col("wall"))
        .take()
}

async fn up_deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(deliveries()).await
}

async fn up_stones(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(stones()).await?;
    for columns in [&["created_at", "id"][..], &["name", "id"], &["rank", "id"]] {
        manager
            .create_index(indexes::alive("stones", columns))
            .await?;
    }
    manager
        .create_index(indexes::over("stones", &["cut_on"], "cut_on IS NOT NULL"))
        .await?;
    indexes::spelt(
        manager,
        r#"CREATE INDEX "ix_stones_name_note"
               ON "stones" ("name", (coalesce(note, 'none')))
               WHERE deleted_at IS NULL"#,
        r#"CREATE INDEX "ix_stones_name_note"
               ON "stones" ("name", (coalesce(note, 'none')))
               WHERE deleted_at IS NULL"#,
    )
    .await?;
    manager
        .create_index(indexes::plain("stones", &["quarry_id"]))
        .await
}

async fn up_stones_2(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_index(indexes::unique_alive("stones", &["quarry_id", "name"]))
        .await
}

async fn up_uses(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(uses()).await
}

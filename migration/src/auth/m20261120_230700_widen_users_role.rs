//! Widens `users.role` to 32 characters: operators name roles of their own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_len;
use sea_orm_migration::sea_orm::DbBackend;

use crate::indexes;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        resize(manager, 32).await
    }

    /// The code of before knows two roles and cannot read a user with another.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let demote = Query::update()
            .table("users")
            .value("role", "user")
            .and_where(Expr::col("role").is_not_in(["user", "admin"]))
            .take();
        manager.execute(demote).await?;
        resize(manager, 16).await
    }
}

async fn resize(manager: &SchemaManager<'_>, length: u32) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        return replace(manager, length).await;
    }
    // Instant when it grows: PostgreSQL rewrites nothing.
    let resize = Table::alter()
        .table("users")
        .modify_column(string_len("role", length).default("user"))
        .take();
    manager.alter_table(resize).await
}

/// SQLite changes no column: another takes its place and its name.
async fn replace(manager: &SchemaManager<'_>, length: u32) -> Result<(), DbErr> {
    let index = indexes::alive("users", &["role", "id"]);
    let drop_index = Index::drop()
        .name("ix_users_role_id")
        .table("users")
        .to_owned();
    manager.drop_index(drop_index).await?;
    let add = Table::alter()
        .table("users")
        .add_column(string_len("next_role", length).default("user"))
        .take();
    manager.alter_table(add).await?;
    let copy = Query::update()
        .table("users")
        .value("next_role", Expr::col("role"))
        .take();
    manager.execute(copy).await?;
    let drop = Table::alter().table("users").drop_column("role").take();
    manager.alter_table(drop).await?;
    let rename = Table::alter()
        .table("users")
        .rename_column("next_role", "role")
        .take();
    manager.alter_table(rename).await?;
    manager.create_index(index).await
}

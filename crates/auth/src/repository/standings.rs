//! What users may do, and whether they have a second factor: read of `users` and `passkeys`.

use ashlar_core::{principal::UserId, record::Record};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};

use crate::{
    entity::{
        passkey,
        user::{Column, Entity},
    },
    model::{RoleName, Status},
    standing::Standing,
};

/// The standings of those of these users who exist, in one statement.
pub(crate) async fn of_users(
    connection: &impl ConnectionTrait,
    ids: Vec<UserId>,
) -> Result<Vec<(UserId, Standing)>, DbErr> {
    let passkeys = passkey::Entity::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(Expr::col((passkey::Entity, passkey::Column::UserId)).equals((Entity, Column::Id)));
    let second_factor = Column::SecondFactor
        .into_expr()
        .or(Expr::exists(passkeys.into_query()));
    let rows: Vec<(UserId, RoleName, Status, bool)> = Entity::alive()
        .filter(Column::Id.is_in(ids))
        .select_only()
        .columns([Column::Id, Column::Role, Column::Status])
        .expr(second_factor)
        .into_tuple()
        .all(connection)
        .await?;
    let standing = |(id, role, status, second_factor)| {
        let standing = Standing {
            role,
            status,
            second_factor,
        };
        (id, standing)
    };
    Ok(rows.into_iter().map(standing).collect())
}

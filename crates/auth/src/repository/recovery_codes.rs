//! Queries on `recovery_codes`.

use ashlar_core::{ids::Id, principal::UserId};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter,
};

use crate::entity::recovery_code::{ActiveModel, Column, Entity, Model};

/// Puts these in the place of all that the user had.
pub(crate) async fn replace(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    hashes: Vec<String>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    delete_all(connection, user_id).await?;
    let row = |code_hash| Model {
        id: Id::<Model>::new().as_uuid(),
        user_id,
        code_hash,
        created_at: now,
        used_at: None,
    };
    let rows = hashes.into_iter().map(row);
    Entity::insert_many(rows.map(|row| row.into_active_model().reset_all()))
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Uses up the code with this hash. Whether there was one that was unused: of two who use it at
/// once, one is told so.
pub(crate) async fn use_up(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    hash: String,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let used = Entity::update_many()
        .set(ActiveModel {
            used_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(Column::UserId.eq(user_id))
        .filter(Column::CodeHash.eq(hash))
        .filter(Column::UsedAt.is_null())
        .exec(connection)
        .await?;
    Ok(used.rows_affected == 1)
}

/// How many are unused.
pub(crate) async fn count_left(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::UsedAt.is_null())
        .count(connection)
        .await
}

pub(crate) async fn delete_all(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user_id))
        .exec(connection)
        .await?;
    Ok(())
}

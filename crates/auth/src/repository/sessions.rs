//! Queries on `sessions`.

use ashlar_core::principal::UserId;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter,
};

use crate::{
    entity::session::{ActiveModel, Column, Entity, Model},
    model::{Revocation, SessionId},
};

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Ends the user's sessions that are not over, except for one. Their ids.
pub(crate) async fn revoke_all(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    except: Option<SessionId>,
    why: Revocation,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, DbErr> {
    let mut revoke = Entity::update_many()
        .set(ActiveModel {
            revoked_at: Set(Some(now)),
            revoked_for: Set(Some(why)),
            ..Default::default()
        })
        .filter(Column::UserId.eq(user_id))
        .filter(Column::RevokedAt.is_null());
    if let Some(except) = except {
        revoke = revoke.filter(Column::Id.ne(except));
    }
    let revoked = revoke.exec_with_returning(connection).await?;
    Ok(revoked.into_iter().map(|session| session.id).collect())
}

/// Notes that the user of a session that is not over proved by `methods` once more who they are.
/// Whether there was such a session.
pub(crate) async fn authenticated_again(
    connection: &impl ConnectionTrait,
    id: SessionId,
    methods: String,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .set(ActiveModel {
            authenticated_at: Set(now),
            methods: Set(methods),
            ..Default::default()
        })
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(connection)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// A session that is not over.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    id: SessionId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id)
        .filter(Column::RevokedAt.is_null())
        .one(connection)
        .await
}

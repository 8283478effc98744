//! Queries on `sessions`.

use ashlar_core::{
    page::{self, CursorValue, Page, PageRequest, SortBy},
    principal::UserId,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, extension::postgres::PgFunc},
};
use uuid::Uuid;

use crate::{
    entity::{
        session::{ActiveModel, Column, Entity, Model},
        user,
    },
    model::{Delivery, Method, Revocation, SessionId, Status},
    refresh_token::RefreshToken,
    schemas::SessionSort,
    standing::SessionState,
};

/// How many sessions are ended at once when there are too many: a bound that was lowered is reached
/// after a few sign-ins.
const BATCH: u64 = 100;

/// The exchange of a refresh token for its successor.
pub(crate) struct Rotation<'a> {
    pub(crate) from: &'a RefreshToken,
    pub(crate) to: &'a RefreshToken,
    pub(crate) delivery: Delivery,
    pub(crate) now: DateTime<Utc>,
    /// Sessions that were not refreshed since are over.
    pub(crate) idle_since: DateTime<Utc>,
}

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Makes the successor the newest token of a session that is not over and whose user is active. One
/// statement, which only one of several that bring the same token can win.
pub(crate) async fn rotate(
    connection: &impl ConnectionTrait,
    rotation: &Rotation<'_>,
) -> Result<Option<Model>, DbErr> {
    let active = user::Entity::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(Expr::col((user::Entity, user::Column::Id)).equals((Entity, Column::UserId)))
        .filter(user::Column::Status.eq(Status::Active))
        .filter(user::Column::DeletedAt.is_null());
    let rotated = Entity::update_many()
        .set(ActiveModel {
            generation: Set(rotation.to.generation),
            token_hash: Set(rotation.to.hash()),
            rotated_at: Set(rotation.now),
            ..Default::default()
        })
        .filter(Column::Id.eq(rotation.from.session_id))
        .filter(Column::Generation.eq(rotation.from.generation))
        .filter(Column::TokenHash.eq(rotation.from.hash()))
        .filter(Column::Cookies.eq(rotation.delivery == Delivery::Cookies))
        .filter(alive(rotation.now, rotation.idle_since))
        .filter(Expr::exists(active.into_query()))
        .exec_with_returning(connection)
        .await?;
    Ok(rotated.into_iter().next())
}

/// The session `id`, which nobody else changes until the end of the transaction.
pub(crate) async fn lock(
    connection: &impl ConnectionTrait,
    id: SessionId,
) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id)
        .lock_exclusive()
        .one(connection)
        .await
}

/// The user's sessions that are not over.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    (now, idle_since): (DateTime<Utc>, DateTime<Utc>),
    request: &PageRequest<SessionSort>,
) -> Result<Page<Model>, DbErr> {
    let rows = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(alive(now, idle_since));
    page::fetch(connection, rows, request).await
}

/// The states of those of these sessions that exist.
pub(crate) async fn states(
    connection: &impl ConnectionTrait,
    ids: Vec<SessionId>,
) -> Result<Vec<(SessionId, SessionState)>, DbErr> {
    let ids: Vec<Uuid> = ids.iter().map(SessionId::as_uuid).collect();
    let id = Expr::col((Entity, Column::Id));
    let wanted = match connection.get_database_backend() {
        DatabaseBackend::Postgres => id.eq(PgFunc::any(Expr::value(ids))),
        _ => id.is_in(ids),
    };
    let sessions = Entity::find().filter(wanted).all(connection).await?;
    let states = sessions.iter().map(|session| {
        let state = SessionState {
            user_id: session.user_id,
            revoked: session.revoked_at.is_some(),
            expires_at: session.expires_at,
            authenticated_at: session.authenticated_at,
            delivery: Delivery::asked(session.cookies),
            second_factor: Method::have_second_factor(&session.methods),
        };
        (session.id, state)
    });
    Ok(states.collect())
}

/// Ends a session that is not ended, of this user if one is given. Its user, if there was such a
/// session.
pub(crate) async fn revoke(
    connection: &impl ConnectionTrait,
    id: SessionId,
    user_id: Option<UserId>,
    why: Revocation,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, DbErr> {
    let mut condition = Condition::all()
        .add(Column::Id.eq(id))
        .add(Column::ExpiresAt.gt(now));
    if let Some(user_id) = user_id {
        condition = condition.add(Column::UserId.eq(user_id));
    }
    let revoked = revoke_where(connection, condition, why, now).await?;
    Ok(revoked.into_iter().next().map(|session| session.user_id))
}

/// Ends the user's sessions that are not over, except for one. Their ids.
pub(crate) async fn revoke_all(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    except: Option<SessionId>,
    why: Revocation,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, DbErr> {
    let mut condition = Condition::all()
        .add(Column::UserId.eq(user_id))
        .add(Column::ExpiresAt.gt(now));
    if let Some(except) = except {
        condition = condition.add(Column::Id.ne(except));
    }
    let revoked = revoke_where(connection, condition, why, now).await?;
    Ok(revoked.into_iter().map(|session| session.id).collect())
}

/// Ends those of the user's sessions that are not over, except for the `kept` that were used last. Their
/// ids.
pub(crate) async fn revoke_oldest(
    connection: &impl ConnectionTrait,
    user_id: UserId,
    kept: u64,
    (now, idle_since): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<SessionId>, DbErr> {
    let oldest: Vec<SessionId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::UserId.eq(user_id))
        .filter(alive(now, idle_since))
        .order_by_desc(Column::RotatedAt)
        .order_by_desc(Column::Id)
        .offset(kept)
        .limit(BATCH)
        .into_tuple()
        .all(connection)
        .await?;
    if oldest.is_empty() {
        return Ok(oldest);
    }
    let condition = Condition::all().add(Column::Id.is_in(oldest.clone()));
    revoke_where(connection, condition, Revocation::Displaced, now).await?;
    Ok(oldest)
}

async fn revoke_where(
    connection: &impl ConnectionTrait,
    condition: Condition,
    why: Revocation,
    now: DateTime<Utc>,
) -> Result<Vec<Model>, DbErr> {
    Entity::update_many()
        .set(ActiveModel {
            revoked_at: Set(Some(now)),
            revoked_for: Set(Some(why)),
            ..Default::default()
        })
        .filter(Column::RevokedAt.is_null())
        .filter(condition)
        .exec_with_returning(connection)
        .await
}

/// Deletes at most `limit` sessions that were over at `time`. How many there were.
pub(crate) async fn delete_over(
    connection: &impl ConnectionTrait,
    time: DateTime<Utc>,
    limit: u64,
) -> Result<u64, DbErr> {
    let mut deleted = 0;
    // One after the other, so that each finds its rows by its own index.
    for over in [Column::ExpiresAt.lt(time), Column::RevokedAt.lt(time)] {
        let some = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(over)
            .limit(limit);
        let some = Entity::delete_many().filter(Column::Id.in_subquery(some.into_query()));
        deleted += some.exec(connection).await?.rows_affected;
    }
    Ok(deleted)
}

/// Neither ended, nor expired, nor left alone for too long.
fn alive(now: DateTime<Utc>, idle_since: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(Column::RevokedAt.is_null())
        .add(Column::ExpiresAt.gt(now))
        .add(Column::RotatedAt.gt(idle_since))
}

impl SortBy<Entity> for SessionSort {
    fn expression(self) -> Expr {
        match self {
            Self::CreatedAt => Expr::col((Entity, Column::CreatedAt)),
        }
    }

    fn value(self, row: &Model) -> CursorValue {
        match self {
            Self::CreatedAt => CursorValue::Time(row.created_at),
        }
    }
}

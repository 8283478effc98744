//! Queries on `audit_log`.

use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};

use crate::entity::audit_log::{Entity, Model};

pub(crate) async fn insert(connection: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::insert_many([row.into_active_model().reset_all()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

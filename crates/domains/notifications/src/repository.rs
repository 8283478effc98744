//! Queries. Free functions over a connection or a transaction; none begins or commits one.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Condition,
};

use crate::entity::{Column, Entity, Model};

/// Puts a mail into the mailbox.
pub(crate) async fn insert(connection: &impl ConnectionTrait, mail: Model) -> Result<(), DbErr> {
    Entity::insert_many([mail.into_active_model()])
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// The newest mails, the newest first.
pub(crate) async fn newest(
    connection: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .order_by_desc(Column::SentAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(connection)
        .await
}

/// Removes all but the newest `keep` mails.
pub(crate) async fn prune(connection: &impl ConnectionTrait, keep: u64) -> Result<(), DbErr> {
    let first_to_go = Entity::find()
        .order_by_desc(Column::SentAt)
        .order_by_desc(Column::Id)
        .offset(keep)
        .limit(1)
        .one(connection)
        .await?;
    let Some(first) = first_to_go else {
        return Ok(());
    };
    let as_new = Condition::all()
        .add(Column::SentAt.eq(first.sent_at))
        .add(Column::Id.lte(first.id));
    let older = Condition::any()
        .add(Column::SentAt.lt(first.sent_at))
        .add(as_new);
    Entity::delete_many().filter(older).exec(connection).await?;
    Ok(())
}

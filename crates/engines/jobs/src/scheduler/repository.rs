//! Queries on `job_schedules`.

use ashlar_core::jobs::{JobId, Schedule};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    sea_query::OnConflict,
};

use super::table::{ActiveModel, Column, Entity, Model};

/// Every schedule that some process knew, by id.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find()
        .order_by_asc(Column::Id)
        .all(connection)
        .await
}

/// Writes a new schedule's row, unless there is one.
pub(super) async fn introduce(
    connection: &impl ConnectionTrait,
    schedule: &Schedule,
    next: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(schedule.id().to_owned()),
        last_run_at: Set(None),
        last_job_id: Set(None),
        created_at: Set(now),
        ..described(schedule, next, now)
    };
    Entity::insert_many([row])
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Moves the schedule on to `next`, if it still is as it was `seen`.
pub(super) async fn decide(
    connection: &impl ConnectionTrait,
    seen: &Model,
    schedule: &Schedule,
    next: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let unchanged = match seen.next_run_at {
        Some(time) => Column::NextRunAt.eq(time),
        None => Column::NextRunAt.is_null(),
    };
    let updated = Entity::update_many()
        .set(described(schedule, next, now))
        .filter(Column::Id.eq(schedule.id()))
        .filter(Column::Cron.eq(&seen.cron))
        .filter(Column::TimeZone.eq(&seen.time_zone))
        .filter(unchanged)
        .exec(connection)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Notes the job that was enqueued for the schedule's `time`.
pub(super) async fn ran(
    connection: &impl ConnectionTrait,
    schedule: &Schedule,
    time: DateTime<Utc>,
    job: JobId,
) -> Result<(), DbErr> {
    let changes = ActiveModel {
        last_run_at: Set(Some(time)),
        last_job_id: Set(Some(job)),
        ..Default::default()
    };
    Entity::update_many()
        .set(changes)
        .filter(Column::Id.eq(schedule.id()))
        .exec(connection)
        .await?;
    Ok(())
}

fn described(schedule: &Schedule, next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> ActiveModel {
    ActiveModel {
        job: Set(schedule.job().to_owned()),
        cron: Set(schedule.cron().to_owned()),
        time_zone: Set(schedule.zone().to_owned()),
        next_run_at: Set(next),
        updated_at: Set(now),
        ..Default::default()
    }
}

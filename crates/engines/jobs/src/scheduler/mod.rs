//! Schedules: each of their times enqueues a job, once in the whole cluster.
//!
//! What was decided is in the table `job_schedules`: `next_run_at` is the first time that nothing
//! was decided about yet. A process that finds it come moves it on, in one transaction with the job,
//! by an update that only one of many processes can make. So a clock that is put back repeats
//! nothing, and times at which no process looked are found, told, and made up for by the schedule's
//! [`CatchUp`](ashlar_core::jobs::CatchUp).

mod due;
pub(crate) mod repository;
pub(crate) mod table;
mod timetable;

use std::collections::HashSet;

use ashlar_core::{clock::Clock, database::Database, jobs::Schedule};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;

use self::{due::Due, table::Model};

pub(crate) use timetable::Timetable;
pub use timetable::TimetableError;

/// How long a schedule's id and its expression may be, and the name of its time zone.
const ID: usize = 100;
const CRON: usize = 100;
const ZONE: usize = 50;

/// A row that was written later than this from now was written by a clock that was wrong.
const AHEAD: TimeDelta = TimeDelta::days(7);

/// Two releases that are at work at once with different expressions take a row from each other each
/// minute. A time that came since the other took it is not lost by that.
const TAKEN: TimeDelta = TimeDelta::minutes(2);

/// Enqueues the jobs of schedules when their time comes.
#[derive(Debug)]
pub struct Scheduler {
    database: Database,
    clock: Clock,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    schedule: Schedule,
    timetable: Timetable,
}

/// Why schedules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// Two have the same id.
    #[error("there are two schedules {0:?}")]
    Duplicate(&'static str),
    /// Its id or expression is longer than 100 characters, or its time zone's name than 50.
    #[error("the schedule {0:?} is too long to be stored")]
    TooLong(&'static str),
    /// Its times cannot be told.
    #[error("the schedule {0:?} cannot be used")]
    Timetable(&'static str, #[source] TimetableError),
}

impl Scheduler {
    /// Enqueues the jobs of `schedules`.
    ///
    /// # Errors
    ///
    /// A cron expression, a time zone or an id that cannot be used; it names the schedule.
    pub fn new(
        database: Database,
        clock: Clock,
        schedules: impl IntoIterator<Item = Schedule>,
    ) -> Result<Self, ScheduleError> {
        let mut ids = HashSet::new();
        let mut entries = Vec::new();
        for schedule in schedules {
            let id = schedule.id();
            if !ids.insert(id) {
                return Err(ScheduleError::Duplicate(id));
            }
            if id.len() > ID || schedule.cron().len() > CRON || schedule.zone().len() > ZONE {
                return Err(ScheduleError::TooLong(id));
            }
            let timetable = Timetable::parse(schedule.cron(), schedule.zone())
                .map_err(|error| ScheduleError::Timetable(id, error))?;
            entries.push(Entry {
                schedule,
                timetable,
            });
        }
        Ok(Self {
            database,
            clock,
            entries,
        })
    }

    /// Enqueues what is due now, and answers when the next is due; `None` without schedules. To be
    /// called at the start, again when that time has come, and each minute at the latest: a clock
    /// may have been put, and a time that is two minutes past counts as missed.
    ///
    /// # Errors
    ///
    /// What the database says. What was not enqueued is the next time.
    pub async fn tick(&self) -> Result<Option<DateTime<Utc>>, DbErr> {
        if self.entries.is_empty() {
            return Ok(None);
        }
        let now = self.clock.now();
        let rows = repository::all(self.database.connection()).await?;
        let mut soonest: Option<DateTime<Utc>> = None;
        for entry in &self.entries {
            let row = rows.iter().find(|row| row.id == entry.schedule.id());
            let next = match row {
                Some(row) => self.look(entry, row, now).await?,
                None => self.introduce(entry, now).await?,
            };
            soonest = soonest.into_iter().chain(next).min();
        }
        Ok(soonest)
    }

    /// A schedule that is new has missed nothing.
    async fn introduce(
        &self,
        entry: &Entry,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, DbErr> {
        let next = entry.timetable.next(now);
        repository::introduce(self.database.connection(), &entry.schedule, next, now).await?;
        Ok(next)
    }

    async fn look(
        &self,
        entry: &Entry,
        row: &Model,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, DbErr> {
        let undecided = entry.undecided(row, now);
        let due = Due::of(&entry.timetable, entry.schedule.policy(), undecided, now);
        if due.is_none() && undecided == row.next_run_at && entry.is_described_by(row) {
            return Ok(undecided);
        }
        let next = match &due {
            Some(_) => entry.timetable.next(now),
            None => undecided,
        };
        match self.decide(entry, row, due, next, now).await {
            Err(error @ DbErr::Json(_)) => {
                // Only this job cannot be made; the other schedules shall not suffer.
                let error = &error as &(dyn std::error::Error + 'static);
                tracing::error!(error, schedule = entry.schedule.id(), "schedule_failed");
                Ok(entry.timetable.next(now))
            }
            Err(error) => Err(error),
            Ok(()) => Ok(next),
        }
    }

    /// Moves the schedule on to `next` and enqueues what is `due`, unless another process did.
    async fn decide(
        &self,
        entry: &Entry,
        row: &Model,
        due: Option<Due>,
        next: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let schedule = &entry.schedule;
        let transaction = self.database.begin().await?;
        if !repository::decide(&transaction, row, schedule, next, now).await? {
            return transaction.rollback().await;
        }
        for time in due.iter().flat_map(|due| &due.runs) {
            let job = schedule.enqueue(&transaction, now).await?;
            repository::ran(&transaction, schedule, *time, job).await?;
            tracing::info!(schedule = schedule.id(), %time, %job, "schedule_run");
        }
        transaction.commit().await?;
        if let Some(due) = due.filter(|due| due.missed > 0) {
            tracing::warn!(
                schedule = schedule.id(),
                missed = due.missed,
                since = %due.since,
                runs = due.runs.len(),
                "schedule_missed"
            );
        }
        Ok(())
    }
}

impl Entry {
    /// Whether `row` says of the schedule what it says itself.
    fn is_described_by(&self, row: &Model) -> bool {
        self.has_times_of(row) && row.job == self.schedule.job()
    }

    fn has_times_of(&self, row: &Model) -> bool {
        row.cron == self.schedule.cron() && row.time_zone == self.schedule.zone()
    }

    /// The first time that nothing was decided about. What an expression that was changed would have
    /// brought before counts for nothing.
    fn undecided(&self, row: &Model, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if row.updated_at > now + AHEAD {
            tracing::warn!(
                schedule = self.schedule.id(),
                written_at = %row.updated_at,
                "schedule_ahead"
            );
            return self.timetable.next(now);
        }
        if self.has_times_of(row) && row.next_run_at.is_some() {
            return row.next_run_at;
        }
        let taken_just_now = row.updated_at > now - TAKEN;
        let since = if taken_just_now { row.updated_at } else { now };
        self.timetable.next(since)
    }
}

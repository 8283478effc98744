//! One attempt at a job, as the job sees it.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};
use tokio::sync::watch;

use super::{
    JobId,
    table::{Column, Entity, State},
};
use crate::database::Transaction;

/// How long a progress message may be.
const MESSAGE: usize = 500;

/// One attempt at a job.
#[derive(Debug)]
pub struct Run {
    id: JobId,
    attempt: u16,
    last: bool,
    fence: i64,
    cancelled: watch::Receiver<bool>,
    progress: watch::Sender<Progress>,
    completed: AtomicBool,
}

/// How far a job is, by its own account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// From 0 to 100.
    pub percent: u8,
    /// What it is at, at most 500 characters.
    pub message: Option<String>,
}

/// The worker's end of a [`Run`].
#[derive(Debug)]
pub struct Control {
    /// Set to cancel the job.
    pub cancel: watch::Sender<bool>,
    /// What the job reports.
    pub progress: watch::Receiver<Progress>,
}

/// Why a job may not be completed.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// The job is another's by now, cancelled, or over: this attempt took longer than its lease.
    #[error("the job is no longer this worker's")]
    Taken,
    /// The database cannot tell.
    #[error("cannot complete the job")]
    Database(#[from] DbErr),
}

impl Run {
    /// Attempt number `attempt` at the job `id` under the fencing token `fence`; `last` when no
    /// other would follow its failure.
    pub fn new(id: JobId, attempt: u16, last: bool, fence: i64) -> (Self, Control) {
        let (cancel, cancelled) = watch::channel(false);
        let (progress, reported) = watch::channel(Progress::default());
        let run = Self {
            id,
            attempt,
            last,
            fence,
            cancelled,
            progress,
            completed: AtomicBool::new(false),
        };
        let control = Control {
            cancel,
            progress: reported,
        };
        (run, control)
    }

    /// The job's id: the same in every attempt, and so the key by which others can tell that it is
    /// the same piece of work.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> u16 {
        self.attempt
    }

    /// Whether the job is dead if this attempt fails.
    pub fn is_last(&self) -> bool {
        self.last
    }

    /// Returns when the job is to be cancelled, or the worker stops.
    pub async fn cancelled(&self) {
        let mut cancelled = self.cancelled.clone();
        if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
            // Nobody is left who could cancel it.
            std::future::pending().await
        }
    }

    /// Whether the job is to be cancelled, or the worker stops.
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Tells how far it is: `percent` from 0 to 100, and what it is at, cut at 500 characters. It
    /// is there to be read within a second or so. A NUL, which PostgreSQL does not keep, becomes the
    /// replacement character.
    pub fn report(&self, percent: u8, message: impl Into<String>) {
        let mut message = message.into().replace('\0', "\u{FFFD}");
        if let Some((cut, _)) = message.char_indices().nth(MESSAGE) {
            message.truncate(cut);
        }
        self.progress.send_replace(Progress {
            percent: percent.min(100),
            message: (!message.is_empty()).then_some(message),
        });
    }

    /// Completes the job as part of `transaction`, which is what makes its effect happen once: it
    /// is refused to an attempt that the job was taken from.
    ///
    /// # Errors
    ///
    /// [`Lost::Taken`]: roll back, what this attempt did is another's to do, or no longer wanted.
    pub async fn complete(
        &self,
        transaction: &Transaction,
        now: DateTime<Utc>,
    ) -> Result<(), Lost> {
        if !complete(transaction, self.id, self.fence, now).await? {
            return Err(Lost::Taken);
        }
        self.completed.store(true, SeqCst);
        Ok(())
    }

    /// Whether [`complete`](Run::complete) was called and nothing said no.
    pub fn is_completed(&self) -> bool {
        self.completed.load(SeqCst)
    }
}

async fn complete(
    connection: &impl ConnectionTrait,
    id: JobId,
    fence: i64,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Completed))
        .col_expr(Column::Progress, Expr::value(100_i16))
        .col_expr(Column::FinishedAt, Expr::value(now))
        .col_expr(Column::LeaseUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(Column::Id.eq(id))
        .filter(Column::Fence.eq(fence))
        .filter(Column::State.eq(State::Running))
        .exec(connection)
        .await?;
    Ok(updated.rows_affected == 1)
}

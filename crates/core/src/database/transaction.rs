//! A transaction, and who is woken and told by its commit.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, ExecResult, QueryResult,
    Statement,
};
use tokio::sync::OwnedMutexGuard;

use super::{
    messages::{AtTheEnd, Messages, Pending, Topic},
    wake::{Wakes, Work},
};

/// A transaction under way. Dropped without a commit, it is rolled back.
///
/// What is published or enqueued in it wakes those who wait for such work, once it is committed.
pub struct Transaction {
    inner: DatabaseTransaction,
    wakes: Wakes,
    brings: [AtomicBool; Work::COUNT],
    messages: Messages,
    tells: Pending,
    /// SQLite: held until the write lock is free again.
    _writing: Option<OwnedMutexGuard<()>>,
}

impl Transaction {
    pub(super) fn new(
        inner: DatabaseTransaction,
        wakes: Wakes,
        messages: Messages,
        writing: Option<OwnedMutexGuard<()>>,
    ) -> Self {
        Self {
            inner,
            wakes,
            brings: Default::default(),
            messages,
            tells: Pending::default(),
            _writing: writing,
        }
    }

    /// Notes that this transaction brings `work`: who waits for some is woken by the commit.
    pub fn brings(&self, work: Work) {
        self.brings[work.index()].store(true, Relaxed);
    }

    /// Notes that `text` is to be [told](super::Database::tell) about `topic` once this transaction
    /// is committed, or may be.
    pub fn tells(&self, topic: Topic, text: String) {
        self.tells.push(topic, text);
    }

    /// Makes it last.
    ///
    /// # Errors
    ///
    /// What the database says. Then it is either all there or not at all; which of the two cannot
    /// be told when the connection broke.
    pub async fn commit(self) -> Result<(), DbErr> {
        let _told = AtTheEnd {
            messages: self.messages,
            pending: self.tells,
        };
        self.inner.commit().await?;
        for work in Work::ALL {
            if self.brings[work.index()].load(Relaxed) {
                self.wakes.committed(work);
            }
        }
        Ok(())
    }

    /// Undoes it.
    ///
    /// # Errors
    ///
    /// What the database says; it is undone all the same, at the latest when the connection ends.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(statement).await
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transaction")
    }
}

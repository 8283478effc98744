//! Who is told that there is work in the database: whoever waits in this process at once, other
//! processes through PostgreSQL's `NOTIFY`. Both are a courtesy that saves time: a signal that is
//! lost is made up for by the next look that its receiver takes anyway.

use std::{fmt, sync::Arc, time::Duration};

use sea_orm::{DbErr, RuntimeErr};
use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::watch;

use super::{Database, messages};
use crate::ids::Id;

/// PostgreSQL's channel for signals.
const CHANNEL: &str = "ashlar_work";

/// How long a process gathers signals before it tells the others: a notification takes a lock that
/// all commits with one share, so many writers must not make as many notifications.
const GATHER: Duration = Duration::from_millis(5);

/// How long to wait before a broken connection to the channel is made anew.
const RECONNECT: Duration = Duration::from_secs(1);

/// Work that waits in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Events in the outbox.
    Events,
    /// Jobs that may begin.
    Jobs,
}

impl Work {
    pub(super) const COUNT: usize = 2;
    pub(super) const ALL: [Self; Self::COUNT] = [Self::Events, Self::Jobs];

    pub(super) const fn index(self) -> usize {
        self as usize
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Jobs => "jobs",
        }
    }
}

/// Signals of one process. Clones are the same.
#[derive(Clone)]
pub(super) struct Wakes(Arc<[Signal; Work::COUNT]>);

struct Signal {
    /// Counts the commits of this process that brought work.
    committed: watch::Sender<u64>,
    /// Counts all reasons to look for work: those commits, and what other processes tell.
    wake: watch::Sender<u64>,
}

impl Wakes {
    pub(super) fn new() -> Self {
        Self(Arc::new(Work::ALL.map(|_| Signal {
            committed: watch::Sender::new(0),
            wake: watch::Sender::new(0),
        })))
    }

    /// A transaction of this process that brought work is committed.
    pub(super) fn committed(&self, work: Work) {
        let signal = &self.0[work.index()];
        signal.committed.send_modify(|count| *count += 1);
        signal.wake.send_modify(|count| *count += 1);
    }

    fn told(&self, work: Work) {
        self.0[work.index()].wake.send_modify(|count| *count += 1);
    }
}

impl fmt::Debug for Wakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wakes")
    }
}

impl Database {
    /// Changes whenever there may be new `work`. Look for work first and wait then: what came in
    /// between is not missed.
    pub fn signal(&self, work: Work) -> watch::Receiver<u64> {
        self.wakes.0[work.index()].wake.subscribe()
    }

    /// Says that there may be new `work`, to this process and to the others.
    pub fn wake(&self, work: Work) {
        self.wakes.committed(work);
    }

    /// Says that there may be new `work` to the other processes, at once: for one that is about to
    /// end, and so does not [pass signals](Self::pass_signals). On SQLite they look by themselves.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn notify(&self, work: Work) -> Result<(), DbErr> {
        if !self.is_postgres() {
            return Ok(());
        }
        let pool = self.connection.get_postgres_connection_pool();
        let told = notify(pool, work, "").await;
        told.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))
    }

    /// Passes signals and [messages](Self::tell) between this process and the others for as long as
    /// it is polled: every process that serves runs it. On SQLite it does nothing; there, other processes find out when
    /// they look next.
    pub async fn pass_signals(&self) {
        if !self.is_postgres() {
            return std::future::pending().await;
        }
        let pool = self.connection.get_postgres_connection_pool();
        // So that a process knows its own notifications when they come back.
        let own = Id::<()>::new().to_string();
        tokio::join!(
            self.tell_of_work(pool, &own),
            self.messages.pass(pool, &own),
            self.hear_others(pool, &own),
        );
    }

    /// Tells the others what was committed here, some time after the commit, many in one.
    async fn tell_of_work(&self, pool: &PgPool, own: &str) {
        let mut events = self.wakes.0[Work::Events.index()].committed.subscribe();
        let mut jobs = self.wakes.0[Work::Jobs.index()].committed.subscribe();
        loop {
            let work = tokio::select! {
                _ = events.changed() => Work::Events,
                _ = jobs.changed() => Work::Jobs,
            };
            tokio::time::sleep(GATHER).await;
            match work {
                Work::Events => events.mark_unchanged(),
                Work::Jobs => jobs.mark_unchanged(),
            }
            if let Err(error) = notify(pool, work, own).await {
                let error = &error as &(dyn std::error::Error + 'static);
                tracing::debug!(error, "signal_lost");
            }
        }
    }

    /// Hears what the others tell.
    async fn hear_others(&self, pool: &PgPool, own: &str) {
        loop {
            let heard = self.hear(pool, own).await;
            if pool.is_closed() {
                return;
            }
            if let Err(error) = heard {
                let error = &error as &(dyn std::error::Error + 'static);
                tracing::warn!(error, "signals_interrupted");
            }
            tokio::time::sleep(RECONNECT).await;
        }
    }

    async fn hear(&self, pool: &PgPool, own: &str) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen_all([CHANNEL, messages::CHANNEL]).await?;
        // What was told while nobody listened here.
        Work::ALL.into_iter().for_each(|work| self.wakes.told(work));
        self.messages.missed();
        // `try_recv` answers `None` when the connection was lost.
        while let Some(notification) = listener.try_recv().await? {
            let payload = notification.payload();
            match notification.channel() {
                CHANNEL => self.work_arrived(payload, own),
                _ => self.message_arrived(payload, own),
            }
        }
        Ok(())
    }

    fn work_arrived(&self, payload: &str, own: &str) {
        let Some((name, sender)) = payload.split_once(' ') else {
            return;
        };
        let work = Work::ALL.into_iter().find(|work| work.as_str() == name);
        if let (Some(work), true) = (work, sender != own) {
            self.wakes.told(work);
        }
    }

    fn message_arrived(&self, payload: &str, own: &str) {
        match payload.split_once(' ') {
            Some((sender, message)) if sender != own => self.messages.arrived(message),
            _ => {}
        }
    }
}

async fn notify(pool: &PgPool, work: Work, sender: &str) -> Result<(), sqlx::Error> {
    let payload = format!("{} {sender}", work.as_str());
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(payload)
        .execute(pool)
        .await
        .map(drop)
}

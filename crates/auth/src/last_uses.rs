//! When keys were last used, written down off the path of requests: while one statement is under
//! way, the uses that come meanwhile wait for the next. What cannot be written is given up with a
//! line in the log; no request fails for it.

use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ashlar_core::database::{Database, Transaction};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use crate::{model::ApiKeyId, repository};

/// Writes uses down. Cheap to clone; clones share what waits.
#[derive(Clone)]
pub(crate) struct LastUses(Arc<Shared>);

struct Shared {
    database: Database,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    uses: HashMap<ApiKeyId, DateTime<Utc>>,
    under_way: bool,
}

/// Whoever writes. Given back also when the task ends early: the next use begins another.
struct Writer {
    shared: Arc<Shared>,
    returned: bool,
}

impl LastUses {
    pub(crate) fn new(database: Database) -> Self {
        Self(Arc::new(Shared {
            database,
            waiting: Mutex::default(),
        }))
    }

    /// Has it written down that `id` was used at `now`.
    pub(crate) fn note(&self, id: ApiKeyId, now: DateTime<Utc>) {
        let begin = {
            let mut waiting = self.0.waiting();
            waiting.uses.insert(id, now);
            !std::mem::replace(&mut waiting.under_way, true)
        };
        if begin {
            let writer = Writer {
                shared: Arc::clone(&self.0),
                returned: false,
            };
            actix_web::rt::spawn(writer.write());
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Whole between any two statements, so a panic elsewhere poisons nothing.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, uses: &HashMap<ApiKeyId, DateTime<Utc>>) -> Result<(), DbErr> {
        // They came within moments of each other, and are known to the minute.
        let Some(latest) = uses.values().max().copied() else {
            return Ok(());
        };
        let work = async |transaction: &Transaction| {
            let ids = uses.keys().copied();
            repository::api_keys::note_uses(transaction, ids, latest).await
        };
        self.database.transaction(work).await
    }
}

impl Writer {
    /// Writes until nothing waits.
    async fn write(mut self) {
        while let Some(uses) = self.next() {
            if let Err(error) = self.shared.write(&uses).await {
                let error = &error as &(dyn Error + 'static);
                tracing::warn!(error, keys = uses.len(), "api_key_uses_not_written");
            }
        }
    }

    /// What waits; when nothing does, the place is given back under the same lock.
    fn next(&mut self) -> Option<HashMap<ApiKeyId, DateTime<Utc>>> {
        let mut waiting = self.shared.waiting();
        if waiting.uses.is_empty() {
            waiting.under_way = false;
            self.returned = true;
            return None;
        }
        Some(std::mem::take(&mut waiting.uses))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.returned {
            self.shared.waiting().under_way = false;
        }
    }
}

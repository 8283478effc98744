//! Reading the audit log. Writing it is [`crate::audit`]'s.

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    http::ClientInfo,
    page::{Page, PageRequest},
    principal::{Principal, UserId},
    problem::Unexpected,
};
use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    entity::audit_log::Model,
    error::AuthError,
    repository,
    schemas::{ActivitySort, AuditEntryResponse, AuditFilters, AuditSort},
};

/// How many entries are read at a time: some hundred kilobytes.
const BATCH: u64 = 500;

/// The audit log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AuditLog {
    database: Database,
    clock: Clock,
}

/// An export under way: the entries that there were when it began, oldest first.
#[derive(Debug)]
pub struct AuditExport {
    database: Database,
    filters: AuditFilters,
    /// When it began. It ends there, however many are written meanwhile.
    end: DateTime<Utc>,
    last: Option<Model>,
    finished: bool,
}

impl AuditLog {
    pub(crate) fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock }
    }

    pub(crate) async fn list(
        &self,
        filters: &AuditFilters,
        page: &PageRequest<AuditSort>,
    ) -> Result<Page<Model>, AuthError> {
        Ok(repository::audit::list(self.database.connection(), filters, page).await?)
    }

    /// What `user_id` did, and what happened to them.
    pub(crate) async fn activity(
        &self,
        user_id: UserId,
        page: &PageRequest<ActivitySort>,
    ) -> Result<Page<Model>, AuthError> {
        Ok(repository::audit::activity(self.database.connection(), user_id, page).await?)
    }

    /// Begins an export for `caller`, which is written down itself.
    pub(crate) async fn export(
        &self,
        caller: &Principal,
        client: &ClientInfo,
        filters: AuditFilters,
    ) -> Result<AuditExport, AuthError> {
        let entry = Entry::new("audit.exported").by(caller).from(client);
        self.begin(entry.with("by", "request"), filters).await
    }

    /// Begins an export for whoever has this machine, which is written down itself.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn export_locally(&self, filters: AuditFilters) -> Result<AuditExport, AuthError> {
        let entry = Entry::new("audit.exported").with("by", "command");
        self.begin(entry, filters).await
    }

    async fn begin(&self, entry: Entry, filters: AuditFilters) -> Result<AuditExport, AuthError> {
        let now = self.clock.now();
        let told = serde_json::to_value(&filters).map_err(Unexpected::new)?;
        let entry = entry.with("filters", told);
        let work = async |transaction: &Transaction| {
            audit::record(transaction, entry.clone(), now).await?;
            Ok::<_, AuthError>(())
        };
        self.database.transaction(work).await?;
        Ok(AuditExport {
            database: self.database.clone(),
            filters,
            end: now,
            last: None,
            finished: false,
        })
    }
}

impl AuditExport {
    /// The next entries, some hundreds; `None` behind the last. No transaction or connection is
    /// held meanwhile, so the reader may take their time.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn next(&mut self) -> Result<Option<Vec<AuditEntryResponse>>, AuthError> {
        if self.finished {
            return Ok(None);
        }
        let (connection, last) = (self.database.connection(), self.last.as_ref());
        let rows =
            repository::audit::batch(connection, &self.filters, self.end, last, BATCH).await?;
        self.finished = (rows.len() as u64) < BATCH;
        self.last = rows.last().cloned();
        Ok(Some(
            rows.into_iter().map(AuditEntryResponse::from).collect(),
        ))
    }
}

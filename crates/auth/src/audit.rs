//! What is written down of what happens to accounts: who, to whom, from where, and never a secret.

use ashlar_core::{
    context,
    http::ClientInfo,
    ids::{Id, Identified},
    principal::{Principal, UserId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde_json::{Map, Value};

use crate::{entity::audit_log::Model, model::SessionId, repository};

/// Marks the ids of entries.
pub enum AuditEntry {}

impl Identified for AuditEntry {
    const PARAMETER: &'static str = "entry_id";
}

/// One entry of the audit log, to be written in the transaction of what it tells of.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    action: &'static str,
    actor: Option<UserId>,
    user: Option<UserId>,
    session: Option<SessionId>,
    client: ClientInfo,
    details: Map<String, Value>,
}

impl Entry {
    /// That `action` happened: `<noun>.<past participle>`, as in `session.started`. The set only
    /// ever grows: whoever searches the log relies on the names.
    pub(crate) fn new(action: &'static str) -> Self {
        Self {
            action,
            actor: None,
            user: None,
            session: None,
            client: ClientInfo::default(),
            details: Map::new(),
        }
    }

    /// The user did it to themselves.
    pub(crate) fn of(self, user: UserId) -> Self {
        Self {
            actor: Some(user),
            user: Some(user),
            ..self
        }
    }

    /// It happened to `user`, whoever did it.
    pub(crate) fn to(self, user: UserId) -> Self {
        Self {
            user: Some(user),
            ..self
        }
    }

    /// Who did it, and in which of their sessions.
    pub(crate) fn by(self, actor: &Principal) -> Self {
        Self {
            actor: Some(actor.user_id),
            session: actor.session_id.map(SessionId::from_uuid),
            ..self
        }
    }

    /// The session that it is about.
    pub(crate) fn in_session(self, session: SessionId) -> Self {
        Self {
            session: Some(session),
            ..self
        }
    }

    /// Where it came from.
    pub(crate) fn from(self, client: &ClientInfo) -> Self {
        Self {
            client: client.clone(),
            ..self
        }
    }

    /// A detail. Never a secret, a token or a password; addresses of users only where it is about
    /// them.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}

/// Writes `entry` down.
pub(crate) async fn record(
    connection: &impl ConnectionTrait,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    record_all(connection, [entry], now).await
}

/// Writes all `entries` down, in one statement. There is at least one.
pub(crate) async fn record_all(
    connection: &impl ConnectionTrait,
    entries: impl IntoIterator<Item = Entry>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let rows = entries.into_iter().map(|entry| row(entry, now));
    repository::audit::insert(connection, rows).await
}

fn row(entry: Entry, now: DateTime<Utc>) -> Model {
    Model {
        id: Id::<AuditEntry>::new().as_uuid(),
        at: now,
        action: entry.action.to_owned(),
        actor_id: entry.actor.map(|actor| actor.as_uuid()),
        user_id: entry.user.map(|user| user.as_uuid()),
        session_id: entry.session.map(|session| session.as_uuid()),
        address: entry.client.address.map(|address| address.to_string()),
        user_agent: entry.client.user_agent,
        request_id: context::request_id().map(String::from),
        details: Value::Object(entry.details).to_string(),
    }
}

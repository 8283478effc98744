//! What users may do and which sessions live, as this process last read it.

use std::sync::Arc;

use ashlar_core::{
    database::{Database, Topic},
    principal::{User, UserId},
};
use chrono::{DateTime, Utc};

use crate::{
    model::{Delivery, RoleName, Session, Status},
    remembered::Remembered,
    repository,
};

/// What a user may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) role: RoleName,
    pub(crate) status: Status,
    /// Whether they have a second factor: an app or a passkey.
    pub(crate) second_factor: bool,
}

/// The standing of users. A user who does not exist has none.
pub(crate) type Standings = Remembered<User, Standing>;

/// What the access tokens of a session are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionState {
    pub(crate) user_id: UserId,
    pub(crate) revoked: bool,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) authenticated_at: DateTime<Utc>,
    pub(crate) delivery: Delivery,
    /// Whether it was begun with a second factor.
    pub(crate) second_factor: bool,
}

/// The states of sessions.
pub(crate) type SessionStates = Remembered<Session, SessionState>;

pub(crate) fn standings(database: &Database) -> Arc<Standings> {
    let topic = Topic::new("auth.users");
    Remembered::new(database, topic, |database, ids| async move {
        repository::standings::of_users(database.connection(), ids).await
    })
}

pub(crate) fn session_states(database: &Database) -> Arc<SessionStates> {
    let topic = Topic::new("auth.sessions");
    Remembered::new(database, topic, |database, ids| async move {
        repository::sessions::states(database.connection(), ids).await
    })
}

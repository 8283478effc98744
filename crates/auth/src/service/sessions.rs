//! Sign-ins: how they begin and end.

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    http::ClientInfo,
    principal::UserId,
    problem::Unexpected,
    secret::Secret,
};

use crate::{
    audit::{self, Entry},
    entity::session::Model,
    error::AuthError,
    model::{Method, Revocation, SessionId},
    refresh_token::RefreshTokens,
    repository,
    settings::SessionSettings,
    token::{Issued, Tokens},
};

/// The sign-ins of all users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sessions {
    database: Database,
    clock: Clock,
    tokens: Arc<Tokens>,
    refresh_tokens: Arc<RefreshTokens>,
    settings: SessionSettings,
}

/// What a new or refreshed sign-in gives its user.
pub(crate) struct Granted {
    pub(crate) session_id: SessionId,
    pub(crate) access: Issued,
    pub(crate) refresh: Secret,
    /// How long the refresh token can be used.
    pub(crate) refresh_lifetime: Duration,
}

impl Sessions {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        tokens: Arc<Tokens>,
        refresh_tokens: Arc<RefreshTokens>,
        settings: SessionSettings,
    ) -> Self {
        Self {
            database,
            clock,
            tokens,
            refresh_tokens,
            settings,
        }
    }

    /// Begins a session of `user_id`, who proved by `methods` who they are. A new session always:
    /// nothing that a client brings along decides which (OWASP ASVS 4.0, 3.2.1).
    pub(crate) async fn start(
        &self,
        transaction: &Transaction,
        user_id: UserId,
        methods: &[Method],
        client: &ClientInfo,
    ) -> Result<Granted, AuthError> {
        let now = self.clock.now();
        let id = SessionId::new();
        let first = self.refresh_tokens.first(id).map_err(Unexpected::new)?;
        let methods = methods.iter().map(|method| method.as_str());
        let methods = methods.collect::<Vec<_>>().join(" ");
        let entry = Entry::new("session.started")
            .of(user_id)
            .in_session(id)
            .from(client)
            .with("methods", methods.as_str());
        let session = Model {
            id,
            user_id,
            methods,
            cookies: false,
            user_agent: client.user_agent.clone(),
            address: client.address.map(|address| address.to_string()),
            generation: first.generation,
            token_hash: first.hash(),
            rotated_at: now,
            created_at: now,
            authenticated_at: now,
            expires_at: now + self.settings.lifetime,
            revoked_at: None,
            revoked_for: None,
        };
        repository::sessions::insert(transaction, session).await?;
        audit::record(transaction, entry, now).await?;
        Ok(Granted {
            session_id: id,
            access: self.tokens.issue(user_id, id).map_err(Unexpected::new)?,
            refresh: self.refresh_tokens.write(&first),
            refresh_lifetime: self.settings.lifetime,
        })
    }

    /// Ends the sessions of `user_id`, except for one. Call [`Self::forget`] with what this answers
    /// once the transaction is committed.
    pub(crate) async fn revoke_all(
        &self,
        transaction: &Transaction,
        user_id: UserId,
        except: Option<SessionId>,
        why: Revocation,
    ) -> Result<Vec<SessionId>, AuthError> {
        let now = self.clock.now();
        let revoked =
            repository::sessions::revoke_all(transaction, user_id, except, why, now).await?;
        Ok(revoked)
    }

    /// Notes that the user of `session` proved by `methods` once more who they are: what they do in
    /// it is recent from now on.
    pub(crate) async fn authenticated_again(
        &self,
        transaction: &Transaction,
        session: SessionId,
        methods: &[Method],
    ) -> Result<(), AuthError> {
        let found = repository::sessions::find(transaction, session).await?;
        let found = found.ok_or(AuthError::InvalidCredentials)?;
        let mut words: Vec<&str> = found.methods.split_whitespace().collect();
        for method in methods {
            if !words.contains(&method.as_str()) {
                words.push(method.as_str());
            }
        }
        let (words, now) = (words.join(" "), self.clock.now());
        repository::sessions::authenticated_again(transaction, session, words, now).await?;
        Ok(())
    }

    /// Whether the user of `session` proved only lately who they are.
    pub(crate) async fn is_recent(&self, session: SessionId) -> Result<bool, AuthError> {
        let connection = self.database.connection();
        let found = repository::sessions::find(connection, session).await?;
        let now = self.clock.now();
        Ok(found.is_some_and(|found| found.authenticated_at + self.settings.recent > now))
    }
}

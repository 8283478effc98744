//! Sign-ins: how they begin, go on and end.

mod caller;
mod manage;
mod refresh;

pub(crate) use self::caller::Caller;

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    http::ClientInfo,
    principal::UserId,
    problem::Unexpected,
    secret::Secret,
};
use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    entity::{session::Model, user},
    error::AuthError,
    model::{Delivery, Method, Revocation, SessionId, Status},
    refresh_token::{RefreshToken, RefreshTokens},
    repository,
    settings::SessionSettings,
    standing::SessionStates,
    token::{Issued, Tokens},
};

/// The sign-ins of all users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sessions {
    database: Database,
    clock: Clock,
    tokens: Arc<Tokens>,
    refresh_tokens: Arc<RefreshTokens>,
    states: Arc<SessionStates>,
    settings: SessionSettings,
}

/// What a new or refreshed sign-in gives its user.
pub(crate) struct Granted {
    pub(crate) session_id: SessionId,
    pub(crate) delivery: Delivery,
    pub(crate) access: Issued,
    pub(crate) refresh: Secret,
    /// How long the refresh token can be used.
    pub(crate) refresh_lifetime: Duration,
}

/// How somebody proved who they are.
pub(crate) struct Proof<'a> {
    pub(crate) methods: &'a [Method],
    /// When.
    pub(crate) at: DateTime<Utc>,
}

/// What somebody signs in on.
#[derive(Clone, Copy)]
pub(crate) struct Device<'a> {
    pub(crate) client: &'a ClientInfo,
    pub(crate) delivery: Delivery,
    /// The session that its browser still keeps: the new one takes its place there, and nobody could
    /// end it any more.
    pub(crate) replaces: Option<SessionId>,
}

impl<'a> Device<'a> {
    /// That of `client`, whose browser keeps the session `kept`.
    pub(crate) fn new(client: &'a ClientInfo, delivery: Delivery, kept: Option<SessionId>) -> Self {
        Self {
            client,
            delivery,
            replaces: kept.filter(|_| delivery == Delivery::Cookies),
        }
    }
}

impl Sessions {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        tokens: Arc<Tokens>,
        refresh_tokens: Arc<RefreshTokens>,
        states: Arc<SessionStates>,
        settings: SessionSettings,
    ) -> Self {
        Self {
            database,
            clock,
            tokens,
            refresh_tokens,
            states,
            settings,
        }
    }

    /// Begins a session of `locked`, who proved who they are: by what must be looked at under the
    /// lock, where nobody changes it. A new session always: nothing that a client brings along decides
    /// which (OWASP ASVS 4.0, 3.2.1), and the one that its browser kept is over.
    ///
    /// # Errors
    ///
    /// [`AuthError::InvalidCredentials`] when they may not sign in any more.
    pub(crate) async fn start(
        &self,
        transaction: &Transaction,
        locked: Option<user::Model>,
        proof: &Proof<'_>,
        device: Device<'_>,
    ) -> Result<Granted, AuthError> {
        let user = locked.filter(|user| user.status == Status::Active);
        let user = user.ok_or(AuthError::InvalidCredentials)?;
        if let Some(kept) = device.replaces {
            (self.end_replaced(transaction, kept, user.id, device.client)).await?;
        }
        self.begin(transaction, user.id, proof, device).await
    }

    /// Begins a session of a user who is locked.
    async fn begin(
        &self,
        transaction: &Transaction,
        user_id: UserId,
        proof: &Proof<'_>,
        device: Device<'_>,
    ) -> Result<Granted, AuthError> {
        let (client, delivery) = (device.client, device.delivery);
        let now = self.clock.now();
        let id = SessionId::new();
        let first = self.refresh_tokens.first(id).map_err(Unexpected::new)?;
        let methods = written(proof.methods);
        let entry = Entry::new("session.started")
            .of(user_id)
            .in_session(id)
            .from(client)
            .with("methods", methods.as_str());
        let session = Model {
            id,
            user_id,
            methods,
            cookies: delivery == Delivery::Cookies,
            user_agent: client.user_agent.clone(),
            address: client.address.map(|address| address.to_string()),
            generation: first.generation,
            token_hash: first.hash(),
            rotated_at: now,
            created_at: now,
            authenticated_at: proof.at,
            expires_at: now + self.settings.lifetime,
            revoked_at: None,
            revoked_for: None,
        };
        let granted = self.grant(&session, &first)?;
        let displaced = self.make_room(transaction, user_id, client).await?;
        repository::sessions::insert(transaction, session).await?;
        audit::record_all(transaction, displaced.into_iter().chain([entry]), now).await?;
        Ok(granted)
    }

    /// Ends the sessions of `user_id`, except for one: their access tokens are refused as soon as
    /// the transaction is committed. The caller writes to the audit log why.
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
        self.states.forget_after(transaction, &revoked);
        Ok(revoked)
    }

    /// Begins a session in the place of the user's session `id`, who proved once more, by all of `methods`, who they
    /// are: the tokens of the old one are good for nothing from the commit on (OWASP ASVS 5.0, 7.2.4).
    ///
    /// # Errors
    ///
    /// [`AuthError::SessionOver`] when the old one is over.
    pub(crate) async fn renew(
        &self,
        transaction: &Transaction,
        (user_id, id): (UserId, SessionId),
        methods: &[Method],
        client: &ClientInfo,
    ) -> Result<Granted, AuthError> {
        // Before the session: in this order all others lock them.
        repository::users::lock(transaction, user_id).await?;
        let (why, now) = (Revocation::Renewed, self.clock.now());
        let old = repository::sessions::lock(transaction, id).await?;
        let old = old.filter(|old| old.user_id == user_id && self.is_alive(old, now));
        let old = old.ok_or(AuthError::SessionOver)?;
        repository::sessions::revoke(transaction, id, Some(old.user_id), why, now).await?;
        self.states.forget_after(transaction, &[id]);
        let device = Device::new(client, Delivery::asked(old.cookies), None);
        let proof = Proof { methods, at: now };
        self.begin(transaction, user_id, &proof, device).await
    }

    /// The session `id` if it is not over: nobody ends it until the end of the transaction.
    pub(crate) async fn living(
        &self,
        transaction: &Transaction,
        id: SessionId,
    ) -> Result<Option<Model>, AuthError> {
        let session = repository::sessions::lock(transaction, id).await?;
        Ok(session.filter(|session| self.is_alive(session, self.clock.now())))
    }

    /// The tokens of `session`, whose newest refresh token is `newest`.
    fn grant(&self, session: &Model, newest: &RefreshToken) -> Result<Granted, AuthError> {
        let idle = session.rotated_at + self.settings.idle;
        let left = idle.min(session.expires_at) - self.clock.now();
        let access = self.tokens.issue(session.user_id, session.id);
        Ok(Granted {
            session_id: session.id,
            delivery: Delivery::asked(session.cookies),
            access: access.map_err(Unexpected::new)?,
            refresh: self.refresh_tokens.write(newest),
            refresh_lifetime: left.to_std().unwrap_or_default(),
        })
    }

    /// Sessions that were not refreshed since then are over.
    fn idle_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.settings.idle
    }
}

fn written(methods: &[Method]) -> String {
    let methods = methods.iter().map(|method| method.as_str());
    methods.collect::<Vec<_>>().join(" ")
}

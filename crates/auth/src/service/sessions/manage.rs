//! What users do with their sessions: look at them, and end them.

use ashlar_core::{
    database::Transaction,
    http::ClientInfo,
    page::{Page, PageRequest},
    principal::{Principal, UserId},
};
use chrono::TimeDelta;

use super::Sessions;
use crate::{
    audit::{self, Entry},
    entity::session::Model,
    error::AuthError,
    model::{Revocation, SessionId},
    repository,
    schemas::SessionSort,
};

/// For how long sessions that are over are kept, for those who look into an incident.
const KEPT: TimeDelta = TimeDelta::days(30);

/// How many sessions are deleted at once.
const BATCH: u64 = 1000;

impl Sessions {
    /// The caller's sessions that are not over.
    pub(crate) async fn list(
        &self,
        caller: &Principal,
        page: &PageRequest<SessionSort>,
    ) -> Result<Page<Model>, AuthError> {
        current(caller)?;
        let now = self.clock.now();
        let times = (now, self.idle_since(now));
        let connection = self.database.connection();
        Ok(repository::sessions::list(connection, caller.user_id, times, page).await?)
    }

    /// Ends one of the caller's sessions: another one than their own only with a recent proof, so
    /// that whoever finds a sign-in that was left open signs nobody out (OWASP ASVS 5.0, 7.5.2).
    pub(crate) async fn end(
        &self,
        caller: &Principal,
        id: SessionId,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        if id != current(caller)? && !caller.is_recent {
            return Err(AuthError::StepUpRequired);
        }
        let owner = Some(caller.user_id);
        let ended = self.revoke(id, owner, Revocation::Ended, client).await?;
        ended.map(drop).ok_or(AuthError::SessionNotFound)
    }

    /// Ends all of the caller's sessions, or all but the one that they ask in.
    pub(crate) async fn end_all(
        &self,
        caller: &Principal,
        except_current: bool,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let except = Some(current(caller)?).filter(|_| except_current);
        let (user_id, why) = (caller.user_id, Revocation::Ended);
        let work = async |transaction: &Transaction| {
            let locked = self.lock_caller(transaction, caller).await?;
            locked.must_be_proved(transaction).await?;
            let ended = self.revoke_all(transaction, user_id, except, why).await?;
            let entry = Entry::new("session.ended").by(caller).to(user_id);
            let entry = entry.from(client);
            self.record_ended(transaction, entry, &ended, why).await
        };
        self.database.transaction(work).await?;
        tracing::info!(%user_id, "sessions_ended");
        Ok(())
    }

    /// Ends the session that a request came in. That it is over already is as good.
    pub(crate) async fn sign_out(
        &self,
        id: SessionId,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        self.revoke(id, None, Revocation::SignedOut, client).await?;
        tracing::info!(session_id = %id, "signed_out");
        Ok(())
    }

    /// Signs `user_id` out everywhere, since `by` changed what they may do: they may not sign in any
    /// more.
    pub(crate) async fn end_with_standing(
        &self,
        transaction: &Transaction,
        by: &Principal,
        user_id: UserId,
    ) -> Result<(), AuthError> {
        let why = Revocation::StandingChanged;
        let ended = self.revoke_all(transaction, user_id, None, why).await?;
        let entry = Entry::new("session.ended").by(by).to(user_id);
        self.record_ended(transaction, entry, &ended, why).await
    }

    /// Ends all sessions of `user_id`, since `by`, who manages users, wants it.
    pub(crate) async fn end_of(
        &self,
        transaction: &Transaction,
        by: &Principal,
        user_id: UserId,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let why = Revocation::Ended;
        let ended = self.revoke_all(transaction, user_id, None, why).await?;
        let entry = Entry::new("session.ended").by(by).to(user_id);
        (self.record_ended(transaction, entry.from(client), &ended, why)).await
    }

    /// Ends the session `id`, which is a browser's, since `user_id` signs in there.
    pub(super) async fn end_replaced(
        &self,
        transaction: &Transaction,
        id: SessionId,
        user_id: UserId,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let (why, now) = (Revocation::Replaced, self.clock.now());
        let kept = repository::sessions::lock(transaction, id).await?;
        let Some(kept) = kept.filter(|kept| kept.cookies && self.is_alive(kept, now)) else {
            return Ok(());
        };
        repository::sessions::revoke(transaction, id, None, why, now).await?;
        self.states.forget_after(transaction, &[id]);
        let entry = Entry::new("session.ended").in_session(id).from(client);
        let entry = match kept.user_id == user_id {
            true => entry.of(user_id),
            // Who is none of their business.
            false => entry.to(kept.user_id),
        };
        audit::record(transaction, entry.with("why", why.as_str()), now).await?;
        Ok(())
    }

    /// Ends those of a user's sessions that were used longest ago, so that one more is not too many:
    /// what is to be written down of it. The user is locked, so that of two who sign in at once
    /// neither is one too many.
    pub(super) async fn make_room(
        &self,
        transaction: &Transaction,
        user_id: UserId,
        client: &ClientInfo,
    ) -> Result<Option<Entry>, AuthError> {
        let now = self.clock.now();
        let (times, kept) = ((now, self.idle_since(now)), self.settings.max - 1);
        let ended = repository::sessions::revoke_oldest(transaction, user_id, kept, times).await?;
        self.states.forget_after(transaction, &ended);
        let entry = Entry::new("session.ended").of(user_id).from(client);
        Ok(telling(entry, &ended, Revocation::Displaced))
    }

    /// Writes down that all these sessions were ended, unless there was none.
    async fn record_ended(
        &self,
        transaction: &Transaction,
        entry: Entry,
        ended: &[SessionId],
        why: Revocation,
    ) -> Result<(), AuthError> {
        if let Some(entry) = telling(entry, ended, why) {
            audit::record(transaction, entry, self.clock.now()).await?;
        }
        Ok(())
    }

    /// Deletes some of the sessions that are over since long. How many there were.
    pub(crate) async fn delete_some_over(&self) -> Result<u64, AuthError> {
        let time = self.clock.now() - KEPT;
        let work = async |transaction: &Transaction| {
            Ok(repository::sessions::delete_over(transaction, time, BATCH).await?)
        };
        self.database.transaction(work).await
    }

    /// Ends one session, of `owner` if one is given. Whose it was, if it was not over.
    async fn revoke(
        &self,
        id: SessionId,
        owner: Option<UserId>,
        why: Revocation,
        client: &ClientInfo,
    ) -> Result<Option<UserId>, AuthError> {
        let work = async |transaction: &Transaction| {
            let now = self.clock.now();
            let user = repository::sessions::revoke(transaction, id, owner, why, now).await?;
            if let Some(user_id) = user {
                self.states.forget_after(transaction, &[id]);
                let entry = Entry::new("session.ended")
                    .of(user_id)
                    .in_session(id)
                    .from(client)
                    .with("why", why.as_str());
                audit::record(transaction, entry, now).await?;
            }
            Ok(user)
        };
        self.database.transaction(work).await
    }
}

/// The session that the caller asks in. Who brings an API key has none, and none to manage.
fn current(caller: &Principal) -> Result<SessionId, AuthError> {
    let id = caller.session_id.ok_or(AuthError::Forbidden)?;
    Ok(SessionId::from_uuid(id))
}

/// What is written down of these sessions, which were ended, unless there was none.
fn telling(entry: Entry, ended: &[SessionId], why: Revocation) -> Option<Entry> {
    let entry = || {
        entry
            .with("why", why.as_str())
            .with("sessions", ended.len())
    };
    (!ended.is_empty()).then(entry)
}

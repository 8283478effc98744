//! Refreshing: a refresh token, good once, for new tokens (RFC 9700, 4.14.2).

use ashlar_core::{database::Transaction, http::ClientInfo, secret::Secret};
use chrono::{DateTime, Utc};

use super::{Granted, Sessions};
use crate::{
    audit::{self, Entry},
    entity::session::Model,
    error::AuthError,
    model::{Delivery, Revocation, Status},
    repository::{self, sessions::Rotation},
};

/// What a token is that could not be exchanged.
enum Replay {
    /// It was exchanged a moment ago, by its owner for all we know: the answer was lost, or two
    /// pages of a browser asked at once.
    Repeated,
    /// It was exchanged before: two have it, and nobody can tell which of them is the owner.
    Reused,
    /// It is good for nothing, whoever has it.
    Refused,
}

impl Sessions {
    /// New tokens for a refresh token. Why one is refused is for the log alone.
    pub(crate) async fn refresh(
        &self,
        token: &Secret,
        delivery: Delivery,
        client: &ClientInfo,
    ) -> Result<Granted, AuthError> {
        let presented = self.refresh_tokens.read(token.expose());
        let presented = presented.ok_or(AuthError::InvalidRefreshToken)?;
        let successor = self.refresh_tokens.successor(&presented);
        let now = self.clock.now();
        let rotation = Rotation {
            from: &presented,
            to: &successor,
            delivery,
            now,
            idle_since: self.idle_since(now),
        };
        let connection = self.database.connection();
        let session = match repository::sessions::rotate(connection, &rotation).await? {
            Some(session) => session,
            None => self.replayed(&rotation, client).await?,
        };
        self.grant(&session, &successor)
    }

    /// The session of a token that is not its newest, if the token was exchanged only just now.
    async fn replayed(
        &self,
        rotation: &Rotation<'_>,
        client: &ClientInfo,
    ) -> Result<Model, AuthError> {
        let id = rotation.from.session_id;
        let work = async |transaction: &Transaction| {
            let Some(session) = repository::sessions::lock(transaction, id).await? else {
                return Ok::<_, AuthError>(None);
            };
            match self.judge(&session, rotation) {
                Replay::Repeated => {
                    let user = repository::users::find(transaction, session.user_id).await?;
                    let active = user.is_some_and(|user| user.status == Status::Active);
                    Ok(active.then_some(session))
                }
                Replay::Reused => {
                    self.revoke_reused(transaction, &session, client).await?;
                    Ok(None)
                }
                Replay::Refused => Ok(None),
            }
        };
        let session = self.database.transaction(work).await?;
        session.ok_or_else(|| {
            tracing::info!(session_id = %id, "refresh_refused");
            AuthError::InvalidRefreshToken
        })
    }

    fn judge(&self, session: &Model, rotation: &Rotation<'_>) -> Replay {
        let now = self.clock.now();
        if !self.is_alive(session, now) || Delivery::asked(session.cookies) != rotation.delivery {
            return Replay::Refused;
        }
        if rotation.from.generation >= session.generation {
            return Replay::Refused;
        }
        // That its successor is the newest shows that it was the one before.
        let is_previous = rotation.to.generation == session.generation
            && rotation.to.hash() == session.token_hash;
        if is_previous && now <= session.rotated_at + self.settings.grace {
            Replay::Repeated
        } else {
            Replay::Reused
        }
    }

    pub(super) fn is_alive(&self, session: &Model, now: DateTime<Utc>) -> bool {
        session.revoked_at.is_none()
            && now < session.expires_at
            && session.rotated_at > self.idle_since(now)
    }

    async fn revoke_reused(
        &self,
        transaction: &Transaction,
        session: &Model,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let (id, now, why) = (session.id, self.clock.now(), Revocation::Reused);
        repository::sessions::revoke(transaction, id, None, why, now).await?;
        self.states.forget_after(transaction, &[id]);
        let entry = Entry::new("session.reused")
            .to(session.user_id)
            .in_session(id)
            .from(client);
        audit::record(transaction, entry, now).await?;
        tracing::warn!(session_id = %id, user_id = %session.user_id, "refresh_token_reused");
        Ok(())
    }
}

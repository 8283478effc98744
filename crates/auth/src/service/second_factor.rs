//! Second factors at sign-in: asked for, compared, used up.

mod proof;
mod removal;
mod reseal;

pub(super) use self::{
    proof::is_proved,
    removal::{forget, remove},
};

use std::{sync::Arc, time::Duration};

use ashlar_contracts::users::SecondFactorChange;
use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    events::publish,
    http::ClientInfo,
    principal::UserId,
    problem::Unexpected,
    seal::Sealer,
    secret::Secret,
    settings::SecretKey,
};
use chrono::{DateTime, Utc};

use crate::{
    audit::{self, Entry},
    entity::totp_credential::Model,
    error::AuthError,
    events::second_factor_changed,
    known_keys::KnownKeys,
    model::{Method, Rule, Subject},
    recovery_code::RecoveryCodes,
    repository,
    service::{Callers, Sessions, Throttle},
    totp::TotpSecret,
};

/// How many wrong codes in a row make a user wait, and then as many again (OWASP ASVS 4.0, 2.2.1).
const PATIENCE: i32 = 5;

/// How long they wait the first time, in seconds; each time after that twice as long, up to a day.
const WAIT: i64 = 5 * 60;
const LONGEST_WAIT: i64 = 24 * 60 * 60;

/// The second factors of all users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SecondFactor {
    database: Database,
    clock: Clock,
    sealer: Arc<Sealer>,
    throttle: Throttle,
    callers: Callers,
    sessions: Sessions,
    known_keys: Arc<KnownKeys>,
    pub(super) recovery_codes: Arc<RecoveryCodes>,
}

/// What a user has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Factors {
    pub(crate) totp: bool,
    pub(crate) recovery_codes_left: u64,
    pub(crate) passkeys: u64,
}

/// What came of asking for a code. Wrong ones are counted, so none of these undoes the transaction.
enum Outcome {
    NotAsked,
    Missing,
    Blocked(Duration),
    Wrong,
    Right(Method),
}

impl SecondFactor {
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, with its parts by name"
    )]
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        secret_key: &SecretKey,
        sealer: Arc<Sealer>,
        throttle: Throttle,
        callers: Callers,
        sessions: Sessions,
        known_keys: Arc<KnownKeys>,
    ) -> Self {
        Self {
            database,
            clock,
            sealer,
            throttle,
            callers,
            sessions,
            known_keys,
            recovery_codes: Arc::new(RecoveryCodes::new(secret_key)),
        }
    }

    /// Demands of `user_id`, who proved something else before, the code of their authenticator app or
    /// one of their recovery codes: by which they did it, nothing when they have no app.
    ///
    /// Never within a transaction: wrong codes are counted in one of its own, whatever becomes of
    /// the sign-in, and a right one is used up by it.
    pub(crate) async fn demand(
        &self,
        user_id: UserId,
        code: Option<&Secret>,
        client: &ClientInfo,
    ) -> Result<Option<Method>, AuthError> {
        let code = code.filter(|code| !code.is_empty());
        let pass = match code {
            Some(_) => {
                let subject = Subject::User(user_id);
                Some((self.throttle.admit(Rule::SecondFactor, subject, client)).await?)
            }
            None => None,
        };
        let check = async |transaction: &Transaction| {
            let outcome = self.check(transaction, user_id, code, client).await?;
            if let (Some(pass), Outcome::Right(_) | Outcome::NotAsked) = (&pass, &outcome) {
                pass.succeeded(transaction).await?;
            }
            Ok::<_, AuthError>(outcome)
        };
        match self.database.transaction(check).await? {
            Outcome::NotAsked => Ok(None),
            Outcome::Right(method) => Ok(Some(method)),
            Outcome::Missing => Err(AuthError::SecondFactorRequired("code")),
            Outcome::Wrong => Err(AuthError::InvalidCode("code")),
            Outcome::Blocked(wait) => Err(AuthError::TooManyCodes(wait)),
        }
    }

    /// What `user_id` has.
    pub(crate) async fn of(&self, user_id: UserId) -> Result<Factors, AuthError> {
        let connection = self.database.connection();
        let totp = repository::totp::find(connection, user_id).await?;
        let left = repository::recovery_codes::count_left(connection, user_id).await?;
        Ok(Factors {
            totp: totp.is_some_and(|totp| totp.confirmed_at.is_some()),
            recovery_codes_left: left,
            passkeys: repository::passkeys::count(connection, user_id).await?,
        })
    }

    /// The secret of `user_id`'s app, as it is stored.
    pub(super) fn seal(&self, user_id: UserId, secret: &TotpSecret) -> Result<String, AuthError> {
        let sealed = self.sealer.seal(&context(user_id), secret.as_bytes());
        Ok(sealed.map_err(Unexpected::new)?)
    }

    /// The step of `totp` that `code` belongs to, if it may be used now.
    pub(super) fn step_of(
        &self,
        totp: &Model,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<i64>, AuthError> {
        let opened = self.sealer.open(&context(totp.user_id), &totp.secret);
        let secret = TotpSecret::from_bytes(&opened.map_err(Unexpected::new)?);
        let secret = secret.ok_or_else(|| Unexpected::new("a sealed secret is too short"))?;
        Ok(secret.step_of(code, now, totp.last_step))
    }

    async fn check(
        &self,
        transaction: &Transaction,
        user_id: UserId,
        code: Option<&Secret>,
        client: &ClientInfo,
    ) -> Result<Outcome, AuthError> {
        let totp = repository::totp::find_locked(transaction, user_id).await?;
        let Some(totp) = totp.filter(|totp| totp.confirmed_at.is_some()) else {
            return Ok(Outcome::NotAsked);
        };
        let Some(code) = code else {
            return Ok(Outcome::Missing);
        };
        let now = self.clock.now();
        let blocked_until = totp.blocked_until.filter(|until| *until > now);
        // What has the form of a recovery code is no code of an app, whose secret need not be opened
        // for it: so whoever cannot use their app for whatever reason gets in, also when somebody else
        // guessed at the app. A recovery code cannot be guessed.
        let right = match self.recovery_codes.hash(user_id, code) {
            Some(hash) => (self.accept_recovery_code(transaction, user_id, hash, client, now))
                .await?
                .then_some(Method::RecoveryCode),
            None if blocked_until.is_some() => None,
            None => (self.accept_totp(transaction, &totp, code, now))
                .await?
                .then_some(Method::Totp),
        };
        if let Some(method) = right {
            return Ok(Outcome::Right(method));
        }
        // Not counted: else one could be kept out for ever by whoever guesses on.
        if let Some(until) = blocked_until {
            let wait = (until - now).to_std().unwrap_or_default();
            return Ok(Outcome::Blocked(wait));
        }
        refuse(transaction, &totp, client, now).await?;
        Ok(Outcome::Wrong)
    }

    async fn accept_totp(
        &self,
        transaction: &Transaction,
        totp: &Model,
        code: &Secret,
        now: DateTime<Utc>,
    ) -> Result<bool, AuthError> {
        // Apps show a code as 123 456.
        let digits = code.expose().replace(' ', "");
        match self.step_of(totp, &digits, now)? {
            Some(step) => Ok(repository::totp::accept(transaction, totp.user_id, step).await?),
            None => Ok(false),
        }
    }

    async fn accept_recovery_code(
        &self,
        transaction: &Transaction,
        user_id: UserId,
        hash: String,
        client: &ClientInfo,
        now: DateTime<Utc>,
    ) -> Result<bool, AuthError> {
        if !repository::recovery_codes::use_up(transaction, user_id, hash, now).await? {
            return Ok(false);
        }
        repository::totp::note_failures(transaction, user_id, 0, None).await?;
        let left = repository::recovery_codes::count_left(transaction, user_id).await?;
        let entry = Entry::new("recovery_code.used").of(user_id).from(client);
        audit::record(transaction, entry.with("left", left), now).await?;
        if let Some(user) = repository::users::find(transaction, user_id).await? {
            let event = second_factor_changed(&user, SecondFactorChange::RecoveryCodeUsed);
            publish(transaction, &event, now).await?;
        }
        Ok(true)
    }
}

/// Counts a wrong code. Somebody knows the password: so it is written down.
async fn refuse(
    transaction: &Transaction,
    totp: &Model,
    client: &ClientInfo,
    now: DateTime<Utc>,
) -> Result<(), AuthError> {
    let failures = totp.failures.saturating_add(1);
    let blocked_until = wait_after(failures).map(|wait| now + wait);
    let user_id = totp.user_id;
    repository::totp::note_failures(transaction, user_id, failures, blocked_until).await?;
    let entry = Entry::new("second_factor.failed").to(user_id).from(client);
    audit::record(transaction, entry.with("failures", failures), now).await?;
    tracing::info!(%user_id, failures, "second_factor_failed");
    Ok(())
}

/// How long to wait after so many wrong codes in a row.
fn wait_after(failures: i32) -> Option<chrono::Duration> {
    if failures % PATIENCE != 0 {
        return None;
    }
    let doublings = u32::try_from(failures / PATIENCE - 1).unwrap_or_default();
    let wait = WAIT.saturating_mul(1 << doublings.min(16));
    Some(chrono::Duration::seconds(wait.min(LONGEST_WAIT)))
}

/// Where a sealed secret stands.
fn context(user_id: UserId) -> String {
    format!("totp_credentials.{user_id}.secret")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_guesses_waits_ever_longer() {
        let minutes = |failures| wait_after(failures).map(|wait| wait.num_minutes());
        assert_eq!([1, 4, 6, 9].map(minutes), [None; 4]);
        let waits = [5, 10, 15, 20, 40, 45, 50, 10_000].map(|failures| minutes(failures).unwrap());
        assert_eq!(waits, [5, 10, 20, 40, 640, 1280, 1440, 1440]);
    }
}

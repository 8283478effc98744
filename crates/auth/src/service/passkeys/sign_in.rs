//! Signing in with a passkey, and stepping up with one: which is two factors in one, a device and what
//! unlocks it, so nothing else is asked for.

use ashlar_core::{
    database::Transaction,
    http::ClientInfo,
    principal::{Principal, UserId},
};

use super::{Passkeys, REQUIRED, TIMEOUT, described};
use crate::{
    audit::{self, Entry},
    entity::passkey::Model,
    error::AuthError,
    model::{ChallengePurpose, Method, Rule, Status, Subject},
    repository,
    schemas::{
        ChallengeResponse, CredentialDescriptor, PasskeyAnswer, PasskeySignIn, RequestOptions,
    },
    service::{Device, Granted, Proof, step_up::session_of},
    webauthn::State,
};

impl Passkeys {
    /// What the browser of whoever wants to sign in is asked for: the same of everybody, since nobody
    /// said yet who they are. Each is a row, so a client gets so many of them and no more.
    pub(crate) async fn begin_sign_in(
        &self,
        client: &ClientInfo,
    ) -> Result<ChallengeResponse<RequestOptions>, AuthError> {
        let (rule, anybody) = (Rule::PasskeyChallenge, Subject::Anybody);
        (self.throttle.admit(rule, anybody, client).await?).failed();
        self.ask(None, ChallengePurpose::SignIn, Vec::new()).await
    }

    /// A token for whoever's passkey answered.
    pub(crate) async fn finish_sign_in(
        &self,
        sign_in: PasskeySignIn,
        device: Device<'_>,
    ) -> Result<Granted, AuthError> {
        let client = device.client;
        let answer = PasskeyAnswer::from(sign_in);
        if answer.credential.response.user_handle.is_none() {
            return Err(AuthError::InvalidCredentials);
        }
        let (passkey, state) = self
            .answered(&answer, None, ChallengePurpose::SignIn)
            .await?;
        let start = async |transaction: &Transaction| {
            // Locked, so that no session comes of it that outlives a suspension, or the passkey's
            // removal, at the same time.
            let user = repository::users::lock(transaction, passkey.user_id).await?;
            if (user.as_ref()).is_none_or(|user| user.status != Status::Active) {
                tracing::info!(user_id = %passkey.user_id, reason = "suspended", "login_failed");
                return Ok(None);
            }
            if !self.note_use(transaction, &passkey, state, client).await? {
                return Ok(None);
            }
            let proof = Proof {
                methods: &[Method::Passkey],
                at: self.clock.now(),
            };
            let granted = (self.sessions)
                .start(transaction, user, &proof, device)
                .await?;
            Ok::<_, AuthError>(Some(granted))
        };
        let granted = self.database.transaction(start).await?;
        let granted = granted.ok_or(AuthError::InvalidCredentials)?;
        tracing::info!(user_id = %passkey.user_id, session_id = %granted.session_id, "login_succeeded");
        Ok(granted)
    }

    /// What the caller's browser is asked for.
    pub(crate) async fn begin_step_up(
        &self,
        caller: &Principal,
    ) -> Result<ChallengeResponse<RequestOptions>, AuthError> {
        session_of(caller)?;
        let connection = self.database.connection();
        let own = repository::passkeys::of_user(connection, caller.user_id).await?;
        if own.is_empty() {
            return Err(AuthError::SecondFactorConflict("There is no passkey"));
        }
        let own = own.into_iter().map(described).collect();
        (self.ask(Some(caller.user_id), ChallengePurpose::StepUp, own)).await
    }

    /// Another session in the place of the one that the caller is in.
    pub(crate) async fn finish_step_up(
        &self,
        caller: &Principal,
        answer: &PasskeyAnswer,
        client: &ClientInfo,
    ) -> Result<Granted, AuthError> {
        let attempt = self.step_up.attempt(caller, client).await?;
        let proof = self.prove(caller, answer, client).await;
        match proof {
            Ok(()) => {
                let methods = [Method::Passkey];
                (self.step_up.succeeded(&attempt, &methods, client)).await
            }
            Err(error) => {
                self.step_up.failed(caller, &error, client).await?;
                Err(error)
            }
        }
    }

    async fn prove(
        &self,
        caller: &Principal,
        answer: &PasskeyAnswer,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let caller = Some(caller.user_id);
        let (passkey, state) = self
            .answered(answer, caller, ChallengePurpose::StepUp)
            .await?;
        if Some(passkey.user_id) != caller {
            return Err(AuthError::InvalidCredentials);
        }
        let note = async |transaction: &Transaction| {
            self.note_use(transaction, &passkey, state, client).await
        };
        let noted = self.database.transaction(note).await?;
        noted.then_some(()).ok_or(AuthError::InvalidCredentials)
    }

    async fn ask(
        &self,
        user_id: Option<UserId>,
        purpose: ChallengePurpose,
        allowed: Vec<CredentialDescriptor>,
    ) -> Result<ChallengeResponse<RequestOptions>, AuthError> {
        let (challenge_id, challenge) = self.challenge(user_id, purpose).await?;
        let options = RequestOptions {
            challenge,
            timeout: TIMEOUT,
            rp_id: self.relying_party.id.clone(),
            allow_credentials: allowed,
            user_verification: REQUIRED,
        };
        Ok(ChallengeResponse {
            challenge_id,
            options,
        })
    }

    /// The passkey that answered, and what it said.
    async fn answered(
        &self,
        answer: &PasskeyAnswer,
        user_id: Option<UserId>,
        purpose: ChallengePurpose,
    ) -> Result<(Model, State), AuthError> {
        let challenge = self
            .take_challenge(answer.challenge_id, user_id, purpose)
            .await?;
        let Some(challenge) = challenge else {
            tracing::info!(reason = "unknown_challenge", "passkey_refused");
            return Err(AuthError::InvalidCredentials);
        };
        let (connection, id) = (self.database.connection(), &answer.credential.id);
        let passkey = repository::passkeys::find_by_credential(connection, id).await?;
        let Some(passkey) = passkey else {
            tracing::info!(reason = "unknown_credential", "passkey_refused");
            return Err(AuthError::InvalidCredentials);
        };
        let state = self.verified(&challenge, &passkey, &answer.credential)?;
        Ok((passkey, state))
    }

    /// Notes that `passkey` was used, or that there may be two of it: whether it may be believed.
    async fn note_use(
        &self,
        transaction: &Transaction,
        passkey: &Model,
        state: State,
        client: &ClientInfo,
    ) -> Result<bool, AuthError> {
        let now = self.clock.now();
        let noted = repository::passkeys::note_use(transaction, passkey.id, state, now).await?;
        if !noted {
            let entry = Entry::new("passkey.refused")
                .to(passkey.user_id)
                .from(client)
                .with("passkey_id", passkey.id.to_string())
                .with("reason", "sign_count")
                .with("known", passkey.sign_count)
                .with("given", state.sign_count);
            audit::record(transaction, entry, now).await?;
            tracing::warn!(user_id = %passkey.user_id, passkey_id = %passkey.id, "passkey_maybe_cloned");
        }
        Ok(noted)
    }
}

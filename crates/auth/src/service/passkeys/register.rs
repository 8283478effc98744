//! Adding a passkey.

use ashlar_contracts::users::SecondFactorChange;
use ashlar_core::{database::Transaction, events::publish, http::ClientInfo, principal::Principal};

use super::{MOST, Passkeys, REQUIRED, TIMEOUT, described, user_handle};
use crate::{
    audit::{self, Entry},
    entity::passkey::Model,
    error::AuthError,
    events::second_factor_changed,
    model::{ChallengePurpose, PasskeyId},
    repository,
    schemas::{
        AuthenticatorSelection, ChallengeResponse, CreationOptions, CredentialParameters,
        CredentialType, NewCredential, PasskeyCreate, RelyingPartyEntity, UserEntity,
    },
    webauthn::{ALGORITHMS, Registered, Registration},
};

/// How authenticators are reached, as far as it is worth remembering (WebAuthn, 5.8.4).
const TRANSPORTS: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

const TOO_MANY: AuthError = AuthError::SecondFactorConflict("There are 20 passkeys already");

const NOT_VALID: AuthError = AuthError::Invalid {
    field: "credential",
    message: "is not the answer to this challenge, made here by an unlocked device",
};

const NO_CHALLENGE: AuthError = AuthError::Invalid {
    field: "challenge_id",
    message: "is unknown, used or older than five minutes",
};

impl Passkeys {
    /// What the caller's browser is asked for.
    pub(crate) async fn begin_registration(
        &self,
        caller: &Principal,
    ) -> Result<ChallengeResponse<CreationOptions>, AuthError> {
        let connection = self.database.connection();
        let user = repository::users::find(connection, caller.user_id).await?;
        let user = user.ok_or(AuthError::NotFound)?;
        let existing = repository::passkeys::of_user(connection, user.id).await?;
        if existing.len() as u64 >= MOST {
            return Err(TOO_MANY);
        }
        let (challenge_id, challenge) = self
            .challenge(Some(user.id), ChallengePurpose::Register)
            .await?;
        let parameters = |alg| CredentialParameters {
            kind: CredentialType::PublicKey,
            alg,
        };
        let options = CreationOptions {
            rp: RelyingPartyEntity {
                id: self.relying_party.id.clone(),
                name: self.name.clone(),
            },
            user: UserEntity {
                id: user_handle(user.id),
                name: user.email.as_str().to_owned(),
                display_name: user.display_name.as_str().to_owned(),
            },
            challenge,
            pub_key_cred_params: ALGORITHMS.map(parameters).into(),
            timeout: TIMEOUT,
            exclude_credentials: existing.into_iter().map(described).collect(),
            authenticator_selection: AuthenticatorSelection {
                resident_key: REQUIRED,
                require_resident_key: true,
                user_verification: REQUIRED,
            },
            attestation: "none",
        };
        Ok(ChallengeResponse {
            challenge_id,
            options,
        })
    }

    /// Adds the passkey that the caller's browser made.
    pub(crate) async fn finish_registration(
        &self,
        caller: &Principal,
        answer: PasskeyCreate,
        client: &ClientInfo,
    ) -> Result<Model, AuthError> {
        let owner = Some(caller.user_id);
        let challenge = self
            .take_challenge(answer.challenge_id, owner, ChallengePurpose::Register)
            .await?;
        let registered = self.registered(&challenge.ok_or(NO_CHALLENGE)?, &answer.credential)?;
        let passkey = self.passkey(caller, registered, answer);
        let work = async |transaction: &Transaction| {
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            if repository::passkeys::count(transaction, user.id).await? >= MOST {
                return Err(TOO_MANY);
            }
            repository::passkeys::insert(transaction, passkey.clone()).await?;
            self.callers.factors_changed(transaction, user.id);
            let entry = Entry::new("passkey.added").to(user.id).by(caller);
            let entry = entry
                .from(client)
                .with("passkey_id", passkey.id.to_string());
            audit::record(transaction, entry, passkey.created_at).await?;
            let event = second_factor_changed(&user, SecondFactorChange::PasskeyAdded);
            publish(transaction, &event, passkey.created_at).await?;
            Ok::<(), AuthError>(())
        };
        self.database.transaction(work).await?;
        Ok(passkey)
    }

    fn registered(
        &self,
        challenge: &str,
        credential: &NewCredential,
    ) -> Result<Registered, AuthError> {
        let answer = Registration {
            id: &credential.id,
            client_data: &credential.response.client_data_json,
            attestation_object: &credential.response.attestation_object,
        };
        let registered = self.relying_party.register(challenge, &answer);
        registered.map_err(|refusal| {
            tracing::info!(reason = %refusal, "passkey_not_added");
            NOT_VALID
        })
    }

    fn passkey(&self, caller: &Principal, registered: Registered, answer: PasskeyCreate) -> Model {
        let transports = answer.credential.response.transports;
        let known = |transport: &&str| transports.iter().any(|given| given == transport);
        let known: Vec<&str> = TRANSPORTS.into_iter().filter(known).collect();
        Model {
            id: PasskeyId::new(),
            user_id: caller.user_id,
            credential_id: answer.credential.id,
            public_key: registered.public_key,
            name: answer.name.into(),
            sign_count: registered.state.sign_count.into(),
            backup_eligible: registered.state.backup_eligible,
            backed_up: registered.state.backed_up,
            transports: known.join(" "),
            created_at: self.clock.now(),
            last_used_at: None,
        }
    }
}

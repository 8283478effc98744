//! Passkeys: added, used to sign in and to step up, removed.

mod challenge;
mod manage;
mod register;
mod sign_in;

use ashlar_core::{clock::Clock, database::Database, principal::UserId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    entity::passkey::Model,
    error::AuthError,
    schemas::{CredentialDescriptor, CredentialType, UsedCredential},
    service::{Callers, Sessions, StepUp, Throttle},
    settings::PasskeySettings,
    webauthn::{Assertion, RelyingParty, State},
};

/// How many passkeys a user may have.
const MOST: u64 = 20;

/// How long a user may take in their browser, in milliseconds: as long as a challenge lasts.
const TIMEOUT: u32 = 5 * 60 * 1000;

const REQUIRED: &str = "required";

/// The passkeys of all users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passkeys {
    database: Database,
    clock: Clock,
    sessions: Sessions,
    callers: Callers,
    step_up: StepUp,
    throttle: Throttle,
    relying_party: RelyingParty,
    /// What devices call the site.
    name: String,
}

impl Passkeys {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        sessions: Sessions,
        callers: Callers,
        step_up: StepUp,
        throttle: Throttle,
        settings: &PasskeySettings,
    ) -> Self {
        Self {
            database,
            clock,
            sessions,
            callers,
            step_up,
            throttle,
            relying_party: RelyingParty {
                id: settings.relying_party_id.clone(),
                origins: settings.origins.clone(),
            },
            name: settings.name.clone(),
        }
    }

    /// What `passkey` said when it signed `challenge`. Why it is not believed is for the log alone.
    fn verified(
        &self,
        challenge: &str,
        passkey: &Model,
        credential: &UsedCredential,
    ) -> Result<State, AuthError> {
        let response = &credential.response;
        let handle = response.user_handle.as_deref();
        if handle.is_some_and(|handle| handle != user_handle(passkey.user_id)) {
            tracing::info!(passkey_id = %passkey.id, reason = "another user's handle", "passkey_refused");
            return Err(AuthError::InvalidCredentials);
        }
        let answer = Assertion {
            client_data: &response.client_data_json,
            authenticator_data: &response.authenticator_data,
            signature: &response.signature,
        };
        let (key, eligible) = (&passkey.public_key, passkey.backup_eligible);
        (self.relying_party)
            .authenticate(challenge, &answer, key, eligible)
            .map_err(|refusal| {
                tracing::info!(passkey_id = %passkey.id, reason = %refusal, "passkey_refused");
                AuthError::InvalidCredentials
            })
    }
}

/// The id under which authenticators keep a user's passkeys: it tells nothing of the user (WebAuthn,
/// 14.6.1).
fn user_handle(user_id: UserId) -> String {
    URL_SAFE_NO_PAD.encode(user_id.as_uuid().as_bytes())
}

fn described(passkey: Model) -> CredentialDescriptor {
    CredentialDescriptor {
        kind: CredentialType::PublicKey,
        id: passkey.credential_id,
        transports: (passkey.transports.split_whitespace())
            .map(str::to_owned)
            .collect(),
    }
}

//! Passkeys on the wire. Options and credentials have the form that browsers read and write
//! (`PublicKeyCredential.parseCreationOptionsFromJSON`, `toJSON`; Web Authentication, level 3, 5.1);
//! what a browser adds to a credential is ignored.

use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    entity::passkey::Model,
    model::{ChallengeId, DisplayName, PasskeyId},
};

/// What a browser is asked for, and the question's id.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Challenge")]
pub struct ChallengeResponse<T> {
    /// To be sent back with the answer, within five minutes. Good once.
    pub challenge_id: ChallengeId,
    /// For the browser.
    pub options: T,
}

/// `PublicKeyCredentialCreationOptionsJSON`: for `navigator.credentials.create`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// Whom the passkey is for.
    pub rp: RelyingPartyEntity,
    /// Whose it is.
    pub user: UserEntity,
    /// What is signed, in base64url.
    pub challenge: String,
    /// The algorithms, the best first.
    pub pub_key_cred_params: Vec<CredentialParameters>,
    /// How long the user may take, in milliseconds.
    pub timeout: u32,
    /// What the user has already: the same device makes no second one.
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// What the authenticator must be able to do.
    pub authenticator_selection: AuthenticatorSelection,
    /// `none`: of which make it is, we do not ask.
    pub attestation: &'static str,
}

/// `PublicKeyCredentialRequestOptionsJSON`: for `navigator.credentials.get`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// What is signed, in base64url.
    pub challenge: String,
    /// How long the user may take, in milliseconds.
    pub timeout: u32,
    /// Whom the passkey is for.
    pub rp_id: String,
    /// Which may be used; when there is none here, the user chooses.
    pub allow_credentials: Vec<CredentialDescriptor>,
    /// `required`: the device is to be unlocked.
    pub user_verification: &'static str,
}

/// Whom a passkey is for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RelyingPartyEntity {
    /// A domain.
    pub id: String,
    /// What devices call it.
    pub name: String,
}

/// Whose a passkey is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// Their id, in base64url.
    pub id: String,
    /// Their e-mail address.
    pub name: String,
    /// What they are called.
    pub display_name: String,
}

/// One algorithm.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CredentialParameters {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: CredentialType,
    /// As COSE numbers it.
    pub alg: i64,
}

/// One passkey.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CredentialDescriptor {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: CredentialType,
    /// The credential's id, in base64url.
    pub id: String,
    /// How it is reached.
    pub transports: Vec<String>,
}

/// What an authenticator must be able to do.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// `required`: it is found without the user's name.
    pub resident_key: &'static str,
    /// The same, for older browsers.
    pub require_resident_key: bool,
    /// `required`: the device is to be unlocked.
    pub user_verification: &'static str,
}

/// The kinds of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CredentialType {
    /// The only one.
    #[serde(rename = "public-key")]
    PublicKey,
}

/// A new passkey.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyCreate {
    /// Of the question.
    #[garde(skip)]
    pub challenge_id: ChallengeId,
    /// What its owner calls it.
    #[garde(skip)]
    pub name: DisplayName,
    /// What the browser answered.
    #[garde(dive)]
    pub credential: NewCredential,
}

/// `RegistrationResponseJSON`: what `navigator.credentials.create` gave.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub struct NewCredential {
    /// The credential's id, in base64url.
    #[garde(length(bytes, min = 1, max = 1364))]
    pub id: String,
    /// `public-key`.
    #[serde(rename = "type")]
    #[garde(skip)]
    pub kind: CredentialType,
    /// What the authenticator said.
    #[garde(dive)]
    pub response: AttestationResponse,
}

/// What the authenticator said of a new passkey.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttestationResponse {
    /// What the browser says of the page, in base64url.
    #[serde(rename = "clientDataJSON")]
    #[garde(length(bytes, max = 16384))]
    pub client_data_json: String,
    /// The passkey, in base64url.
    #[garde(length(bytes, max = 65536))]
    pub attestation_object: String,
    /// How it is reached.
    #[serde(default)]
    #[garde(length(max = 16))]
    pub transports: Vec<String>,
}

/// What a passkey signed.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// Of the question.
    #[garde(skip)]
    pub challenge_id: ChallengeId,
    /// What the browser answered.
    #[garde(dive)]
    pub credential: UsedCredential,
}

/// What a passkey signed for whoever wants to sign in.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeySignIn {
    /// Of the question.
    #[garde(skip)]
    pub challenge_id: ChallengeId,
    /// What the browser answered.
    #[garde(dive)]
    pub credential: UsedCredential,
    /// Whether the tokens are to be kept in cookies by a browser.
    #[serde(default)]
    #[garde(skip)]
    pub cookies: bool,
}

impl From<PasskeySignIn> for PasskeyAnswer {
    fn from(sign_in: PasskeySignIn) -> Self {
        Self {
            challenge_id: sign_in.challenge_id,
            credential: sign_in.credential,
        }
    }
}

/// `AuthenticationResponseJSON`: what `navigator.credentials.get` gave.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
pub struct UsedCredential {
    /// The credential's id, in base64url.
    #[garde(length(bytes, min = 1, max = 1364))]
    pub id: String,
    /// `public-key`.
    #[serde(rename = "type")]
    #[garde(skip)]
    pub kind: CredentialType,
    /// What the authenticator said.
    #[garde(dive)]
    pub response: AssertionResponse,
}

/// What the authenticator said and signed.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssertionResponse {
    /// What the browser says of the page, in base64url.
    #[serde(rename = "clientDataJSON")]
    #[garde(length(bytes, max = 16384))]
    pub client_data_json: String,
    /// What the authenticator says, in base64url.
    #[garde(length(bytes, max = 16384))]
    pub authenticator_data: String,
    /// Its signature, in base64url.
    #[garde(length(bytes, max = 2048))]
    pub signature: String,
    /// Whose the passkey is, in base64url.
    #[serde(default)]
    #[garde(length(bytes, max = 88))]
    pub user_handle: Option<String>,
}

/// A passkey.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PasskeyResponse {
    /// Its id here.
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Whether it is kept on more than one device.
    pub backed_up: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// The signed-in user's passkeys.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PasskeysResponse {
    /// Each of them, the oldest first; at most 20.
    pub data: Vec<PasskeyResponse>,
}

impl From<Model> for PasskeyResponse {
    fn from(passkey: Model) -> Self {
        Self {
            id: passkey.id,
            name: passkey.name,
            backed_up: passkey.backed_up,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        }
    }
}

impl From<Vec<Model>> for PasskeysResponse {
    fn from(passkeys: Vec<Model>) -> Self {
        Self {
            data: passkeys.into_iter().map(PasskeyResponse::from).collect(),
        }
    }
}

//! What a relying party checks of passkeys (W3C Web Authentication, level 3, section 7). Pure: what
//! was asked and what is known goes in, what may be believed comes out.
//!
//! Passkeys are made without attestation: of which make an authenticator is, nobody here cares. So
//! nothing of certificates is read, and what is left is small: two encodings and one signature.

mod authenticator_data;
mod client_data;
mod cose;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use minicbor::Decoder;
use thiserror::Error;

use self::{
    authenticator_data::{Attested, AuthenticatorData},
    client_data::Ceremony,
    cose::PublicKey,
};

pub(crate) use cose::ALGORITHMS;

/// How long a credential's id may be, in bytes (7.1, step 25).
const LONGEST_ID: usize = 1023;

/// The site that passkeys are for.
#[derive(Clone, Debug)]
pub(crate) struct RelyingParty {
    /// Its id: a domain.
    pub(crate) id: String,
    /// The origins at which its pages are.
    pub(crate) origins: Vec<String>,
}

/// What a browser answers when it made a passkey; every text is base64url.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registration<'a> {
    pub(crate) id: &'a str,
    pub(crate) client_data: &'a str,
    pub(crate) attestation_object: &'a str,
}

/// What a browser answers when a passkey signed; every text is base64url.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assertion<'a> {
    pub(crate) client_data: &'a str,
    pub(crate) authenticator_data: &'a str,
    pub(crate) signature: &'a str,
}

/// A new passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Registered {
    /// A COSE_Key in base64url.
    pub(crate) public_key: String,
    pub(crate) state: State,
}

/// What an authenticator says of a passkey each time that it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) sign_count: u32,
    pub(crate) backup_eligible: bool,
    pub(crate) backed_up: bool,
}

/// Why an answer is not believed. For the log: clients learn that it was not, and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Refusal {
    #[error("it cannot be read")]
    Malformed,
    #[error("it is the answer to another kind of question")]
    WrongCeremony,
    #[error("it is the answer to another challenge")]
    WrongChallenge,
    #[error("it was given on another site")]
    WrongOrigin,
    #[error("it was given within another site")]
    CrossOrigin,
    #[error("the passkey is for another site")]
    WrongRelyingParty,
    #[error("nobody was there")]
    NotPresent,
    #[error("the user was not verified")]
    NotVerified,
    #[error("its backup flags contradict each other, or what was known")]
    Backup,
    #[error("it is about another passkey")]
    WrongCredential,
    #[error("its algorithm was not offered")]
    Algorithm,
    #[error("the signature does not fit")]
    Signature,
}

impl RelyingParty {
    /// Checks what a browser answered to `challenge` (base64url) when it made a passkey (7.1).
    pub(crate) fn register(
        &self,
        challenge: &str,
        answer: &Registration<'_>,
    ) -> Result<Registered, Refusal> {
        let client_data = decoded(answer.client_data)?;
        client_data::check(&client_data, Ceremony::Create, challenge, &self.origins)?;
        let attestation_object = decoded(answer.attestation_object)?;
        let data = AuthenticatorData::read(authenticator_data_of(&attestation_object)?)?;
        let state = self.state(&data)?;
        let Attested {
            credential_id,
            public_key,
        } = data.attested.ok_or(Refusal::Malformed)?;
        if credential_id != decoded(answer.id)? {
            return Err(Refusal::WrongCredential);
        }
        Ok(Registered {
            public_key: URL_SAFE_NO_PAD.encode(public_key),
            state,
        })
    }

    /// Checks what a passkey with this `public_key` signed of `challenge` (7.2). How often it signed
    /// is left to the caller, who compares and notes it in one statement.
    pub(crate) fn authenticate(
        &self,
        challenge: &str,
        answer: &Assertion<'_>,
        public_key: &str,
        backup_eligible: bool,
    ) -> Result<State, Refusal> {
        let client_data = decoded(answer.client_data)?;
        client_data::check(&client_data, Ceremony::Get, challenge, &self.origins)?;
        let authenticator_data = decoded(answer.authenticator_data)?;
        let data = AuthenticatorData::read(&authenticator_data)?;
        let state = self.state(&data)?;
        if state.backup_eligible != backup_eligible {
            return Err(Refusal::Backup);
        }
        let hash = digest::digest(&digest::SHA256, &client_data);
        let message = [&authenticator_data, hash.as_ref()].concat();
        let public_key = decoded(public_key)?;
        let public_key = PublicKey::read(&mut Decoder::new(&public_key))?;
        if public_key.verifies(&message, &decoded(answer.signature)?) {
            Ok(state)
        } else {
            Err(Refusal::Signature)
        }
    }

    /// What both ceremonies ask of the authenticator's data: it is for this site, somebody was there
    /// and unlocked it.
    fn state(&self, data: &AuthenticatorData<'_>) -> Result<State, Refusal> {
        let hash = digest::digest(&digest::SHA256, self.id.as_bytes());
        if verify_slices_are_equal(hash.as_ref(), data.relying_party_hash).is_err() {
            return Err(Refusal::WrongRelyingParty);
        }
        if !data.user_present {
            return Err(Refusal::NotPresent);
        }
        if !data.user_verified {
            return Err(Refusal::NotVerified);
        }
        if data.state.backed_up && !data.state.backup_eligible {
            return Err(Refusal::Backup);
        }
        Ok(data.state)
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Malformed)
}

/// The authenticator's data in an attestation object (6.5.4). The statement beside it is not looked
/// at: what it vouches for was not asked.
fn authenticator_data_of(attestation_object: &[u8]) -> Result<&[u8], Refusal> {
    let mut decoder = Decoder::new(attestation_object);
    let mut found = None;
    for _ in 0..decoder.map()?.ok_or(Refusal::Malformed)? {
        match decoder.str()? {
            "authData" if found.is_none() => found = Some(decoder.bytes()?),
            "fmt" | "attStmt" => decoder.skip()?,
            _ => return Err(Refusal::Malformed),
        }
    }
    if decoder.position() != attestation_object.len() {
        return Err(Refusal::Malformed);
    }
    found.ok_or(Refusal::Malformed)
}

impl From<minicbor::decode::Error> for Refusal {
    fn from(_: minicbor::decode::Error) -> Self {
        Self::Malformed
    }
}

#[cfg(test)]
mod tests;

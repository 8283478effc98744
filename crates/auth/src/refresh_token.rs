//! Refresh tokens. Each follows from the one before it and a key of ours: two requests that bring the
//! same token get the same successor, and nobody else can compute it. The database has a hash of
//! the newest alone.

use ashlar_core::{secret::Secret, settings::SecretKey};
use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest, hmac,
    rand::{SecureRandom, SystemRandom},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::model::SessionId;

/// What the keys are derived for.
const TAG_PURPOSE: &str = "auth.refresh.tag";
const CHAIN_PURPOSE: &str = "auth.refresh.chain";

/// How a refresh token begins, for those who scan texts for secrets.
const PREFIX: &str = "ash_rt_";

const ID: usize = 16;
const GENERATION: usize = 8;
const SECRET: usize = 32;
const TAG: usize = 16;

/// What refresh tokens are made and recognised with.
pub(crate) struct RefreshTokens {
    tag: hmac::Key,
    chain: hmac::Key,
}

/// A refresh token that we made.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) session_id: SessionId,
    /// How many there were in this session before it.
    pub(crate) generation: i64,
    secret: [u8; SECRET],
}

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes for a token")]
pub(crate) struct NoRandom;

impl RefreshTokens {
    pub(crate) fn new(secret_key: &SecretKey) -> Self {
        let key = |purpose| hmac::Key::new(hmac::HMAC_SHA256, &secret_key.derive(purpose));
        Self {
            tag: key(TAG_PURPOSE),
            chain: key(CHAIN_PURPOSE),
        }
    }

    /// The first token of a session.
    pub(crate) fn first(&self, session_id: SessionId) -> Result<RefreshToken, NoRandom> {
        let mut secret = [0; SECRET];
        SystemRandom::new()
            .fill(&mut secret)
            .map_err(|_| NoRandom)?;
        Ok(RefreshToken {
            session_id,
            generation: 0,
            secret,
        })
    }

    /// The token that takes the place of `token`: always the same.
    pub(crate) fn successor(&self, token: &RefreshToken) -> RefreshToken {
        let generation = token.generation.saturating_add(1);
        let mut context = hmac::Context::with_key(&self.chain);
        context.update(token.session_id.as_uuid().as_bytes());
        context.update(&generation.to_be_bytes());
        context.update(&token.secret);
        let mut secret = [0; SECRET];
        secret.copy_from_slice(context.sign().as_ref());
        RefreshToken {
            session_id: token.session_id,
            generation,
            secret,
        }
    }

    /// As its owner gets it.
    pub(crate) fn write(&self, token: &RefreshToken) -> Secret {
        let mut bytes = Vec::with_capacity(ID + GENERATION + SECRET + TAG);
        bytes.extend_from_slice(token.session_id.as_uuid().as_bytes());
        bytes.extend_from_slice(&token.generation.to_be_bytes());
        bytes.extend_from_slice(&token.secret);
        let tag = hmac::sign(&self.tag, &bytes);
        bytes.extend_from_slice(&tag.as_ref()[..TAG]);
        Secret::from(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The token that stands in `text`, if we wrote it: also one that is used up long since, so that
    /// its use is known for what it is.
    pub(crate) fn read(&self, text: &str) -> Option<RefreshToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        if bytes.len() != ID + GENERATION + SECRET + TAG {
            return None;
        }
        let (signed, tag) = bytes.split_at(ID + GENERATION + SECRET);
        let expected = hmac::sign(&self.tag, signed);
        verify_slices_are_equal(&expected.as_ref()[..TAG], tag).ok()?;
        let (id, rest) = signed.split_at(ID);
        let (generation, secret) = rest.split_at(GENERATION);
        Some(RefreshToken {
            session_id: SessionId::from_uuid(Uuid::from_slice(id).ok()?),
            generation: i64::from_be_bytes(generation.try_into().ok()?),
            secret: secret.try_into().ok()?,
        })
    }
}

impl RefreshToken {
    /// What the database keeps of it: SHA-256 in hexadecimal. The secret has 256 random bits, so a
    /// fast hash is enough.
    pub(crate) fn hash(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.secret);
        hash.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefreshToken")
            .field("session_id", &self.session_id)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for RefreshTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshTokens")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::assert_random;

    fn tokens(key: &str) -> RefreshTokens {
        RefreshTokens::new(&SecretKey::from_text(&Secret::from(key)))
    }

    #[test]
    fn a_first_token_has_256_random_bits() {
        let (tokens, session) = (tokens("one key"), SessionId::new());
        assert_random(256, || tokens.first(session).unwrap().secret.to_vec());
    }

    #[test]
    fn a_token_is_read_as_it_was_written_by_us_alone() {
        let ours = tokens("one key");
        let token = ours.first(SessionId::new()).unwrap();
        let text = ours.write(&token);
        assert_eq!(ours.read(text.expose()), Some(token.clone()));
        assert_eq!(tokens("another key").read(text.expose()), None);
        for at in [0, PREFIX.len(), PREFIX.len() + 20, text.expose().len() - 2] {
            let mut forged = text.expose().as_bytes().to_vec();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(ours.read(&String::from_utf8(forged).unwrap()), None, "{at}");
        }
        assert_eq!(ours.read(&text.expose()[..40]), None);
        assert!(!format!("{token:?}").contains("secret"));
    }

    #[test]
    fn a_token_has_one_successor() {
        let ours = tokens("one key");
        let first = ours.first(SessionId::new()).unwrap();
        let second = ours.successor(&first);
        assert_eq!(second, ours.successor(&first));
        assert_eq!(second.generation, 1);
        assert_ne!(second.hash(), first.hash());
        assert_ne!(second, tokens("another key").successor(&first));
    }
}

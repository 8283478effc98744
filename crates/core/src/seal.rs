//! Small secrets that the database keeps and that we must be able to read again (a provider's
//! tokens, the key of an authenticator app): encrypted and authenticated, and bound to their place.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    digest,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use thiserror::Error;

/// How a sealed text begins: its form, so that there can be another one day.
const FORM: &str = "v1";

/// How many bytes of a key's hash name it.
const KEY_ID: usize = 8;

/// Seals and opens with AES-256-GCM, each time with a new random nonce (good for 2³² texts a key:
/// NIST SP 800-38D, 8.3).
pub struct Sealer(Vec<Key>);

struct Key {
    id: String,
    key: RandomizedNonceKey,
}

/// Nothing was sealed: there is no key, or the system gives no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("cannot be sealed: no key, or no random bytes")]
pub struct SealError;

/// Why a text cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// It is no text that [`Sealer::seal`] wrote.
    #[error("is not sealed")]
    Malformed,
    /// It was sealed by a key that is not among ours (any more).
    #[error("was sealed by a key that is not known")]
    UnknownKey,
    /// It was changed, or stood elsewhere when it was sealed.
    #[error("was tampered with, or moved")]
    Tampered,
}

impl Sealer {
    /// What seals with the first of these keys and opens what any of them sealed: a new key is put
    /// in front, and the old one stays until nothing is left that it sealed.
    #[expect(
        clippy::expect_used,
        reason = "a key fails for a wrong length only, and this has the right one"
    )]
    pub fn new(keys: &[[u8; 32]]) -> Self {
        let key = |bytes: &[u8; 32]| Key {
            id: key_id(bytes),
            key: RandomizedNonceKey::new(&AES_256_GCM, bytes).expect("AES-256 takes 32 bytes"),
        };
        Self(keys.iter().map(key).collect())
    }

    /// Seals `plain` for `context`: where it stands, as in `oauth_accounts.<id>.access_token`. It
    /// opens there and nowhere else, so nobody can pass one row's secret off as another's.
    ///
    /// The text is ASCII, without blanks, and a third longer than `plain` and 58 characters.
    ///
    /// # Errors
    ///
    /// When there is no key, or the system gives no random bytes.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<String, SealError> {
        let Key { id, key } = self.0.first().ok_or(SealError)?;
        let mut sealed = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut sealed)
            .map_err(|_| SealError)?;
        let bytes = [&nonce.as_ref()[..], &sealed].concat();
        Ok(format!("{FORM}.{id}.{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What was sealed for `context`.
    ///
    /// # Errors
    ///
    /// When it was not sealed by one of our keys for this context, or changed since.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, OpenError> {
        let (id, bytes) = parts(sealed).ok_or(OpenError::Malformed)?;
        let bytes = URL_SAFE_NO_PAD
            .decode(bytes)
            .map_err(|_| OpenError::Malformed)?;
        let (nonce, text) = bytes
            .split_at_checked(NONCE_LEN)
            .ok_or(OpenError::Malformed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError::Malformed)?;
        let Key { key, .. } = (self.0.iter())
            .find(|key| key.id == id)
            .ok_or(OpenError::UnknownKey)?;
        let mut text = text.to_vec();
        let plain = key
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut text)
            .map_err(|_| OpenError::Tampered)?;
        Ok(plain.to_vec())
    }

    /// Whether the first key sealed it: if not, whoever opens it should seal it anew.
    pub fn is_current(&self, sealed: &str) -> bool {
        let current = self.0.first().map(|key| key.id.as_str());
        parts(sealed).is_some_and(|(id, _)| Some(id) == current)
    }
}

/// The key's id and the rest.
fn parts(sealed: &str) -> Option<(&str, &str)> {
    let (form, rest) = sealed.split_once('.')?;
    (form == FORM).then(|| rest.split_once('.'))?
}

/// Tells keys apart; of a random key it tells nothing.
fn key_id(key: &[u8; 32]) -> String {
    let hash = digest::digest(&digest::SHA256, &[b"ashlar seal key id", &key[..]].concat());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..KEY_ID])
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.0.iter().map(|key| &key.id);
        f.debug_list().entries(ids).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];

    #[test]
    fn what_is_sealed_opens_in_its_place_alone() {
        let sealer = Sealer::new(&[OLD]);
        let sealed = sealer.seal("accounts.1.token", b"sesame").unwrap();
        assert_eq!(sealer.open("accounts.1.token", &sealed).unwrap(), b"sesame");
        assert_eq!(
            sealer.open("accounts.2.token", &sealed),
            Err(OpenError::Tampered)
        );
        assert_ne!(sealer.seal("accounts.1.token", b"sesame").unwrap(), sealed);
        let empty = sealer.seal("a", b"").unwrap();
        assert_eq!(sealer.open("a", &empty).unwrap(), b"");
    }

    #[test]
    fn any_change_is_noticed() {
        let sealer = Sealer::new(&[OLD]);
        let sealed = sealer.seal("a", b"sesame").unwrap();
        for at in 0..sealed.len() {
            let mut forged = sealed.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(sealer.open("a", &forged).is_err(), "{at}");
            assert!(sealer.open("a", &sealed[..at]).is_err(), "{at}");
        }
        for rubbish in ["", "v1", "v1.", "v1..", "v2.a.b", "sesame", "v1.é.é"] {
            assert_eq!(sealer.open("a", rubbish), Err(OpenError::Malformed));
        }
    }

    #[test]
    fn a_new_key_in_front_seals_and_the_old_one_still_opens() {
        let before = Sealer::new(&[OLD]);
        let sealed = before.seal("a", b"sesame").unwrap();
        let rotated = Sealer::new(&[NEW, OLD]);
        assert_eq!(rotated.open("a", &sealed).unwrap(), b"sesame");
        assert!(before.is_current(&sealed) && !rotated.is_current(&sealed));
        let resealed = rotated.seal("a", b"sesame").unwrap();
        assert!(rotated.is_current(&resealed));
        assert_eq!(before.open("a", &resealed), Err(OpenError::UnknownKey));
        assert_eq!(
            Sealer::new(&[NEW]).open("a", &sealed),
            Err(OpenError::UnknownKey)
        );
        assert_eq!(Sealer::new(&[]).seal("a", b"sesame"), Err(SealError));
    }

    #[test]
    fn it_prints_no_key() {
        let shown = format!("{:?}", Sealer::new(&[OLD]));
        assert!(!shown.contains("[1"), "{shown}");
        let sealed = Sealer::new(&[OLD]).seal("a", b"sesame").unwrap();
        assert!(!sealed.contains("sesame"));
    }
}

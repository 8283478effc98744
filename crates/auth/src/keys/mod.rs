//! Key pairs for access tokens: Ed25519 (RFC 8032), so that others can verify a token and only we
//! can make one.

mod jwk;
mod pem;

use std::{fmt, sync::Arc};

use ashlar_core::secret::Secret;
use aws_lc_rs::{
    error::Unspecified,
    signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey},
};

pub use jwk::{Jwk, JwkSet};
pub use pem::InvalidKeys;

/// The keys of access tokens: the first signs, and what any of them signed is accepted. Cheap to
/// clone; prints no key.
#[derive(Clone)]
pub struct KeyRing(Arc<Keys>);

struct Keys {
    signing: Ed25519KeyPair,
    verifying: Vec<VerifyingKey>,
}

/// The public half of a key pair.
pub(crate) struct VerifyingKey {
    pub(crate) jwk: Jwk,
    parsed: ParsedPublicKey,
}

/// A new private key.
#[derive(Debug)]
pub struct NewKey {
    /// PKCS#8 (RFC 8410) as PEM (RFC 7468), as OpenSSL writes it too.
    pub pem: Secret,
    /// What tokens call it (`kid`).
    pub id: String,
}

impl KeyRing {
    /// The keys in `text`, one or more blocks of PEM: private keys (`PRIVATE KEY`, PKCS#8) or public
    /// ones (`PUBLIC KEY`), the first of them private.
    ///
    /// # Errors
    ///
    /// When there is a block that holds no Ed25519 key, or the first is public, or one is there
    /// twice. None quotes anything of `text`.
    pub fn from_pem(text: &str) -> Result<Self, InvalidKeys> {
        let mut keys = pem::read(text)?;
        let verifying = keys
            .iter()
            .map(pem::Key::public)
            .map(VerifyingKey::new)
            .collect::<Result<Vec<_>, _>>()?;
        let id = |key: &VerifyingKey| key.jwk.kid.clone();
        let is_repeated = |(at, key): (usize, &VerifyingKey)| {
            verifying[..at].iter().any(|other| id(other) == id(key))
        };
        if verifying.iter().enumerate().any(is_repeated) {
            return Err(InvalidKeys::Repeated);
        }
        match keys.swap_remove(0) {
            pem::Key::Private(signing) => Ok(Self(Arc::new(Keys { signing, verifying }))),
            pem::Key::Public(_) => Err(InvalidKeys::FirstIsPublic),
        }
    }

    /// The public keys, for everybody.
    pub fn public(&self) -> JwkSet {
        let keys = self.0.verifying.iter().map(|key| key.jwk.clone());
        JwkSet {
            keys: keys.collect(),
        }
    }

    /// The keys with which tokens are verified; the first is the one that signs.
    pub(crate) fn verifying(&self) -> &[VerifyingKey] {
        &self.0.verifying
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<impl AsRef<[u8]> + use<>, Unspecified> {
        self.0.signing.try_sign(message)
    }
}

impl VerifyingKey {
    fn new(public: [u8; 32]) -> Result<Self, InvalidKeys> {
        let parsed = ParsedPublicKey::new(&ED25519, public).map_err(|_| InvalidKeys::NotEd25519)?;
        Ok(Self {
            jwk: Jwk::ed25519(&public),
            parsed,
        })
    }

    /// Whether the key's owner signed `message`.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }
}

impl NewKey {
    /// Makes one, of what the system has of random bytes.
    ///
    /// # Errors
    ///
    /// When the system has none to give.
    pub fn generate() -> Result<Self, Unspecified> {
        let pair = Ed25519KeyPair::generate()?;
        // Version 1, without the public half: OpenSSL does not read version 2.
        let pkcs8 = pair.to_pkcs8v1()?;
        let public: [u8; 32] = (pair.public_key().as_ref())
            .try_into()
            .map_err(|_| Unspecified)?;
        Ok(Self {
            pem: Secret::from(pem::write_private(pkcs8.as_ref())),
            id: Jwk::ed25519(&public).kid,
        })
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.0.verifying.iter().map(|key| &key.jwk.kid);
        f.debug_list().entries(ids).finish()
    }
}

#[cfg(test)]
mod tests;

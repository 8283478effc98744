//! What signs tokens: one secret key (HS256), or a ring of key pairs (EdDSA, RFC 8037). What a
//! token's header says of itself is compared with ours and chooses nothing but one of our own keys
//! (RFC 8725, 3.1).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, crypto, decode_header,
    errors::{Error, ErrorKind},
};

use crate::keys::{KeyRing, VerifyingKey};

/// What tokens are signed and verified with.
pub(super) enum Signatures {
    /// With a key that only this installation has.
    Secret(SecretSignatures),
    /// With key pairs, whose public halves everybody may have.
    Public(PublicSignatures),
}

pub(super) struct SecretSignatures {
    signing: EncodingKey,
    verifying: DecodingKey,
    header: String,
}

pub(super) struct PublicSignatures {
    ring: KeyRing,
    /// For each key of the ring, the header of the tokens that it signed.
    headers: Vec<String>,
}

impl Signatures {
    pub(super) fn secret(key: &[u8]) -> Self {
        Self::Secret(SecretSignatures {
            signing: EncodingKey::from_secret(key),
            verifying: DecodingKey::from_secret(key),
            header: header(Algorithm::HS256, None),
        })
    }

    pub(super) fn public(ring: KeyRing) -> Self {
        let ids = ring.verifying().iter().map(|key| key.jwk.kid.clone());
        let headers = ids.map(|id| header(Algorithm::EdDSA, Some(id))).collect();
        Self::Public(PublicSignatures { ring, headers })
    }

    /// The header of new tokens, encoded.
    pub(super) fn header(&self) -> &str {
        match self {
            Self::Secret(secret) => &secret.header,
            Self::Public(public) => public.headers.first().map_or("", String::as_str),
        }
    }

    /// The signature of `message`, encoded.
    pub(super) fn sign(&self, message: &[u8]) -> Result<String, Error> {
        match self {
            Self::Secret(secret) => crypto::sign(message, &secret.signing, Algorithm::HS256),
            Self::Public(public) => match public.ring.sign(message) {
                Ok(signature) => Ok(URL_SAFE_NO_PAD.encode(signature)),
                Err(error) => Err(ErrorKind::Signing(error.to_string()).into()),
            },
        }
    }

    /// The encoded payload of `token`, if the signature over it is ours.
    pub(super) fn signed_part<'a>(&self, token: &'a str) -> Option<&'a str> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let is_ours = match self {
            Self::Secret(secret) => secret.verifies(token, header, message, signature),
            Self::Public(public) => public.verifies(token, header, message, signature),
        };
        is_ours.then_some(payload)
    }
}

impl SecretSignatures {
    fn verifies(&self, token: &str, header: &str, message: &str, signature: &str) -> bool {
        (header == self.header || acceptable_header(token, Algorithm::HS256).is_some())
            && crypto::verify(
                signature,
                message.as_bytes(),
                &self.verifying,
                Algorithm::HS256,
            )
            .is_ok_and(|valid| valid)
    }
}

impl PublicSignatures {
    fn verifies(&self, token: &str, header: &str, message: &str, signature: &str) -> bool {
        let Some(key) = self.key(token, header) else {
            return false;
        };
        URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|signature| key.signed(message.as_bytes(), &signature))
    }

    /// The key of ours that the token names. Keys in the header (`jwk`), or addresses of keys
    /// (`jku`, `x5u`), are nobody's.
    fn key(&self, token: &str, header: &str) -> Option<&VerifyingKey> {
        let keys = self.ring.verifying();
        if let Some(at) = self.headers.iter().position(|ours| ours == header) {
            return keys.get(at);
        }
        let id = acceptable_header(token, Algorithm::EdDSA)?.kid?;
        keys.iter().find(|key| key.jwk.kid == id)
    }
}

/// A header of ours in another spelling: the same algorithm, and nothing that we would have to
/// understand (`crit`: RFC 7515, 4.1.11). Ours as they are written need no parsing.
fn acceptable_header(token: &str, algorithm: Algorithm) -> Option<Header> {
    let header = decode_header(token).ok()?;
    (header.alg == algorithm && header.crit.is_none()).then_some(header)
}

fn header(algorithm: Algorithm, kid: Option<String>) -> String {
    let header = Header {
        kid,
        ..Header::new(algorithm)
    };
    super::encoded(&header).unwrap_or_default()
}

//! Ed25519 keys as text: PKCS#8 and SubjectPublicKeyInfo (RFC 8410) in PEM (RFC 7468).

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls_pki_types::pem::{PemObject, SectionKind};
use thiserror::Error;

/// What each block begins with.
const BEGIN: &str = "-----BEGIN ";

/// What a public Ed25519 key begins with in DER: the algorithm 1.3.101.112, and a string of 32 bytes
/// (RFC 8410, 4).
const PUBLIC_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// How long a line of base64 is (RFC 7468, 2).
const LINE: usize = 64;

/// Why a text gives no keys. It quotes nothing: the text may be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// There is no block.
    #[error("must hold a private key as PEM; `ashlar keys generate` makes one")]
    None,
    /// A block is cut short, or is no base64.
    #[error("must hold whole PEM blocks, from BEGIN to END")]
    Malformed,
    /// A block holds something else: another algorithm, a certificate, an encrypted key.
    #[error("must hold nothing but unencrypted Ed25519 keys (PRIVATE KEY or PUBLIC KEY)")]
    NotEd25519,
    /// The key that is to sign cannot.
    #[error("must begin with a private key: the first one signs")]
    FirstIsPublic,
    /// A key is there twice.
    #[error("must hold each key once")]
    Repeated,
}

pub(super) enum Key {
    Private(Ed25519KeyPair),
    Public([u8; 32]),
}

impl Key {
    pub(super) fn public(&self) -> [u8; 32] {
        match self {
            Self::Private(pair) => {
                let mut public = [0; 32];
                public.copy_from_slice(pair.public_key().as_ref());
                public
            }
            Self::Public(public) => *public,
        }
    }
}

/// Every key in `text`, at least one.
pub(super) fn read(text: &str) -> Result<Vec<Key>, InvalidKeys> {
    let blocks = <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| InvalidKeys::Malformed)?;
    // Blocks of a kind that the parser does not know are left out by it.
    if blocks.len() != text.matches(BEGIN).count() {
        return Err(InvalidKeys::NotEd25519);
    }
    if blocks.is_empty() {
        return Err(InvalidKeys::None);
    }
    blocks.iter().map(key).collect()
}

fn key((kind, der): &(SectionKind, Vec<u8>)) -> Result<Key, InvalidKeys> {
    match kind {
        // Unchecked, since OpenSSL writes no public half to check against.
        SectionKind::PrivateKey => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map(Key::Private)
            .map_err(|_| InvalidKeys::NotEd25519),
        SectionKind::PublicKey => (der.strip_prefix(&PUBLIC_PREFIX))
            .and_then(|public| public.try_into().ok())
            .map(Key::Public)
            .ok_or(InvalidKeys::NotEd25519),
        _ => Err(InvalidKeys::NotEd25519),
    }
}

pub(super) fn write_private(pkcs8: &[u8]) -> String {
    let mut text = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    let base64 = STANDARD.encode(pkcs8);
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    text
}

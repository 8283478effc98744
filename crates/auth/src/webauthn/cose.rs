//! Public keys of passkeys (RFC 9052, 7; RFC 9053), in the one encoding that CTAP2 allows: so its
//! fields come in a fixed order, and each once.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use minicbor::Decoder;

use super::Refusal;

/// The algorithms that passkeys may use, the best first: EdDSA, ES256, and RS256, which is all that
/// Windows Hello can do on older machines.
pub(crate) const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

const EDDSA: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;

/// The public exponent of RSA keys, 65537: the one that authenticators use (TPM 2.0, 12.2.3.5), and no
/// weak one (NIST FIPS 186-5, A.1.1).
const EXPONENT: [u8; 3] = [1, 0, 1];

/// A passkey's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    Ed25519(Vec<u8>),
    /// On P-256, uncompressed (SEC 1, 2.3.3).
    P256(Vec<u8>),
    /// The modulus; the exponent is [`EXPONENT`].
    Rsa(Vec<u8>),
}

impl PublicKey {
    /// Reads a key of one of [`ALGORITHMS`]. One that could verify nothing is none: it would count as a
    /// way to sign in and not be one; nor is one of any length, since keys are kept. What 32 bytes are
    /// no Ed25519 key shows only when they are used.
    pub(super) fn read(decoder: &mut Decoder<'_>) -> Result<Self, Refusal> {
        let fields = decoder.map()?;
        let kind = integer(decoder, 1)?;
        let algorithm = integer(decoder, 3)?;
        match (algorithm, kind, fields) {
            (EDDSA, 1, Some(4)) => {
                expect(integer(decoder, -1)? == 6)?;
                Ok(Self::Ed25519(bytes(decoder, -2, 32)?))
            }
            (ES256, 2, Some(5)) => {
                expect(integer(decoder, -1)? == 1)?;
                let (x, y) = (bytes(decoder, -2, 32)?, bytes(decoder, -3, 32)?);
                let point = [&[4], &x[..], &y].concat();
                expect(ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point).is_ok())?;
                Ok(Self::P256(point))
            }
            (RS256, 3, Some(4)) => {
                label(decoder, -1)?;
                let modulus = decoder.bytes()?;
                expect(is_modulus(modulus))?;
                label(decoder, -2)?;
                expect(decoder.bytes()? == EXPONENT)?;
                Ok(Self::Rsa(modulus.to_vec()))
            }
            (EDDSA | ES256 | RS256, ..) => Err(Refusal::Malformed),
            _ => Err(Refusal::Algorithm),
        }
    }

    /// Whether `signature` is this key's of `message`. A key that is none verifies nothing.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key)
                .verify(message, signature)
                .is_ok(),
            Self::P256(key) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key)
                .verify(message, signature)
                .is_ok(),
            Self::Rsa(modulus) => RsaPublicKeyComponents {
                n: modulus.as_slice(),
                e: &EXPONENT,
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok(),
        }
    }
}

/// An odd number of 2048 to 8192 bits, in whole bytes and without a leading zero (RFC 8230, 4).
fn is_modulus(bytes: &[u8]) -> bool {
    let is_odd = bytes.last().is_some_and(|last| last % 2 == 1);
    let is_full = bytes.first().is_some_and(|first| *first >= 0x80);
    (256..=1024).contains(&bytes.len()) && is_odd && is_full
}

fn label(decoder: &mut Decoder<'_>, label: i64) -> Result<(), Refusal> {
    expect(decoder.i64()? == label)
}

fn integer(decoder: &mut Decoder<'_>, name: i64) -> Result<i64, Refusal> {
    label(decoder, name)?;
    Ok(decoder.i64()?)
}

fn bytes(decoder: &mut Decoder<'_>, name: i64, length: usize) -> Result<Vec<u8>, Refusal> {
    label(decoder, name)?;
    let bytes = decoder.bytes()?;
    expect(bytes.len() == length)?;
    Ok(bytes.to_vec())
}

fn expect(holds: bool) -> Result<(), Refusal> {
    holds.then_some(()).ok_or(Refusal::Malformed)
}

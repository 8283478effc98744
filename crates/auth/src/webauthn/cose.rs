//! Public keys of passkeys (RFC 9052, 7; RFC 9053), in the one encoding that CTAP2 allows: so its
//! fields come in a fixed order, and each once.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use minicbor::Decoder;

use super::Refusal;

/// The algorithms that passkeys may use, the best first: EdDSA, ES256, and RS256, which is all that
/// Windows Hello can do on older machines.
pub(crate) const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

const EDDSA: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;

/// A passkey's public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    Ed25519(Vec<u8>),
    /// On P-256, uncompressed (SEC 1, 2.3.3).
    P256(Vec<u8>),
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads a key of one of [`ALGORITHMS`].
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
                Ok(Self::P256([&[4], &x[..], &y].concat()))
            }
            (RS256, 3, Some(4)) => {
                label(decoder, -1)?;
                let modulus = decoder.bytes()?.to_vec();
                label(decoder, -2)?;
                let exponent = decoder.bytes()?.to_vec();
                Ok(Self::Rsa { modulus, exponent })
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
            Self::Rsa { modulus, exponent } => RsaPublicKeyComponents {
                n: modulus,
                e: exponent,
            }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok(),
        }
    }
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

//! The keys that a device makes, and how it tells of them (RFC 9053, 7; RFC 8230, 4).

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RsaKeyPair,
    },
};

/// One key pair, and the COSE_Key that the device says is its public half.
pub(super) struct DeviceKey {
    pair: Pair,
    cose: Vec<u8>,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl DeviceKey {
    pub(super) fn ed25519() -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let head = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
        let cose = [&head, pair.public_key().as_ref()].concat();
        let pair = Pair::Ed25519(pair);
        Self { pair, cose }
    }

    pub(super) fn p256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let cose = p256(&point[1..33], &point[33..]);
        let pair = Pair::P256(pair);
        Self { pair, cose }
    }

    pub(super) fn rsa() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        // An RSAPublicKey (RFC 8017, A.1.1) of 2048 bits: the modulus stands behind three heads.
        let cose = rsa(&pair.public_key().as_ref()[9..265], &[1, 0, 1]);
        let pair = Pair::Rsa(pair);
        Self { pair, cose }
    }

    /// The same, of a device that tells of another public key.
    pub(super) fn telling(self, cose: Vec<u8>) -> Self {
        Self { cose, ..self }
    }

    pub(super) fn cose(&self) -> &[u8] {
        &self.cose
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message).unwrap();
                signature.as_ref().to_vec()
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .unwrap();
                signature
            }
        }
    }
}

/// An ES256 key with these coordinates, of 32 bytes each.
pub(super) fn p256(x: &[u8], y: &[u8]) -> Vec<u8> {
    let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    [&head, x, &[0x22, 0x58, 0x20], y].concat()
}

/// An RS256 key.
pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let length = u16::try_from(modulus.len()).unwrap().to_be_bytes();
    let exponent_length = 0x40 + u8::try_from(exponent.len()).unwrap();
    let head = [0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59];
    [
        &head,
        &length[..],
        modulus,
        &[0x21, exponent_length],
        exponent,
    ]
    .concat()
}

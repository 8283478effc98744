//! Bytes that no device sends: random ones, honest ones with a change, and such as claim to be much.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};

use super::*;

/// Always the same numbers (xorshift, G. Marsaglia), so that what fails once fails again.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }

    /// `bytes` with a bit turned, a byte set, removed, put in or repeated, or cut off.
    fn changed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(changed.len().max(1));
            match self.below(6) {
                0 if !changed.is_empty() => changed[at] ^= 1 << self.below(8),
                1 if !changed.is_empty() => changed[at] = self.byte(),
                2 if !changed.is_empty() => drop(changed.remove(at)),
                3 => changed.insert(at, self.byte()),
                4 => changed.extend_from_within(at..),
                _ => changed.truncate(at),
            }
        }
        changed
    }
}

/// A key that is known, and what it signs.
struct Signer(EcdsaKeyPair);

impl Signer {
    fn public_key(&self) -> String {
        let point = self.0.public_key().as_ref();
        let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        base64(&[&head, &point[1..33], &[0x22, 0x58, 0x20], &point[33..]].concat())
    }

    fn sign(&self, data: &[u8]) -> Vec<u8> {
        let hash = digest::digest(&digest::SHA256, &bytes(GET_CLIENT_DATA));
        let message = [data, hash.as_ref()].concat();
        let signature = self.0.sign(&SystemRandom::new(), &message).unwrap();
        signature.as_ref().to_vec()
    }
}

/// Of an honest answer no part can be changed.
#[test]
fn a_changed_assertion_is_never_believed() {
    let signer = Signer(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap());
    let (key, challenge) = (signer.public_key(), base64(&bytes(GET_CHALLENGE)));
    let data = verified(AUTHENTICATOR_DATA, 32);
    let honest = [bytes(GET_CLIENT_DATA), data.clone(), signer.sign(&data)];
    let ask = |parts: &[Vec<u8>; 3]| {
        let [client_data, authenticator_data, signature] =
            parts.each_ref().map(|part| base64(part));
        let answer = Assertion {
            client_data: &client_data,
            authenticator_data: &authenticator_data,
            signature: &signature,
        };
        example().authenticate(&challenge, &answer, &key, true)
    };
    assert!(ask(&honest).is_ok());
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for round in 0..3_000 {
        let mut parts = honest.clone();
        let part = numbers.below(3);
        parts[part] = numbers.changed(&parts[part]);
        if parts != honest {
            assert!(ask(&parts).is_err(), "{round}: {parts:02x?}");
        }
    }
}

/// Whatever comes in the place of a new passkey: what is believed is for this site, verified, and
/// has a key that can be read again.
#[test]
fn a_changed_registration_is_refused_or_whole() {
    let honest = verified(ATTESTATION_OBJECT, FLAGS);
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let mut believed = 0;
    for _ in 0..20_000 {
        let object = numbers.changed(&honest);
        let Ok(registered) = register(&example(), &object) else {
            continue;
        };
        believed += 1;
        let key = decoded(&registered.public_key).unwrap();
        assert!(PublicKey::read(&mut Decoder::new(&key)).is_ok());
        let site = digest::digest(&digest::SHA256, b"example.org");
        assert!(object.windows(32).any(|part| part == site.as_ref()));
    }
    assert!(believed < 20_000, "nothing was changed");
}

/// Random bytes are nothing, wherever they stand.
#[test]
fn random_bytes_are_refused() {
    let mut numbers = Numbers(0xd1b5_4a32_d192_ed03);
    for _ in 0..20_000 {
        let length = numbers.below(300);
        let bytes: Vec<u8> = (0..length).map(|_| numbers.byte()).collect();
        assert!(register(&example(), &bytes).is_err());
        assert!(PublicKey::read(&mut Decoder::new(&bytes)).is_err());
        assert!(AuthenticatorData::read(&bytes).is_err() || bytes.len() == 37);
        let checked = client_data::check(&bytes, Ceremony::Get, "c", &[]);
        assert_eq!(checked, Err(Refusal::Malformed));
    }
}

/// A few bytes that claim to be many, and nests deeper than a stack: refused without being built.
#[test]
fn what_claims_to_be_endless_is_refused() {
    const DEEP: usize = 48 * 1024;
    let claims: [&[u8]; 6] = [
        b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x67attStmt\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x67attStmt\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xa1\x68authData\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xbf\xff",
    ];
    let nests = [
        &b"\x81"[..],
        b"\x9f",
        b"\xa1\x00",
        b"\xbf\x00",
        b"\xc0",
        b"\x82\x9f",
        b"\x5f",
    ];
    let nests = nests.map(|one| [&b"\xa1\x67attStmt"[..], &one.repeat(DEEP / one.len())].concat());
    let nests = nests.iter().map(Vec::as_slice);
    for bytes in claims.into_iter().chain(nests) {
        assert_eq!(register(&example(), bytes), Err(Refusal::Malformed));
        // As the extensions' outputs, behind the flags that announce them.
        let data = [
            &self::bytes(AUTHENTICATOR_DATA)[..32],
            &[0x85, 0, 0, 0, 0],
            bytes,
        ]
        .concat();
        assert!(AuthenticatorData::read(&data).is_err());
        assert!(PublicKey::read(&mut Decoder::new(bytes)).is_err());
    }
    let deep = [r#"{"type":"#.repeat(DEEP / 8), "[".repeat(DEEP)];
    for json in deep {
        let checked = client_data::check(json.as_bytes(), Ceremony::Get, "c", &[]);
        assert_eq!(checked, Err(Refusal::Malformed));
    }
}

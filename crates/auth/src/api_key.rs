//! The text of API keys: `ash_pat_`, 240 random bits, and a checksum, so that whoever scans texts
//! for secrets tells a key from what merely looks like one, and a mistyped or shortened one is
//! refused without a look at the database. The checksum proves nothing: only the hash does.

use std::fmt;

use ashlar_core::secret::Secret;
use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest,
    rand::{SecureRandom, SystemRandom},
};

/// How an API key begins.
const PREFIX: &str = "ash_pat_";

/// How much of a key is shown to its owner, in characters: the prefix and 24 of the 240 bits.
const SHOWN: usize = 12;

/// Random bytes in a key: above the 128 bits that OWASP ASVS 4.0, 2.9.2 and 3.2.4 ask of secrets.
const RANDOM: usize = 30;

/// Digits that hold [`RANDOM`] bytes: 240 bits / log2(62).
const DIGITS: usize = 41;

/// Digits that hold a CRC-32.
const CHECKSUM: usize = 6;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What the database keeps of a key: its SHA-256. A key has 240 random bits, so a fast hash is
/// enough.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct KeyHash([u8; 32]);

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes for an API key")]
pub(crate) struct NoRandom;

/// A text that is no hash: somebody wrote to the table by hand.
#[derive(Debug, thiserror::Error)]
#[error("no SHA-256 in hexadecimal")]
pub(crate) struct NoHash;

/// A new key.
pub(crate) fn generate() -> Result<Secret, NoRandom> {
    let mut random = [0; RANDOM];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| NoRandom)?;
    let mut text = format!("{PREFIX}{}", base62::<DIGITS>(&random));
    text.push_str(&checksum(&text));
    Ok(text.into())
}

/// How `key` begins: enough for its owner to know it by.
pub(crate) fn shown(key: &Secret) -> String {
    key.expose().chars().take(SHOWN).collect()
}

/// Whether `text` is meant to be an API key, be it a good one or not.
pub(crate) fn is_meant(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// The hash of the key that `text` is; `None` when it has not the form of one.
pub(crate) fn read(text: &str) -> Option<KeyHash> {
    let length = PREFIX.len() + DIGITS + CHECKSUM;
    if text.len() != length || !text.is_ascii() || !is_meant(text) {
        return None;
    }
    let (key, sum) = text.split_at(length - CHECKSUM);
    verify_slices_are_equal(checksum(key).as_bytes(), sum.as_bytes()).ok()?;
    Some(KeyHash::of(text))
}

impl KeyHash {
    pub(crate) fn of(key: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, key.as_bytes()).as_ref());
        Self(hash)
    }

    /// The same comparison in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }

    /// Where in a table of `places` it belongs. Hashes spread evenly.
    pub(crate) fn place(&self, places: usize) -> usize {
        let first = self.0.iter().take(4);
        first.fold(0, |place, byte| place << 8 | usize::from(*byte)) % places
    }
}

impl From<KeyHash> for String {
    fn from(hash: KeyHash) -> Self {
        let bytes = hash.0.iter();
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for KeyHash {
    type Error = NoHash;

    fn try_from(text: String) -> Result<Self, NoHash> {
        if text.len() != 64 || !text.is_ascii() {
            return Err(NoHash);
        }
        let mut hash = [0; 32];
        for (index, byte) in hash.iter_mut().enumerate() {
            let digits = &text[2 * index..2 * index + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NoHash)?;
        }
        Ok(Self(hash))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash")
    }
}

fn checksum(text: &str) -> String {
    base62::<CHECKSUM>(&crc32fast::hash(text.as_bytes()).to_be_bytes())
}

/// The number that `bytes` are, in `LENGTH` digits, the most significant first.
fn base62<const LENGTH: usize>(bytes: &[u8]) -> String {
    let mut number = bytes.to_vec();
    let mut digits = [ALPHABET[0]; LENGTH];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0;
        for byte in &mut number {
            let part = remainder << 8 | usize::from(*byte);
            // Below 256, since the remainder before was below 62.
            *byte = u8::try_from(part / ALPHABET.len()).unwrap_or_default();
            remainder = part % ALPHABET.len();
        }
        *digit = ALPHABET[remainder];
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_base_62() {
        assert_eq!(base62::<6>(&0_u32.to_be_bytes()), "000000");
        assert_eq!(base62::<6>(&61_u32.to_be_bytes()), "00000z");
        assert_eq!(base62::<6>(&62_u32.to_be_bytes()), "000010");
        let digits = base62::<6>(&u32::MAX.to_be_bytes());
        let value = digits.bytes().fold(0_u64, |value, digit| {
            let digit = ALPHABET.iter().position(|one| *one == digit).unwrap();
            value * 62 + digit as u64
        });
        assert_eq!(value, u64::from(u32::MAX));
        assert!(
            !base62::<DIGITS>(&[0xff; RANDOM]).starts_with('0'),
            "no digit is lost"
        );
        assert!(
            base62::<42>(&[0xff; RANDOM]).starts_with('0'),
            "none is left over"
        );
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let key = generate().unwrap();
        let text = key.expose();
        assert_eq!(text.len(), 55);
        assert_eq!(read(text), Some(KeyHash::of(text)));
        assert_ne!(text, generate().unwrap().expose());
        assert_eq!(shown(&key), text[..12]);
    }

    /// CRC-32 finds any one wrong character, and characters that changed places.
    #[test]
    fn a_mistyped_or_shortened_key_is_none() {
        let key = generate().unwrap();
        let text = key.expose();
        for at in 0..text.len() {
            let mut wrong = text.as_bytes().to_vec();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(read(&String::from_utf8(wrong).unwrap()), None, "{at}");
            assert_eq!(read(&text[..at]), None, "{at}");
        }
        for wrong in [
            format!("{text}0"),
            format!(" {text}"),
            text.to_lowercase(),
            "ä".repeat(28),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_hash_is_stored_as_text() {
        let hash = KeyHash::of("abc");
        let text = String::from(hash);
        // FIPS 180-4's example.
        assert!(
            text.starts_with("ba7816bf8f01cfea414140de5dae2223"),
            "{text}"
        );
        assert!(KeyHash::try_from(text).unwrap().is(&hash));
        for wrong in ["", "zz", &"x".repeat(64), &"ä".repeat(32)] {
            assert!(KeyHash::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
        assert!(!format!("{hash:?}").contains("ba78"));
    }
}

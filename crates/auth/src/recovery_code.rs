//! Recovery codes: what stands in for an authenticator app that was lost.

use ashlar_core::{principal::UserId, secret::Secret, settings::SecretKey};
use aws_lc_rs::{hmac, rand};

use crate::totp::{NoRandom, base32};

/// How many a user gets.
pub(crate) const COUNT: usize = 10;

/// What the key of their hashes is derived for.
const PURPOSE: &str = "auth.recovery_code";

/// How many random bytes a code has: 120 bits, more than the 112 that a fast hash asks for (OWASP
/// ASVS 4.0, 2.6.2), and 24 letters without a rest.
const BYTES: usize = 15;

/// How many letters a code has, and how many stand together.
const LETTERS: usize = 24;
const GROUP: usize = 4;

/// Makes and recognises recovery codes.
pub(crate) struct RecoveryCodes(hmac::Key);

impl RecoveryCodes {
    pub(crate) fn new(secret_key: &SecretKey) -> Self {
        let key = secret_key.derive(PURPOSE);
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// New codes, as their owner gets them: `abcd-efgh-…`.
    pub(crate) fn generate(&self) -> Result<Vec<Secret>, NoRandom> {
        (0..COUNT).map(|_| generate()).collect()
    }

    /// What the database keeps of `code`, which belongs to `user_id`; none when it is no such code.
    /// Case, hyphens and blanks do not count.
    pub(crate) fn hash(&self, user_id: UserId, code: &Secret) -> Option<String> {
        let letters: String = code
            .expose()
            .chars()
            .filter(|character| !matches!(character, '-' | ' '))
            .map(|character| character.to_ascii_lowercase())
            .collect();
        if letters.len() != LETTERS || !letters.bytes().all(is_letter) {
            return None;
        }
        let mut context = hmac::Context::with_key(&self.0);
        context.update(user_id.as_uuid().as_bytes());
        context.update(letters.as_bytes());
        let hash = context.sign();
        Some(
            hash.as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte)
}

fn generate() -> Result<Secret, NoRandom> {
    let mut bytes = [0; BYTES];
    rand::fill(&mut bytes).map_err(|_| NoRandom)?;
    let letters = base32(&bytes);
    let mut code = String::with_capacity(LETTERS + LETTERS / GROUP);
    for (index, letter) in letters.chars().enumerate() {
        if index > 0 && index % GROUP == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    Ok(Secret::from(code))
}

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::assert_random;

    fn codes() -> RecoveryCodes {
        RecoveryCodes::new(&SecretKey::from_text(&Secret::from("one key")))
    }

    /// Of the five bits of a letter, as base 32 has them.
    #[test]
    fn a_code_has_120_random_bits() {
        let digit = |letter: u8| match letter {
            b'a'..=b'z' => letter - b'a',
            _ => letter - b'2' + 26,
        };
        assert_random(120, || {
            let letters = generate().unwrap().expose().replace('-', "");
            letters.bytes().map(digit).collect()
        });
    }

    #[test]
    fn codes_are_random_and_read_however_they_are_typed() {
        let (codes, user) = (codes(), UserId::new());
        let generated = codes.generate().unwrap();
        assert_eq!(generated.len(), COUNT);
        let code = &generated[0];
        assert_eq!(code.expose().len(), 29);
        assert_ne!(code, &generated[1]);
        let hash = codes.hash(user, code).unwrap();
        let typed = code.expose().to_uppercase().replace('-', " ");
        assert_eq!(codes.hash(user, &Secret::from(typed)), Some(hash.clone()));
        assert!(!hash.contains(code.expose()));
    }

    #[test]
    fn a_hash_belongs_to_a_user_and_a_key() {
        let (codes, user) = (codes(), UserId::new());
        let code = codes.generate().unwrap().remove(0);
        let hash = codes.hash(user, &code);
        assert_ne!(hash, codes.hash(UserId::new(), &code));
        let other = RecoveryCodes::new(&SecretKey::from_text(&Secret::from("another")));
        assert_ne!(hash, other.hash(user, &code));
    }

    #[test]
    fn what_is_no_code_has_no_hash() {
        let user = UserId::new();
        for text in [
            "",
            "123456",
            "abcd",
            "abcd-efgh-ijkl-mnop-qrst-uvw1",
            "äbcd-efgh-ijkl-mnop-qrst-uvw",
        ] {
            assert_eq!(codes().hash(user, &Secret::from(text)), None, "{text}");
        }
    }
}

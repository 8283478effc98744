//! Opaque values: random texts that stand for something we know. The database has their hashes alone.

use ashlar_core::secret::Secret;
use aws_lc_rs::{digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::refresh_token::NoRandom;

/// 256 bits, which nobody guesses.
const BYTES: usize = 32;

/// A new value: 43 characters of URL-safe Base64.
pub(crate) fn random() -> Result<Secret, NoRandom> {
    let mut bytes = [0; BYTES];
    rand::fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(Secret::from(URL_SAFE_NO_PAD.encode(bytes)))
}

/// What the database keeps of a value: SHA-256 in hexadecimal. A fast hash is enough for what is random.
/// It is found by its hash, so that the time which that takes tells nothing of the value.
pub(crate) fn hash(value: &Secret) -> String {
    let hash = digest::digest(&digest::SHA256, value.expose().as_bytes());
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::assert_random;

    #[test]
    fn a_value_has_256_random_bits() {
        assert_random(256, || {
            URL_SAFE_NO_PAD.decode(random().unwrap().expose()).unwrap()
        });
    }

    #[test]
    fn values_differ_and_so_do_their_hashes() {
        let [one, other] = [random().unwrap(), random().unwrap()];
        assert_ne!(one, other);
        assert_eq!(one.expose().len(), 43);
        assert_ne!(hash(&one), hash(&other));
        assert_eq!(hash(&one).len(), 64);
        assert!(!hash(&one).contains(one.expose()));
    }
}

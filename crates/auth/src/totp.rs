//! Time-based one-time passwords (RFC 6238), as authenticator apps make them: HMAC-SHA-1, six digits,
//! a new one every 30 seconds.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac, rand};
use chrono::{DateTime, Utc};

/// How long a secret is, in bytes: as many as SHA-1 gives (RFC 4226, 4, R6).
const SECRET: usize = 20;

/// How long a code lasts, in seconds.
const STEP: i64 = 30;

/// How many steps a device's clock may be ahead of ours or behind (RFC 6238, 5.2).
const SKEW: i64 = 1;

/// What a user's authenticator app and we share.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct TotpSecret([u8; SECRET]);

/// The system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes for a second factor")]
pub(crate) struct NoRandom;

impl TotpSecret {
    /// A new one.
    pub(crate) fn new() -> Result<Self, NoRandom> {
        let mut secret = [0; SECRET];
        rand::fill(&mut secret).map_err(|_| NoRandom)?;
        Ok(Self(secret))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().map(Self).ok()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As users type it into an app.
    pub(crate) fn to_base32(&self) -> String {
        base32(&self.0).to_ascii_uppercase()
    }

    /// As apps read it from a QR code: Google Authenticator's key URI format.
    pub(crate) fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (percent_encoded(issuer), percent_encoded(account));
        let secret = self.to_base32();
        format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}\
             &algorithm=SHA1&digits=6&period={STEP}"
        )
    }

    /// The step whose code `code` is, if it is one that may be used `now` and comes after
    /// `last_step`: so that no code, and none before it, is accepted twice (RFC 6238, 5.2).
    pub(crate) fn step_of(
        &self,
        code: &str,
        now: DateTime<Utc>,
        last_step: Option<i64>,
    ) -> Option<i64> {
        let current = now.timestamp().div_euclid(STEP);
        let matches = |step: i64| {
            verify_slices_are_equal(self.code(step).as_bytes(), code.as_bytes()).is_ok()
        };
        (current - SKEW..=current + SKEW)
            .rev()
            .find(|step| last_step.is_none_or(|last| *step > last) && matches(*step))
    }

    /// The code of a step: HOTP (RFC 4226, 5.3) of its number.
    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag[SECRET - 1] & 0xf);
        let mut number = [0; 4];
        number.copy_from_slice(&tag[offset..offset + 4]);
        let number = u32::from_be_bytes(number) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }
}

/// RFC 4648, 6, in lower case and without padding.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut padded = [0; 8];
        padded[3..3 + chunk.len()].copy_from_slice(chunk);
        let group = u64::from_be_bytes(padded);
        for index in 0..(chunk.len() * 8).div_ceil(5) {
            let digit = (group >> (35 - 5 * index)) & 31;
            text.push(char::from(
                ALPHABET[usize::try_from(digit).unwrap_or_default()],
            ));
        }
    }
    text
}

/// All but the unreserved characters (RFC 3986, 2.3) escaped.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::assert_random;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    #[test]
    fn a_secret_has_160_random_bits() {
        assert_random(160, || TotpSecret::new().unwrap().as_bytes().to_vec());
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(
                secret().step_of(code, at(seconds), None),
                Some(seconds / 30)
            );
        }
    }

    /// RFC 4226, appendix D.
    #[test]
    fn a_step_is_a_counter() {
        let codes = ["755224", "287082", "359152", "969429", "338314"];
        for (step, code) in (0..).zip(codes) {
            assert_eq!(secret().code(step), code);
        }
    }

    #[test]
    fn a_code_lasts_for_one_step_more_on_either_side() {
        // Of step 37037036, which lasts from …080 to …109.
        let code = "081804";
        for (seconds, accepted) in [
            (1_111_111_049, false),
            (1_111_111_050, true),
            (1_111_111_080, true),
            (1_111_111_139, true),
            (1_111_111_140, false),
        ] {
            let step = secret().step_of(code, at(seconds), None);
            assert_eq!(step.is_some(), accepted, "{seconds}");
        }
    }

    #[test]
    fn a_code_up_to_the_last_is_refused() {
        let now = at(1_111_111_109);
        assert_eq!(
            secret().step_of("081804", now, Some(37_037_035)),
            Some(37_037_036)
        );
        assert_eq!(secret().step_of("081804", now, Some(37_037_036)), None);
        assert_eq!(secret().step_of("081804", now, Some(37_037_037)), None);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wrong in ["", "81804", "0818041", "081805", "０８１８０４", "08180\0"] {
            assert_eq!(
                secret().step_of(wrong, at(1_111_111_109), None),
                None,
                "{wrong}"
            );
        }
    }

    /// RFC 4648, 10.
    #[test]
    fn base32_is_that_of_the_rfc() {
        for (text, encoded) in [
            ("", ""),
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foob", "mzxw6yq"),
            ("fooba", "mzxw6ytb"),
            ("foobar", "mzxw6ytboi"),
        ] {
            assert_eq!(base32(text.as_bytes()), encoded);
        }
    }

    #[test]
    fn nothing_in_a_name_escapes_into_the_uri() {
        let uri = secret().uri("A&B", "ada?secret=x@example.org");
        let head = "otpauth://totp/A%26B:ada%3Fsecret%3Dx%40example.org?secret=GEZDGNBVGY3TQOJQ";
        assert!(uri.starts_with(head), "{uri}");
        assert!(
            uri.ends_with("&issuer=A%26B&algorithm=SHA1&digits=6&period=30"),
            "{uri}"
        );
        assert_eq!(format!("{:?}", secret()), "TotpSecret([redacted])");
    }
}

//! A password that somebody chooses.

use std::{borrow::Cow, str::FromStr};

use ashlar_core::secret::Secret;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use thiserror::Error;

/// In characters (Unicode scalar values): length is what makes a password strong, and rules on
/// kinds of characters do not (NIST SP 800-63B, 3.1.1.2).
const MIN_LENGTH: usize = 8;

/// Room for a passphrase, and a bound on what is hashed.
pub(crate) const MAX_LENGTH: usize = 128;

/// A password that somebody chooses: 8 to 128 characters. It prints as `[redacted]`.
#[derive(Clone, Debug)]
pub struct NewPassword(Secret);

/// A text that will not do as a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 8 to 128 characters long")]
pub struct InvalidPassword;

impl NewPassword {
    /// The password.
    pub fn into_secret(self) -> Secret {
        self.0
    }
}

impl TryFrom<Secret> for NewPassword {
    type Error = InvalidPassword;

    fn try_from(secret: Secret) -> Result<Self, InvalidPassword> {
        let length = secret.expose().chars().count();
        if (MIN_LENGTH..=MAX_LENGTH).contains(&length) {
            Ok(Self(secret))
        } else {
            Err(InvalidPassword)
        }
    }
}

impl FromStr for NewPassword {
    type Err = InvalidPassword;

    fn from_str(text: &str) -> Result<Self, InvalidPassword> {
        Secret::from(text).try_into()
    }
}

impl<'de> Deserialize<'de> for NewPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let secret = Secret::deserialize(deserializer)?;
        secret.try_into().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for NewPassword {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NewPassword".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "password",
            "writeOnly": true,
            "minLength": MIN_LENGTH,
            "maxLength": MAX_LENGTH,
            // As in every text: see `ashlar_core::valid`.
            "pattern": "^[^\\u0000]*$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters() {
        for (text, good) in [
            ("1234567".to_owned(), false),
            ("12345678".to_owned(), true),
            ("äöüäöüä".to_owned(), false),
            ("ä".repeat(128), true),
            ("ä".repeat(129), false),
        ] {
            assert_eq!(text.parse::<NewPassword>().is_ok(), good, "{text}");
        }
    }

    #[test]
    fn it_prints_redacted() {
        let password: NewPassword = "correct horse".parse().unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}

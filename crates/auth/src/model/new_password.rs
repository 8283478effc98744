//! A password that somebody chooses.

use std::{borrow::Cow, str::FromStr};

use ashlar_core::secret::Secret;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::{DisplayName, Email, common_passwords::is_common};

/// In characters (Unicode scalar values): length is what makes a password strong, and rules on
/// kinds of characters do not (NIST SP 800-63B, 3.1.1.2).
const MIN_LENGTH: usize = 8;

/// Room for a passphrase, and a bound on what is hashed.
pub(crate) const MAX_LENGTH: usize = 128;

/// A password that somebody chooses: 8 to 128 characters, none of the most common. It prints as
/// `[redacted]`.
#[derive(Clone, Debug)]
pub struct NewPassword(Secret);

/// A text that will not do as a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidPassword {
    /// It is too short, or too long.
    #[error("must be 8 to 128 characters long")]
    Length,
    /// Whoever guesses tries it among the first.
    #[error("must not be one of the most common passwords")]
    Common,
    /// Whoever knows the user tries it among the first.
    #[error("must not be your e-mail address or name")]
    Personal,
    /// Whoever knows the site tries it among the first.
    #[error("must be more than the name of this site")]
    Contextual,
}

impl NewPassword {
    /// The password.
    pub fn into_secret(self) -> Secret {
        self.0
    }

    /// Makes sure that it is not what everybody knows of the user: their address, its local part,
    /// or their name, whatever the case (NIST SP 800-63B, 3.1.1.2: context-specific words).
    ///
    /// # Errors
    ///
    /// [`InvalidPassword::Personal`]
    pub fn must_not_be_of(
        &self,
        email: &Email,
        display_name: &DisplayName,
    ) -> Result<(), InvalidPassword> {
        let password = folded(self.0.expose());
        let address = email.as_str();
        let local = address.split('@').next().unwrap_or(address);
        let known = [address, local, display_name.as_str()];
        if known.into_iter().any(|known| folded(known) == password) {
            return Err(InvalidPassword::Personal);
        }
        Ok(())
    }

    /// Makes sure that it is more than one of these words with digits and punctuation around it,
    /// whatever the case (OWASP ASVS 5.0, 6.2.11).
    ///
    /// # Errors
    ///
    /// [`InvalidPassword::Contextual`]
    pub fn must_not_be_about(&self, words: &[String]) -> Result<(), InvalidPassword> {
        let password = folded(self.0.expose());
        let password = password.trim_matches(|letter: char| !letter.is_alphabetic());
        if words.iter().any(|word| folded(word) == password) {
            return Err(InvalidPassword::Contextual);
        }
        Ok(())
    }
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// `password` in the one form that is hashed and compared (NFKC): keyboards and systems write the
/// same character in different ways (NIST SP 800-63B, 3.1.1.2).
pub(crate) fn normalized(password: &Secret) -> Secret {
    Secret::from(password.expose().nfkc().collect::<String>())
}

impl TryFrom<Secret> for NewPassword {
    type Error = InvalidPassword;

    fn try_from(secret: Secret) -> Result<Self, InvalidPassword> {
        // Before it is normalised, which is more work the longer it is.
        if secret.expose().chars().nth(MAX_LENGTH).is_some() {
            return Err(InvalidPassword::Length);
        }
        let normalized = normalized(&secret);
        for text in [&secret, &normalized] {
            if text.expose().chars().count() < MIN_LENGTH {
                return Err(InvalidPassword::Length);
            }
        }
        if is_common(normalized.expose()) {
            return Err(InvalidPassword::Common);
        }
        Ok(Self(normalized))
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

    fn refusal(text: &str) -> Option<InvalidPassword> {
        text.parse::<NewPassword>().err()
    }

    #[test]
    fn length_counts_characters() {
        for (text, good) in [
            ("sj38vn2".to_owned(), false),
            ("sj38vn2k".to_owned(), true),
            ("äöüäöüä".to_owned(), false),
            // Four characters, each written as two.
            ("e\u{301}".repeat(4), false),
            ("ä".repeat(128), true),
            ("ä".repeat(129), false),
            ("ﷺ".repeat(128), true),
        ] {
            let expected = (!good).then_some(InvalidPassword::Length);
            assert_eq!(refusal(&text), expected, "{text}");
        }
    }

    #[test]
    fn the_most_common_are_refused_however_they_are_written() {
        for text in [
            "password1",
            "PassWord1",
            "ｐａｓｓｗｏｒｄ１",
            "12345678",
            "qwertyuiop",
        ] {
            assert_eq!(refusal(text), Some(InvalidPassword::Common), "{text}");
        }
        assert_eq!(refusal("password1 of mine"), None);
    }

    #[test]
    fn what_everybody_knows_of_the_user_is_refused() {
        let email: Email = "Countess.Ada@example.org".parse().unwrap();
        let name: DisplayName = "Ada Lovelace".parse().unwrap();
        for text in [
            "countess.ada@EXAMPLE.org",
            "countess.ADA",
            "ada lovelace",
            "Ａｄａ Lovelace",
        ] {
            let password: NewPassword = text.parse().unwrap();
            let refused = password.must_not_be_of(&email, &name);
            assert_eq!(refused, Err(InvalidPassword::Personal), "{text}");
        }
        let password: NewPassword = "Ada Lovelace 1815".parse().unwrap();
        assert_eq!(password.must_not_be_of(&email, &name), Ok(()));
    }

    #[test]
    fn a_word_of_the_site_with_a_year_is_refused() {
        let words = ["Ashlar".to_owned(), "Wall & Co".to_owned()];
        for text in ["Ashlar2026!", "..ASHLAR..", "wall & co 1"] {
            let password: NewPassword = text.parse().unwrap();
            let refused = password.must_not_be_about(&words);
            assert_eq!(refused, Err(InvalidPassword::Contextual), "{text}");
        }
        let password: NewPassword = "Ashlar fits without mortar".parse().unwrap();
        assert_eq!(password.must_not_be_about(&words), Ok(()));
    }

    #[test]
    fn it_prints_redacted() {
        let password: NewPassword = "correct horse".parse().unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}

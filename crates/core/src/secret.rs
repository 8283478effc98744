//! Text that must not be seen: passwords, keys, tokens. It prints as `[redacted]`, compares in
//! constant time, comes in through serde but never goes out.

use std::{borrow::Cow, fmt};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use garde::rules::length::{bytes::HasBytes, chars::HasChars, simple::HasSimpleLength};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

/// What is printed in place of a secret.
pub const REDACTED: &str = "[redacted]";

/// A secret text. Only [`Secret::expose`] gives it away, so that each use can be found.
///
/// There is no `Serialize`: a secret that must be sent is exposed where it is sent.
#[derive(Clone, Default)]
pub struct Secret(String);

impl Secret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// Takes a time that depends on the length alone, not on where the texts differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

impl Eq for Secret {}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // With deserialize_string the format refuses other types by itself, and quotes them.
        deserializer.deserialize_any(SecretVisitor)
    }
}

/// serde's own error for a wrong type quotes the value it met (`invalid type: integer 12345678`).
/// Here that would be a password sent without quotes, so the scalar types are refused unquoted.
struct SecretVisitor;

impl SecretVisitor {
    fn refuse<E: de::Error>(self, found: &'static str) -> Result<Secret, E> {
        Err(E::invalid_type(de::Unexpected::Other(found), &self))
    }
}

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::from(text))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret(text))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        self.refuse("boolean")
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        self.refuse("number")
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        self.refuse("number")
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        self.refuse("number")
    }
}

/// Written into the field's own schema (not a `$ref`), so that the field's limits can join it.
impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Secret")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "writeOnly": true })
    }
}

impl HasChars for Secret {
    fn num_chars(&self) -> usize {
        self.0.chars().count()
    }
}

impl HasBytes for Secret {
    fn num_bytes(&self) -> usize {
        self.0.len()
    }
}

impl HasSimpleLength for Secret {
    fn length(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize, Validate, JsonSchema)]
    struct SignIn {
        #[garde(length(chars, min = 8, max = 128))]
        password: Secret,
        #[garde(length(chars, min = 8))]
        previous: Option<Secret>,
    }

    fn sign_in(password: &str) -> SignIn {
        serde_json::from_value(json!({ "password": password })).unwrap()
    }

    #[test]
    fn it_prints_as_redacted_and_is_exposed_on_purpose() {
        let body = sign_in("correct horse");
        assert_eq!(
            format!("{body:?} {}", body.password),
            "SignIn { password: [redacted], previous: None } [redacted]"
        );
        assert_eq!(body.password.expose(), "correct horse");
    }

    #[test]
    fn equality_is_that_of_the_text() {
        assert_eq!(Secret::from("a key"), Secret::from("a key".to_owned()));
        assert_ne!(Secret::from("a key"), Secret::from("a kez"));
        assert_ne!(Secret::from("a key"), Secret::from("a key "));
    }

    #[test]
    fn length_rules_count_characters() {
        // Seven characters in fourteen bytes are too few.
        assert!(sign_in("äöüäöüä").validate().is_err());
        assert!(sign_in("äöüäöüäö").validate().is_ok());
        assert!(sign_in(&"x".repeat(129)).validate().is_err());
    }

    #[test]
    fn the_schema_carries_the_limits_and_the_format() {
        let schema = schemars::schema_for!(SignIn);
        assert_eq!(
            schema.as_value()["properties"]["password"],
            json!({
                "type": "string",
                "format": "password",
                "writeOnly": true,
                "minLength": 8,
                "maxLength": 128,
            })
        );
        assert_eq!(
            schema.as_value()["properties"]["previous"]["minLength"],
            json!(8)
        );
    }

    #[test]
    fn a_wrong_type_is_refused_without_quoting_it() {
        for wrong in [json!(12345678), json!(-1234567), json!(1.5e9), json!(true)] {
            let error = serde_json::from_value::<Secret>(wrong).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("expected a string"), "{text}");
            assert!(!text.contains("1234567") && !text.contains("1.5"), "{text}");
        }
    }
}

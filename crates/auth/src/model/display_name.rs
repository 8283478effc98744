//! What a user is called.

use std::{borrow::Cow, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// In characters (Unicode scalar values).
const MAX_LENGTH: usize = 100;

/// No control character, and something to see, as a regular expression that means the same in
/// ECMA-262, Python and Rust, which do not agree on what `\s` is.
const PATTERN: &str = concat!(
    r"^[^\u0000-\u001F\u007F-\u009F]*",
    r"[^\s\u0000-\u001F\u007F-\u009F\uFEFF]",
    r"[^\u0000-\u001F\u007F-\u009F]*$",
);

/// What a user is called: 1 to 100 characters, not all of them blank, and none a control
/// character: it goes into the headers of e-mails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DisplayName(String);

/// A text that is no display name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidDisplayName {
    /// There is nothing to see.
    #[error("must not be blank")]
    Blank,
    /// It is too long.
    #[error("must be at most 100 characters long")]
    TooLong,
    /// A line break, a tab, or the like.
    #[error("must not contain control characters")]
    Control,
}

impl DisplayName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = InvalidDisplayName;

    fn from_str(text: &str) -> Result<Self, InvalidDisplayName> {
        if text.chars().count() > MAX_LENGTH {
            return Err(InvalidDisplayName::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidDisplayName::Control);
        }
        if text.chars().all(is_blank) {
            return Err(InvalidDisplayName::Blank);
        }
        Ok(Self(text.to_owned()))
    }
}

/// The byte order mark is white space to JavaScript.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}

impl From<DisplayName> for String {
    fn from(name: DisplayName) -> Self {
        name.0
    }
}

impl TryFrom<String> for DisplayName {
    type Error = InvalidDisplayName;

    fn try_from(text: String) -> Result<Self, InvalidDisplayName> {
        text.parse()
    }
}

impl<'de> Deserialize<'de> for DisplayName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::parsed(deserializer)
    }
}

impl JsonSchema for DisplayName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DisplayName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_LENGTH,
            "pattern": PATTERN,
            "examples": ["Ada Lovelace"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_and_the_schema_agree() {
        let schema = schemars::schema_for!(DisplayName);
        let validator = jsonschema::validator_for(schema.as_value()).unwrap();
        let hundred = "ä".repeat(100);
        for text in ["A", " a ", "Ada Lovelace", "李", "👩🏽‍🚀", "\u{301}", &hundred] {
            assert!(text.parse::<DisplayName>().is_ok(), "{text:?}");
            assert!(validator.is_valid(&text.into()), "{text:?}");
        }
        let long = "ä".repeat(101);
        for text in [
            "",
            " ",
            "\u{a0}\u{3000}",
            "\u{feff}",
            "\u{85}",
            "a\nb",
            "a\n",
            "\ta",
            "a\u{0}",
            "a\u{7f}",
            "\u{9f}a",
            "\u{2028}",
            "\u{1680}",
            &long,
        ] {
            assert!(text.parse::<DisplayName>().is_err(), "{text:?}");
            assert!(!validator.is_valid(&text.into()), "{text:?}");
        }
    }
}

//! What users may do beyond their own things, by the name of their role.

use std::{borrow::Cow, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// In bytes, which are characters here.
const MAX_LENGTH: usize = 32;

/// What the JSON schema says of a name.
const PATTERN: &str = "^[a-z][a-z0-9_-]{0,31}$";

const USER: &str = "user";
const ADMIN: &str = "admin";

/// What a role is called: 1 to 32 of `a-z`, `0-9`, `_` and `-`, the first a letter. `user` and
/// `admin` are built in; operators add others (`AUTH_ROLES`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RoleName(Cow<'static, str>);

/// A text that is no role's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be 1 to 32 of a-z, 0-9, _ and -, the first a letter")]
pub struct InvalidRoleName;

impl RoleName {
    /// Who may do nothing beyond their own things.
    pub const fn user() -> Self {
        Self(Cow::Borrowed(USER))
    }

    /// Who may do everything.
    pub const fn admin() -> Self {
        Self(Cow::Borrowed(ADMIN))
    }

    /// Whether it is `admin`.
    pub fn is_admin(&self) -> bool {
        self.0 == ADMIN
    }

    /// Whether it is there whatever the settings say.
    pub fn is_built_in(&self) -> bool {
        self.is_admin() || self.0 == USER
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RoleName {
    type Err = InvalidRoleName;

    fn from_str(text: &str) -> Result<Self, InvalidRoleName> {
        let follows =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        let is_name = text.len() <= MAX_LENGTH
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(follows);
        match text {
            USER => Ok(Self::user()),
            ADMIN => Ok(Self::admin()),
            _ if is_name => Ok(Self(Cow::Owned(text.to_owned()))),
            _ => Err(InvalidRoleName),
        }
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.0.into_owned()
    }
}

impl TryFrom<String> for RoleName {
    type Error = InvalidRoleName;

    fn try_from(text: String) -> Result<Self, InvalidRoleName> {
        text.parse()
    }
}

impl<'de> Deserialize<'de> for RoleName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::parsed(deserializer)
    }
}

impl JsonSchema for RoleName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RoleName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_LENGTH,
            "pattern": PATTERN,
            "examples": [USER, ADMIN],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_and_the_schema_agree() {
        let schema = schemars::schema_for!(RoleName);
        let validator = jsonschema::validator_for(schema.as_value()).unwrap();
        let longest = "a".repeat(32);
        for text in ["a", "user", "admin", "support-2", "first_line", &longest] {
            assert_eq!(text.parse::<RoleName>().unwrap().as_str(), text);
            assert!(validator.is_valid(&text.into()), "{text}");
        }
        let long = "a".repeat(33);
        for text in [
            "", "A", "2nd", "_a", "-", "a b", "a\n", "a;b", "ä", "a\u{0}", "admin ", &long,
        ] {
            assert!(text.parse::<RoleName>().is_err(), "{text:?}");
            assert!(!validator.is_valid(&text.into()), "{text:?}");
        }
    }

    #[test]
    fn two_are_built_in() {
        assert!(RoleName::admin().is_admin() && RoleName::admin().is_built_in());
        assert!(!RoleName::user().is_admin() && RoleName::user().is_built_in());
        let other: RoleName = "support".parse().unwrap();
        assert!(!other.is_admin() && !other.is_built_in());
        assert_eq!("admin".parse(), Ok(RoleName::admin()));
    }
}

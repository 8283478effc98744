//! What a post is made of: its id and its title, without any I/O.

use std::{borrow::Cow, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error};

pub use ashlar_contracts::posts::{Post, PostId};

/// In characters (Unicode scalar values), with the blanks around it.
const MAX_LENGTH: usize = 200;

/// The rule of [`Title::from_str`] but for the length, as a regular expression that means the same
/// in ECMA-262, Python and Rust, which do not agree on what `\s` is: blanks, something to see, and
/// neither control characters nor line breaks from the first to the last thing to see.
const PATTERN: &str = concat!(
    r"^[\u0009-\u000D \u0085\u00A0\u00AD\u1680\u2000-\u200F\u2028\u2029\u202F\u205F-\u2064\u3000\uFEFF]*",
    r"[^\u0000-\u0020\u007F-\u00A0\u00AD\u1680\u2000-\u200F\u2028\u2029\u202F\u205F-\u2064\u3000\uFEFF]",
    r"(?:[^\u0000-\u001F\u007F-\u009F\u2028\u2029]*",
    r"[^\u0000-\u0020\u007F-\u00A0\u00AD\u1680\u2000-\u200F\u2028\u2029\u202F\u205F-\u2064\u3000\uFEFF])?",
    r"[\u0009-\u000D \u0085\u00A0\u00AD\u1680\u2000-\u200F\u2028\u2029\u202F\u205F-\u2064\u3000\uFEFF]*$",
);

/// The title of a post: one line of 1 to 200 characters. Blanks around it count for its length and
/// are then cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Title(String);

/// A text that is no title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTitle {
    /// There is nothing to see.
    #[error("Title cannot be empty")]
    Blank,
    /// It is too long.
    #[error("must be at most 200 characters long")]
    TooLong,
    /// A line break, a tab, or the like: a title stands in lists and in the subjects of mails.
    #[error("must not contain line breaks or control characters")]
    Control,
}

impl Title {
    /// The title.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two titles are compared by: no reader tells them apart by their case. At most twice as
    /// many characters as the title has.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for Title {
    type Err = InvalidTitle;

    fn from_str(text: &str) -> Result<Self, InvalidTitle> {
        let title = text.trim_matches(is_blank);
        if title.is_empty() {
            return Err(InvalidTitle::Blank);
        }
        if text.chars().count() > MAX_LENGTH {
            return Err(InvalidTitle::TooLong);
        }
        if title.chars().any(breaks_the_line) {
            return Err(InvalidTitle::Control);
        }
        Ok(Self(title.to_owned()))
    }
}

/// White space, and what has no width: alone it leaves nothing to see, and around a title it would
/// make two of what is one to the eye. The byte order mark is white space to JavaScript.
fn is_blank(character: char) -> bool {
    let has_no_width = matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
    );
    has_no_width || character.is_whitespace()
}

fn breaks_the_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

impl From<Title> for String {
    fn from(title: Title) -> Self {
        title.0
    }
}

impl TryFrom<String> for Title {
    type Error = InvalidTitle;

    fn try_from(text: String) -> Result<Self, InvalidTitle> {
        text.parse()
    }
}

impl<'de> Deserialize<'de> for Title {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Title {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Title".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_LENGTH,
            "pattern": PATTERN,
            "examples": ["How arches stand"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, InvalidTitle> {
        text.parse().map(|title: Title| title.0)
    }

    #[test]
    fn blanks_around_a_title_are_cut_off() {
        for (text, title) in [
            ("How arches stand", "How arches stand"),
            (" \t\u{3000}a\u{a0} b\n", "a\u{a0} b"),
            ("\u{feff}李\u{85}", "李"),
            ("\u{200b}👩\u{200d}🚀\u{200e}", "👩\u{200d}🚀"),
            ("\u{301}", "\u{301}"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(title), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_title_is_told_why() {
        let long = " ".repeat(201);
        for blank in [
            "",
            " ",
            "\n\t",
            "\u{a0}\u{3000}\u{feff}",
            "\u{200b}\u{2060}",
            &long,
        ] {
            assert_eq!(parse(blank), Err(InvalidTitle::Blank), "{blank:?}");
        }
        assert_eq!(parse(&"ä".repeat(201)), Err(InvalidTitle::TooLong));
        for control in ["a\nb", "\0", "a\u{7f}", "\u{9f}a", "a\u{2028}b"] {
            assert_eq!(parse(control), Err(InvalidTitle::Control), "{control:?}");
        }
    }

    #[test]
    fn the_schema_says_the_same() {
        let schema = schemars::schema_for!(Title);
        let validator = jsonschema::validator_for(schema.as_value()).unwrap();
        let longest = format!(" {}\n", "ä".repeat(198));
        let too_long = format!("{longest} ");
        for text in [
            "a",
            " a ",
            "a b",
            "\u{85}a\t",
            "\u{feff}a",
            "\u{301}",
            "👩🏽‍🚀",
            "",
            " ",
            "\n\t",
            "\u{2028}",
            "\u{1680}\u{feff}",
            "a\nb",
            "a\0",
            "\u{1}a",
            "a \u{9f}",
            "a\u{b}b",
            "a\u{2029}b",
            "\u{200b}",
            "\u{200d}a\u{ad}",
            "a\u{200d}b",
            &longest,
            &too_long,
        ] {
            let valid = validator.is_valid(&text.into());
            assert_eq!(valid, parse(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn case_does_not_tell_titles_apart() {
        let key = |text: &str| text.parse::<Title>().unwrap().key();
        assert_eq!(key("ÜBER Arches"), key("über arches"));
        assert_ne!(key("a b"), key("ab"));
        assert!(key(&"İ".repeat(200)).chars().count() <= 2 * MAX_LENGTH);
    }
}

//! An e-mail address.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use thiserror::Error;

/// The longest address that fits an SMTP path (RFC 5321, 4.5.3.1.3, less its angle brackets).
const MAX_LENGTH: usize = 254;

/// The longest local part (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL_LENGTH: usize = 64;

/// The longest label of a domain name (RFC 1035, 2.3.4).
const MAX_LABEL_LENGTH: usize = 63;

/// The same rule as [`Email::from_str`], but for the whole length, as a regular expression
/// (ECMA-262). The look-ahead limits the local part.
const PATTERN: &str = concat!(
    r"^(?=[^@]{1,64}@)",
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*",
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+",
    r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$",
);

/// An e-mail address, as its owner writes it: a dot-atom, `@`, and a domain name with at least two
/// labels (RFC 5321, 4.1.2), in ASCII.
///
/// Quoted local parts, address literals (`[127.0.0.1]`) and comments are refused: no mailbox that
/// people have needs them. A domain in another script is written in its ASCII form (`xn--…`), as
/// mail programs and browsers do; so no two spellings in Unicode can pass for the same address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Email(String);

/// A text that is no e-mail address we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be an e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two addresses are compared by: case means nothing, though RFC 5321 (2.4) would let a
    /// host tell local parts apart by it; none does.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        if text.len() <= MAX_LENGTH && is_local_part(local) && is_domain(domain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEmail)
        }
    }
}

fn is_local_part(local: &str) -> bool {
    local.len() <= MAX_LOCAL_LENGTH
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_text))
}

/// `atext` (RFC 5322, 3.2.3).
fn is_atom_text(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

fn is_domain(domain: &str) -> bool {
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    domain.split('.').all(is_label)
        && top.len() >= 2
        && top.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL_LENGTH
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        text.parse()
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::parsed(deserializer)
    }
}

impl JsonSchema for Email {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Email".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "email",
            "maxLength": MAX_LENGTH,
            "pattern": PATTERN,
            "examples": ["ada@example.org"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(length: usize) -> String {
        "a".repeat(length)
    }

    fn accepted() -> Vec<String> {
        let mut accepted: Vec<String> = [
            "ada@example.org",
            "Ada.Lovelace+tag@Example.co.uk",
            "!#$%&'*+/=?^_`{|}~-@example.org",
            "a@b.cd",
            "1@2.x3",
            "x@xn--bcher-kva.example",
        ]
        .map(str::to_owned)
        .into();
        accepted.push(format!("{}@example.org", label(64)));
        accepted.push(format!("a@{}.org", label(63)));
        accepted.push(format!("a@b.{}", label(63)));
        let domain = [label(63), label(63), label(61)].join(".");
        accepted.push(format!("{}@{domain}", label(64)));
        accepted
    }

    fn refused() -> Vec<String> {
        let mut refused: Vec<String> = [
            "",
            "@",
            "a",
            "a@",
            "@b.cd",
            "a@b",
            "a@b.c",
            "a@b.1c",
            "a@b.cd.",
            "a@.b.cd",
            "a@b..cd",
            ".a@b.cd",
            "a.@b.cd",
            "a..b@b.cd",
            "a@@b.cd",
            "a@b@c.de",
            "a b@b.cd",
            " a@b.cd",
            "a@b.cd ",
            "a@b.cd\n",
            "a@-b.cd",
            "a@b-.cd",
            "a@b.cd-",
            "a@b_c.de",
            "\"a\"@b.cd",
            "a@[127.0.0.1]",
            "ä@b.cd",
            "a@ä.de",
            "ａ@b.cd",
            "a@b.cd\u{0}",
            "a(comment)@b.cd",
            "a,b@c.de",
            "a:b@c.de",
            "a@b.c\u{212a}",
        ]
        .map(str::to_owned)
        .into();
        refused.push(format!("{}@example.org", label(65)));
        refused.push(format!("a@{}.org", label(64)));
        refused.push(format!("a@b.{}", label(64)));
        let domain = [label(63), label(63), label(62)].join(".");
        refused.push(format!("{}@{domain}", label(64)));
        refused
    }

    #[test]
    fn the_rule_is_that_of_mail_in_practice() {
        for text in accepted() {
            assert!(text.parse::<Email>().is_ok(), "{text}");
        }
        for text in refused() {
            assert_eq!(text.parse::<Email>(), Err(InvalidEmail), "{text}");
        }
    }

    #[test]
    fn the_schema_says_the_same() {
        let schema = schemars::schema_for!(Email);
        let validator = jsonschema::validator_for(schema.as_value()).unwrap();
        for text in accepted() {
            assert!(validator.is_valid(&text.clone().into()), "{text}");
        }
        for text in refused() {
            assert!(!validator.is_valid(&text.clone().into()), "{text}");
        }
    }

    #[test]
    fn case_does_not_tell_addresses_apart() {
        let keys = ["Ada@Example.org", "ada@example.ORG"].map(|text| {
            let email: Email = text.parse().unwrap();
            email.key()
        });
        assert_eq!(keys[0], keys[1]);
    }
}

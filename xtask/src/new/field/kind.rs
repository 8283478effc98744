//! What a field may hold: how each type is written in Rust, in a table, in a rule and in a test.

use crate::new::name;

/// The most characters of a `string`: with more, an index could not hold it.
const MAX_STRING: u16 = 255;

/// What a type may be.
pub(super) const TYPES: &str = "a type is string, string(80), text, int, i64, bool, date, datetime or uuid, \
    then ? when it may be null and ! when it is unique among its owner's";

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text of at most so many characters.
    String(u16),
    Text,
    Int,
    Big,
    Bool,
    Date,
    Datetime,
    Uuid,
}

impl Kind {
    /// The type of this name.
    pub(super) fn parse(spec: &str) -> Result<Self, String> {
        Ok(match spec {
            "string" => Self::String(MAX_STRING),
            "text" => Self::Text,
            "int" | "i32" => Self::Int,
            "i64" => Self::Big,
            "bool" => Self::Bool,
            "date" => Self::Date,
            "datetime" => Self::Datetime,
            "uuid" => Self::Uuid,
            "decimal" | "money" | "float" | "f64" => {
                return Err(format!(
                    "there is no type `{spec}`: money is an i64 in minor units (total_cents), \
                 which adds up exactly"
                ));
            }
            _ => {
                let length = spec
                    .strip_prefix("string(")
                    .and_then(|rest| rest.strip_suffix(')'));
                let Some(length) = length else {
                    return Err(format!("there is no type `{spec}`; {TYPES}"));
                };
                let length = length
                    .parse()
                    .ok()
                    .filter(|length| (2..=MAX_STRING).contains(length));
                Self::String(length.ok_or_else(|| {
                format!(
                    "`{spec}`: a string has 2 to {MAX_STRING} characters; longer ones are a text"
                )
            })?)
            }
        })
    }

    pub(super) fn rust(self) -> &'static str {
        match self {
            Self::String(_) | Self::Text => "String",
            Self::Int => "i32",
            Self::Big => "i64",
            Self::Bool => "bool",
            Self::Date => "Day",
            Self::Datetime => "Moment",
            Self::Uuid => "ForeignId",
        }
    }

    pub(super) fn garde(self) -> String {
        match self {
            Self::String(max) => format!("length(chars, min = 1, max = {max})"),
            Self::Text => "length(chars, min = 1, max = 100_000)".to_owned(),
            Self::Int => "range(min = i32::MIN, max = i32::MAX)".to_owned(),
            // What a number in JSON holds exactly (RFC 8259, 6).
            Self::Big => "range(min = -9_007_199_254_740_991_i64, max = 9_007_199_254_740_991_i64)"
                .to_owned(),
            _ => "skip".to_owned(),
        }
    }

    pub(super) fn example(self, name: &str) -> Option<String> {
        match self {
            Self::String(_) | Self::Text => Some(format!("&\"{}\"", self.text(name, "01"))),
            Self::Int | Self::Big => Some("100".to_owned()),
            Self::Bool => Some("false".to_owned()),
            Self::Date | Self::Datetime | Self::Uuid => None,
        }
    }

    pub(super) fn column_type(self) -> Option<String> {
        match self {
            Self::String(max) => Some(format!("String(StringLen::N({max}))")),
            Self::Text => Some("Text".to_owned()),
            _ => None,
        }
    }

    pub(super) fn column(self) -> &'static str {
        match self {
            Self::String(_) => "string_len",
            Self::Text => "text",
            Self::Int => "integer",
            Self::Big => "big_integer",
            Self::Bool => "boolean",
            Self::Date => "date",
            Self::Datetime => "timestamp_with_time_zone",
            Self::Uuid => "uuid",
        }
    }

    /// `number` with its limit in mind.
    pub(super) fn text(self, name: &str, number: &str) -> String {
        let words = name::capital(&name::words(name));
        match self {
            Self::String(max) if usize::from(max) < words.len() + 4 => number.to_owned(),
            _ => format!("{words} {number}"),
        }
    }

    pub(super) fn sample(self, name: &str) -> String {
        match self {
            Self::String(_) | Self::Text => {
                format!("format!(\"{}\")", self.text(name, "{nth:02x}"))
            }
            Self::Int | Self::Big => "nth".to_owned(),
            Self::Bool => "nth.is_multiple_of(2)".to_owned(),
            Self::Date => "format!(\"{}-01-31\", 2000 + nth)".to_owned(),
            Self::Datetime => "format!(\"{}-01-31T12:00:00Z\", 2000 + nth)".to_owned(),
            Self::Uuid => "format!(\"0192f0c1-7b8e-7c3a-9d54-{nth:012}\")".to_owned(),
        }
    }

    pub(super) fn literal(self) -> (&'static str, &'static str) {
        match self {
            Self::String(_) | Self::Text => ("\"text\".to_owned()", "\"text\""),
            Self::Int | Self::Big => ("7", "7"),
            Self::Bool => ("true", "true"),
            Self::Date => (
                "serde_json::from_str(r#\"\"2026-11-20\"\"#).expect(\"a day\")",
                "\"2026-11-20\"",
            ),
            Self::Datetime => (
                "serde_json::from_str(r#\"\"2026-11-20T12:00:00Z\"\"#).expect(\"a time\")",
                "\"2026-11-20T12:00:00Z\"",
            ),
            Self::Uuid => (
                "\"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b2f\".parse().expect(\"an id\")",
                "\"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b2f\"",
            ),
        }
    }

    pub(super) fn wrong(self) -> Vec<&'static str> {
        match self {
            Self::String(_) | Self::Text => vec!["json!(\"\")", "json!(\"a\\0b\")", "json!(5)"],
            Self::Int => vec!["json!(2_147_483_648_i64)", "json!(1.5)", "json!(\"7\")"],
            Self::Big => vec![
                "json!(9_007_199_254_740_992_i64)",
                "json!(1.5)",
                "json!(\"7\")",
            ],
            Self::Bool => vec!["json!(\"yes\")", "json!(1)"],
            Self::Date => vec![
                "json!(\"2026-02-30\")",
                "json!(\"2026-1-2\")",
                "json!(\"soon\")",
            ],
            Self::Datetime => vec!["json!(\"2026-11-20\")", "json!(\"soon\")", "json!(7)"],
            Self::Uuid => vec!["json!(\"me\")", "json!(7)"],
        }
    }

    pub(super) fn cursor(self) -> &'static str {
        match self {
            Self::String(_) | Self::Text => "Text",
            Self::Date => "Date",
            Self::Datetime => "Time",
            _ => "Number",
        }
    }
}

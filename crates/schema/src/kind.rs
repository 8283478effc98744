//! The types of columns: how each database spells them, and which helper of sea-orm-migration's
//! `schema` makes them.

use crate::model::{Both, Column};

/// PostgreSQL's and SQLite's word, `#` for a number, and the helper. The first that fits counts.
const KINDS: [(&str, &str, &str); 22] = [
    ("character varying(#)", "varchar(#)", "string_len"),
    ("character varying", "varchar", "string"),
    ("character(#)", "char(#)", "char_len"),
    ("text", "text", "text"),
    ("smallint", "smallint", "small_integer"),
    ("smallint", "tinyint", "tiny_integer"),
    ("integer", "integer", "integer"),
    ("integer", "smallint", "small_unsigned"),
    ("bigint", "integer", "big_integer"),
    ("real", "float", "float"),
    ("double precision", "double", "double"),
    ("numeric(#,#)", "real(#, #)", "decimal_len"),
    ("boolean", "boolean", "boolean"),
    ("uuid", "uuid_text", "uuid"),
    ("date", "date_text", "date"),
    ("time without time zone", "time_text", "time"),
    ("timestamp without time zone", "datetime_text", "date_time"),
    (
        "timestamp with time zone",
        "timestamp_with_timezone_text",
        "timestamp_with_time_zone",
    ),
    ("json", "json_text", "json"),
    ("jsonb", "jsonb_text", "json_binary"),
    ("bytea", "blob", "blob"),
    ("bytea", "varbinary_blob(#)", "var_binary"),
];

/// A type that the helpers know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The helper's name.
    pub(crate) helper: &'static str,
    /// What it takes beside the column's name.
    pub(crate) numbers: Vec<u32>,
}

impl Kind {
    /// The type of a column; none when no helper makes it.
    pub(crate) fn of(column: &Column) -> Option<Self> {
        Self::named(&column.kind)
    }

    fn named(kind: &Both<String>) -> Option<Self> {
        let (postgres, _) = shape(&kind.postgres);
        let (sqlite, numbers) = shape(&kind.sqlite);
        let known = KINDS
            .iter()
            .find(|(one, other, _)| *one == postgres && *other == sqlite)?;
        Some(Self {
            helper: known.2,
            numbers,
        })
    }

    /// Whether every value of this type is one of `other` too.
    pub(crate) fn widens_to(&self, other: &Self) -> bool {
        let place = |kind: &Self| {
            ["small_integer", "integer", "big_integer"]
                .iter()
                .position(|helper| *helper == kind.helper)
        };
        if let (Some(one), Some(other)) = (place(self), place(other)) {
            return one <= other;
        }
        match (self.helper, other.helper) {
            ("string_len", "string_len") => self.numbers <= other.numbers,
            ("string_len" | "string", "text" | "string") => true,
            ("float", "double") => true,
            _ => self == other,
        }
    }

    /// Whether both databases make the same of a value of this type when it becomes one of `other`. PostgreSQL casts and SQLite
    /// copies, so it is what SQLite's affinity does by itself: between integers, between texts, and from one to the other.
    pub(crate) fn converts_to(&self, other: &Self) -> bool {
        let family = |kind: &Self| match kind.helper {
            "small_integer" | "tiny_integer" | "integer" | "small_unsigned" | "big_integer"
            | "string_len" | "string" | "char_len" | "text" => "integer or text",
            "float" | "double" => "float",
            "json" | "json_binary" => "json",
            "blob" | "var_binary" => "bytes",
            helper => helper,
        };
        family(self) == family(other)
    }

    /// A value of this type that says nothing, as source: what rows get in a column that comes back.
    pub(crate) fn nothing(&self) -> &'static str {
        match self.helper {
            "small_integer" | "tiny_integer" | "integer" | "small_unsigned" | "big_integer" => "0",
            "float" | "double" | "decimal_len" => "0",
            "boolean" => "false",
            "uuid" => "columns::nil(manager)",
            "date" => r#""1970-01-01""#,
            "time" => r#""00:00:00""#,
            "date_time" => r#""1970-01-01 00:00:00""#,
            "timestamp_with_time_zone" => r#""1970-01-01T00:00:00+00:00""#,
            "json" | "json_binary" => r#""{}""#,
            _ => r#""""#,
        }
    }
}

/// A type with `#` for each of its numbers, and these.
fn shape(kind: &str) -> (String, Vec<u32>) {
    let mut shape = String::new();
    let mut numbers: Vec<u32> = Vec::new();
    let mut in_number = false;
    for character in kind.chars() {
        match character.to_digit(10) {
            Some(digit) if in_number => {
                if let Some(number) = numbers.last_mut() {
                    *number = number.saturating_mul(10).saturating_add(digit);
                }
            }
            Some(digit) => {
                numbers.push(digit);
                shape.push('#');
            }
            None => shape.push(character),
        }
        in_number = character.is_ascii_digit();
    }
    (shape, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(postgres: &str, sqlite: &str) -> Kind {
        let both = Both {
            postgres: postgres.to_owned(),
            sqlite: sqlite.to_owned(),
        };
        Kind::named(&both).expect("known")
    }

    #[test]
    fn types_are_found_with_their_numbers() {
        let string = kind("character varying(200)", "varchar(200)");
        assert_eq!(
            (string.helper, &*string.numbers),
            ("string_len", &[200][..])
        );
        let decimal = kind("numeric(10,2)", "real(10, 2)");
        assert_eq!(
            (decimal.helper, &*decimal.numbers),
            ("decimal_len", &[10, 2][..])
        );
    }

    #[test]
    fn what_fits_every_value_is_wider() {
        let (short, long) = (
            kind("character varying(9)", "varchar(9)"),
            kind("character varying(10)", "varchar(10)"),
        );
        let text = kind("text", "text");
        assert!(short.widens_to(&long) && long.widens_to(&text));
        assert!(!long.widens_to(&short) && !text.widens_to(&long));
        let (integer, big) = (kind("integer", "integer"), kind("bigint", "integer"));
        assert!(integer.widens_to(&big) && !big.widens_to(&integer));
        assert!(!integer.widens_to(&text));
    }

    #[test]
    fn what_the_databases_convert_in_ways_of_their_own_is_known() {
        let day = kind("date", "date_text");
        let moment = kind("timestamp with time zone", "timestamp_with_timezone_text");
        let (text, integer) = (kind("text", "text"), kind("integer", "integer"));
        let (uuid, truth) = (kind("uuid", "uuid_text"), kind("boolean", "boolean"));
        assert!(text.converts_to(&integer) && integer.converts_to(&text) && day.converts_to(&day));
        for (one, other) in [
            (&day, &moment),
            (&text, &uuid),
            (&uuid, &text),
            (&truth, &text),
        ] {
            assert!(!one.converts_to(other), "{one:?} {other:?}");
        }
    }
}

//! The day a task is due.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// A day as RFC 3339 writes a full date, `2026-11-20`, in the years 0001 to 9999: both databases
/// sort these alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DueDate(NaiveDate);

/// What is no [`DueDate`].
#[derive(Debug, thiserror::Error)]
#[error("must be a date as 2026-11-20")]
pub struct NoDueDate;

impl TryFrom<NaiveDate> for DueDate {
    type Error = NoDueDate;

    fn try_from(day: NaiveDate) -> Result<Self, NoDueDate> {
        if (1..=9999).contains(&day.year()) {
            Ok(Self(day))
        } else {
            Err(NoDueDate)
        }
    }
}

impl From<DueDate> for NaiveDate {
    fn from(due: DueDate) -> Self {
        due.0
    }
}

impl<'de> Deserialize<'de> for DueDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        // chrono would also take `2026-1-2` and `+12026-01-02`.
        let day = (text.len() == 10)
            .then(|| text.parse::<NaiveDate>().ok())
            .flatten();
        let due = day
            .filter(|day| day.to_string() == text)
            .map(Self::try_from);
        due.unwrap_or(Err(NoDueDate)).map_err(D::Error::custom)
    }
}

impl JsonSchema for DueDate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DueDate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "examples": ["2026-11-20"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_day_has_one_spelling() {
        let read = |text: &str| serde_json::from_value::<DueDate>(text.into()).ok();
        assert_eq!(
            serde_json::to_value(read("2026-11-20")).unwrap(),
            "2026-11-20"
        );
        for text in [
            "2026-1-2",
            " 2026-1-02",
            "2026-02-30",
            "0000-01-01",
            "12026-01-02",
            "soon",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}

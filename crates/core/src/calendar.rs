//! Days and moments that clients name, as both databases keep and sort them alike.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::stored_as;

/// Both databases sort these alike.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// A day as RFC 3339 writes a full date, `2026-11-20`, in the years 0001 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Day(NaiveDate);

/// What is no [`Day`].
#[derive(Debug, thiserror::Error)]
#[error("must be a date as 2026-11-20")]
pub struct NoDay;

/// A moment as RFC 3339 writes a date and time, `2026-11-20T12:00:00Z`, in the years 0001 to 9999:
/// in UTC, cut to the microsecond, the finest that both databases keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Moment(DateTime<Utc>);

/// What is no [`Moment`].
#[derive(Debug, thiserror::Error)]
#[error("must be a time as 2026-11-20T12:00:00Z")]
pub struct NoMoment;

stored_as!(Day, NaiveDate);
stored_as!(Moment, DateTime<Utc>);

impl TryFrom<NaiveDate> for Day {
    type Error = NoDay;

    fn try_from(day: NaiveDate) -> Result<Self, NoDay> {
        match YEARS.contains(&day.year()) {
            true => Ok(Self(day)),
            false => Err(NoDay),
        }
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl TryFrom<DateTime<Utc>> for Moment {
    type Error = NoMoment;

    fn try_from(time: DateTime<Utc>) -> Result<Self, NoMoment> {
        // By its microseconds, which also turns a leap second into the one that follows it.
        DateTime::from_timestamp_micros(time.timestamp_micros())
            .filter(|time| YEARS.contains(&time.year()))
            .map(Self)
            .ok_or(NoMoment)
    }
}

impl From<Moment> for DateTime<Utc> {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        // chrono would also take `2026-1-2` and `+12026-01-02`.
        let day = (text.len() == 10)
            .then(|| text.parse::<NaiveDate>().ok())
            .flatten();
        let day = day
            .filter(|day| day.to_string() == text)
            .map(Self::try_from);
        day.unwrap_or(Err(NoDay)).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        // chrono would also take a blank in the place of the `T`.
        let time = match text.as_bytes().get(10) {
            Some(b'T' | b't') => DateTime::parse_from_rfc3339(&text).ok(),
            _ => None,
        };
        let moment = time.map(|time| Self::try_from(time.to_utc()));
        moment.unwrap_or(Err(NoMoment)).map_err(D::Error::custom)
    }
}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "examples": ["2026-11-20"] })
    }
}

impl JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "examples": ["2026-11-20T12:00:00Z"],
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    #[test]
    fn one_day_has_one_spelling() {
        let read = |text: &str| from_value::<Day>(text.into()).ok();
        assert_eq!(json!(read("2026-11-20")), json!("2026-11-20"));
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

    #[test]
    fn a_moment_is_in_utc_and_of_microseconds() {
        for (text, told) in [
            ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
            ("2026-11-20t12:00:00.5+01:00", "2026-11-20T11:00:00.500Z"),
            (
                "2026-11-20T12:00:00.123456789Z",
                "2026-11-20T12:00:00.123456Z",
            ),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ] {
            let moment: Moment = from_value(text.into()).expect(text);
            assert_eq!(json!(moment), json!(told));
        }
        for value in [
            json!("2026-11-20"),
            json!("2026-11-20 12:00:00Z"),
            json!("2026-11-20T12:00:00"),
            json!("2026-02-30T12:00:00Z"),
            json!("9999-12-31T23:59:59-01:00"),
            json!("0001-01-01T00:00:00+01:00"),
            json!(1_700_000_000),
            Value::Null,
        ] {
            assert!(from_value::<Moment>(value.clone()).is_err(), "{value}");
        }
    }
}

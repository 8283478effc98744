//! What a setting's text can be read as.

use std::{path::PathBuf, time::Duration};

use super::mask::mask_url;
use crate::secret::{REDACTED, Secret};

/// A type that a variable's text can be read as.
pub trait Value: Sized + 'static {
    /// Whether such a value is never shown.
    const SECRET: bool = false;

    /// Reads `text`, which is not empty.
    ///
    /// # Errors
    /// What it must be, as the end of a sentence that begins with the variable's name. The text
    /// itself is left out: it may be a secret.
    fn parse(text: &str) -> Result<Self, String>;

    /// The value as the text that [`Value::parse`] reads, without what must not be seen.
    fn show(&self) -> String;
}

/// A type with few values, each with a name.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every value and what it is called, in lower case; the text is read in any case.
    const CHOICES: &'static [(&'static str, Self)];

    /// What the value is called.
    fn name(self) -> &'static str {
        let choice = Self::CHOICES.iter().find(|(_, value)| *value == self);
        choice.map_or("", |(name, _)| name)
    }
}

impl<T: Choice> Value for T {
    fn parse(text: &str) -> Result<Self, String> {
        let choice = T::CHOICES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
        choice.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<&str> = T::CHOICES.iter().map(|(name, _)| *name).collect();
            format!("must be one of {}", names.join(", "))
        })
    }

    fn show(&self) -> String {
        self.name().to_owned()
    }
}

macro_rules! whole_number {
    ($($number:ty)*) => {$(
        impl Value for $number {
            fn parse(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|_| {
                    format!("must be a whole number from {} to {}", Self::MIN, Self::MAX)
                })
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

whole_number!(u16 u32 u64 usize);

impl Value for bool {
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            _ => Err("must be true or false (or 1 or 0, yes or no)".to_owned()),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for String {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn show(&self) -> String {
        mask_url(self)
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for Secret {
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::from(text))
    }

    fn show(&self) -> String {
        REDACTED.to_owned()
    }
}

/// A list: its items stand between commas; blanks around them do not count, empty ones neither.
impl<T: Value> Value for Vec<T> {
    const SECRET: bool = T::SECRET;

    fn parse(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| T::parse(item).map_err(|must| format!("has an item that {must}")))
            .collect()
    }

    fn show(&self) -> String {
        self.iter().map(T::show).collect::<Vec<_>>().join(",")
    }
}

/// The longest time that can be set. Far above what anyone means, and far below what makes
/// arithmetic with points in time overflow.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    parse_duration(text, 1.0)
        .ok_or_else(|| "must be a number of seconds, such as 30 or 0.5".to_owned())
}

pub(super) fn parse_minutes(text: &str) -> Result<Duration, String> {
    parse_duration(text, 60.0)
        .ok_or_else(|| "must be a number of minutes, such as 30 or 0.5".to_owned())
}

pub(super) fn show_seconds(duration: &Duration) -> String {
    duration.as_secs_f64().to_string()
}

pub(super) fn show_minutes(duration: &Duration) -> String {
    (duration.as_secs_f64() / 60.0).to_string()
}

fn parse_duration(text: &str, seconds_per_unit: f64) -> Option<Duration> {
    let number: f64 = text.trim().parse().ok()?;
    let duration = Duration::try_from_secs_f64(number * seconds_per_unit).ok()?;
    (duration <= LONGEST).then_some(duration)
}

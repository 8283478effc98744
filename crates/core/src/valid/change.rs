//! A field of a PATCH body: left alone, or set.

use std::borrow::Cow;

use garde::rules::{
    length::chars::Chars,
    pattern::{Matcher, Pattern},
    range::{Bounds, OutOfBounds},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

/// Whether a PATCH names a field (RFC 7396): absent is `Keep`, present is `Set`. A field that may
/// be cleared is a `Change<Option<T>>`, whose `Set(None)` is an explicit null; for any other field
/// null is refused like every wrong type.
///
/// Use it with `#[serde(default)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
pub enum Change<T> {
    /// The body does not name the field.
    #[default]
    Keep,
    /// The body gives the field this value.
    Set(T),
}

impl<T> Change<T> {
    /// The new value, if there is one.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Keep => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Whether the field is left alone.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::Set)
    }
}

impl<T: JsonSchema> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: Chars> Chars for Change<T> {
    fn validate_num_chars(&self, min: usize, max: usize) -> Result<(), garde::Error> {
        match self {
            Self::Keep => Ok(()),
            Self::Set(value) => value.validate_num_chars(min, max),
        }
    }
}

impl<T: Pattern> Pattern for Change<T> {
    fn validate_pattern<M: Matcher>(&self, pattern: &M) -> bool {
        match self {
            Self::Keep => true,
            Self::Set(value) => value.validate_pattern(pattern),
        }
    }
}

impl<T: Bounds> Bounds for Change<T> {
    type Size = T::Size;
    const MIN: Self::Size = T::MIN;
    const MAX: Self::Size = T::MAX;

    fn validate_bounds(&self, lower: Self::Size, upper: Self::Size) -> Result<(), OutOfBounds> {
        match self {
            Self::Keep => Ok(()),
            Self::Set(value) => value.validate_bounds(lower, upper),
        }
    }
}

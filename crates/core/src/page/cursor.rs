//! Cursors: where a page ended, sealed so that a client can neither read meaning into one nor make
//! one up, and bound to the list and the order it came from.

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How much of the HMAC-SHA-256 is kept, in bytes: 128 bits (NIST SP 800-107, 5.3.3).
const SEAL_BYTES: usize = 16;

/// One sort key's value in the row that a page ended with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CursorValue {
    /// A whole number.
    #[serde(rename = "n")]
    Number(i64),
    /// A text.
    #[serde(rename = "t")]
    Text(String),
    /// A point in time.
    #[serde(rename = "u", with = "chrono::serde::ts_microseconds")]
    Time(DateTime<Utc>),
    /// A day.
    #[serde(rename = "d")]
    Date(NaiveDate),
    /// An id.
    #[serde(rename = "i")]
    Id(Uuid),
}

impl From<CursorValue> for Value {
    fn from(value: CursorValue) -> Self {
        match value {
            CursorValue::Number(number) => number.into(),
            CursorValue::Text(text) => text.into(),
            CursorValue::Time(time) => time.into(),
            CursorValue::Date(date) => date.into(),
            CursorValue::Id(id) => id.into(),
        }
    }
}

/// Seals cursors. Every process of a cluster has the same key.
#[derive(Clone)]
pub struct CursorKey(hmac::Key);

impl CursorKey {
    /// The key made of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The cursor behind `values` in the list `context`.
    pub(crate) fn seal(&self, context: &[&str], values: &[CursorValue]) -> String {
        // These types always serialize.
        let payload = serde_json::to_vec(values).unwrap_or_default();
        let mut sealed = self.tag(context, &payload);
        sealed.extend_from_slice(&payload);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The values in `cursor`, if it was made by [`CursorKey::seal`] for the same `context`.
    pub(crate) fn open(&self, context: &[&str], cursor: &str) -> Option<Vec<CursorValue>> {
        let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, payload) = sealed.split_at_checked(SEAL_BYTES)?;
        let expected = self.tag(context, payload);
        aws_lc_rs::constant_time::verify_slices_are_equal(tag, &expected).ok()?;
        serde_json::from_slice(payload).ok()
    }

    fn tag(&self, context: &[&str], payload: &[u8]) -> Vec<u8> {
        let mut mac = hmac::Context::with_key(&self.0);
        for part in context {
            // Lengths keep the parts apart.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.update(payload);
        mac.sign().as_ref()[..SEAL_BYTES].to_vec()
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Vec<CursorValue> {
        vec![
            CursorValue::Text("ä".into()),
            CursorValue::Number(-3),
            CursorValue::Id(Uuid::nil()),
        ]
    }

    #[test]
    fn a_cursor_opens_in_its_own_list_only() {
        let key = CursorKey::new(&[7; 32]);
        let cursor = key.seal(&["/projects", "-name"], &values());
        assert_eq!(key.open(&["/projects", "-name"], &cursor), Some(values()));
        assert_eq!(key.open(&["/tasks", "-name"], &cursor), None);
        assert_eq!(key.open(&["/projects", "name"], &cursor), None);
        assert_eq!(key.open(&["/projects-", "name"], &cursor), None);
        let other = CursorKey::new(&[8; 32]);
        assert_eq!(other.open(&["/projects", "-name"], &cursor), None);
    }

    #[test]
    fn a_tampered_cursor_does_not_open() {
        let key = CursorKey::new(&[7; 32]);
        let cursor = key.seal(&["/projects"], &values());
        for position in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let tampered = String::from_utf8(bytes).unwrap();
            assert_eq!(key.open(&["/projects"], &tampered), None, "{position}");
        }
        for junk in ["", "a", "AAAA", "%%%", "ääää"] {
            assert_eq!(key.open(&["/projects"], junk), None, "{junk}");
        }
    }
}

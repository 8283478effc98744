//! When to try again: exponential backoff with full jitter, never earlier than the upstream asks, and
//! never past the deadline.

use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, SystemTime},
};

use actix_web::http::header::HttpDate;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// No backoff is longer; a `Retry-After` may be.
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

/// A `Retry-After` of more is taken as this: an upstream must not make us promise a year.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to pause before retry number `retry` (from 1); `chance` is uniform in 0..1.
///
/// Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter") spreads callers that failed
/// together. What the upstream asked for comes first and the jitter on top of it.
pub(super) fn pause(
    base: Duration,
    retry: u32,
    retry_after: Option<Duration>,
    chance: f64,
) -> Duration {
    let doubled = base.saturating_mul(2_u32.saturating_pow(retry.saturating_sub(1)));
    retry_after.unwrap_or_default() + doubled.min(LONGEST_BACKOFF).mul_f64(chance)
}

/// A number uniform in 0..1, good enough to spread retries and for nothing else.
pub(super) fn chance() -> f64 {
    // Each RandomState has other keys, of a seed that the system gave; 53 bits fill an f64.
    let random = RandomState::new().hash_one(0_u8) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in an f64")]
    let fraction = random as f64 / (1_u64 << 53) as f64;
    fraction
}

/// The `Retry-After` of an answer that came at `received`: seconds or a date (RFC 9110 section
/// 10.2.3). `None` without one that can be read; zero for a date that has passed.
///
/// A date counts from the upstream's own `Date`, so that a clock that is off, theirs or ours, does
/// no harm; without one, from `received`.
pub(super) fn retry_after(headers: &HeaderMap, received: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let after = if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        // More digits than fit mean "very long".
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let date = http_date(value)?;
        let said = headers
            .get(DATE)
            .and_then(|date| http_date(date.to_str().ok()?));
        date.duration_since(said.unwrap_or(received))
            .unwrap_or_default()
    };
    Some(after.min(LONGEST_RETRY_AFTER))
}

fn http_date(text: &str) -> Option<SystemTime> {
    text.parse::<HttpDate>().ok().map(SystemTime::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    fn read(pairs: &[(&'static str, &'static str)], received: &str) -> Option<Duration> {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        retry_after(&headers, http_date(received).unwrap())
    }

    #[test]
    fn backoff_doubles_up_to_a_limit() {
        let base = 100 * MILLI;
        assert_eq!(pause(base, 1, None, 1.0), 100 * MILLI);
        assert_eq!(pause(base, 3, None, 1.0), 400 * MILLI);
        assert_eq!(pause(base, 3, None, 0.25), 100 * MILLI);
        assert_eq!(pause(base, 3, None, 0.0), Duration::ZERO);
        assert_eq!(pause(base, u32::MAX, None, 1.0), LONGEST_BACKOFF);
    }

    #[test]
    fn what_the_upstream_asks_is_the_least() {
        let asked = Duration::from_secs(2);
        assert_eq!(pause(100 * MILLI, 1, Some(asked), 0.0), asked);
        assert_eq!(pause(100 * MILLI, 1, Some(asked), 1.0), asked + 100 * MILLI);
    }

    #[test]
    fn chance_fills_its_range() {
        let drawn: Vec<f64> = (0..1_000).map(|_| chance()).collect();
        assert!(drawn.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = drawn.iter().sum::<f64>() / 1_000.0;
        // Nine standard errors of the mean of a thousand uniform numbers.
        assert!((mean - 0.5).abs() < 0.082, "{mean}");
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        let second = Duration::from_secs(1);
        assert_eq!(read(&[], now), None);
        assert_eq!(read(&[("retry-after", "120")], now), Some(120 * second));
        let later = [("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")];
        assert_eq!(read(&later, now), Some(30 * second));
        let old_form = [("retry-after", "Sunday, 06-Nov-94 08:50:07 GMT")];
        assert_eq!(read(&old_form, now), Some(30 * second));
        let past = [("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")];
        assert_eq!(read(&past, now), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_counts_from_the_upstreams_own_clock() {
        let skewed = [
            ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"),
            ("date", "Sun, 06 Nov 1994 08:50:00 GMT"),
        ];
        let ours = "Sun, 06 Nov 1994 03:00:00 GMT";
        assert_eq!(read(&skewed, ours), Some(Duration::from_secs(7)));
    }

    #[test]
    fn nonsense_and_eternity_are_not_believed() {
        let now = "Sun, 06 Nov 1994 08:49:37 GMT";
        for value in ["", "-1", "1.5", "soon", "1e9"] {
            assert_eq!(read(&[("retry-after", value)], now), None, "{value:?}");
        }
        for value in ["99999999999999999999999", "Sat, 06 Nov 2094 08:49:37 GMT"] {
            assert_eq!(
                read(&[("retry-after", value)], now),
                Some(LONGEST_RETRY_AFTER)
            );
        }
    }
}

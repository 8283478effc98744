//! Which events are logged.

use std::fmt;

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use crate::settings::Value;

/// Which events are logged: a level, or directives by target as `info,sqlx=warn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directives(String);

impl Directives {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The level, if it is no more than that.
    pub(super) fn bare_level(&self) -> Option<LevelFilter> {
        level(&self.0)
    }
}

impl Default for Directives {
    fn default() -> Self {
        Self("INFO".to_owned())
    }
}

impl fmt::Display for Directives {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for Directives {
    fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let text = parts.join(",");
        let filter = EnvFilter::builder().parse(&text);
        // A word alone would be taken for a target whose every event is logged, and all else not:
        // not what anyone means who writes LOG_LEVEL=verbose.
        let is_word = |part: &str| !part.contains(['=', '[']) && level(part).is_none();
        if filter.is_err() || parts.into_iter().any(is_word) {
            let levels = "off, error, warn, info, debug or trace";
            return Err(format!(
                "must be {levels}; or a list such as info,sqlx=warn"
            ));
        }
        Ok(Self(text))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

fn level(text: &str) -> Option<LevelFilter> {
    // LevelFilter reads digits and nothing as levels too; nobody should have to know which.
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    text.parse().ok().filter(|_| is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_lists_are_read() {
        for (text, bare) in [
            ("INFO", Some(LevelFilter::INFO)),
            ("debug", Some(LevelFilter::DEBUG)),
            ("off", Some(LevelFilter::OFF)),
            ("info,sqlx=warn", None),
            ("warn, ashlar_core::client=trace", None),
            ("[request]=debug", None),
        ] {
            assert_eq!(
                Directives::parse(text).unwrap().bare_level(),
                bare,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_level_is_refused() {
        for text in ["verbose", "info,sqlx", "sqlx=loud", "3", ",", "info,"] {
            assert!(Directives::parse(text).is_err(), "{text}");
        }
    }
}

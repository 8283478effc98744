//! How often something may be guessed.

use std::time::Duration;

use ashlar_core::settings::Reader;

/// How often something may be guessed. Whatever is set, an account withstands: an attacker gets
/// fewer than 100 guesses in any hour (OWASP ASVS 4.0, 2.2.1).
#[derive(Clone, Debug)]
pub struct ThrottleSettings {
    /// `AUTH_ACCOUNT_ATTEMPTS`: wrong guesses at an account before each further one has to wait:
    /// 1 s, 2 s, 4 s, and so on. Default: 5.
    pub account_attempts: u32,
    /// `AUTH_ACCOUNT_MAX_DELAY`: the longest such wait, and the time after which one wrong guess is
    /// forgotten. Default: 15 minutes.
    pub account_max_delay: Duration,
    /// `AUTH_ADDRESS_ATTEMPTS`: wrong guesses that one client address may make in a row, at whatever
    /// accounts; its network may make ten times as many. Default: 100 in production, else 10000.
    pub address_attempts: u32,
    /// `AUTH_ADDRESS_ATTEMPTS_PER_MINUTE`: how many of them it gets back each minute. Default: 20.
    pub address_attempts_per_minute: u32,
}

impl ThrottleSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let address_attempts = match reader.environment().is_production() {
            true => 100,
            false => 10_000,
        };
        Self {
            account_attempts: reader
                .var(
                    "AUTH_ACCOUNT_ATTEMPTS",
                    "Wrong guesses at an account before each further one has to wait",
                )
                .range(2..=20)
                .default(5),
            account_max_delay: reader
                .seconds(
                    "AUTH_ACCOUNT_MAX_DELAY",
                    "Seconds of the longest such wait; after as many one wrong guess is forgotten",
                )
                .range(Duration::from_secs(60)..=Duration::from_secs(60 * 60))
                .default(Duration::from_secs(15 * 60)),
            address_attempts: reader
                .var(
                    "AUTH_ADDRESS_ATTEMPTS",
                    "Wrong guesses that a client address may make in a row; its network ten times as many",
                )
                .range(2..=1_000_000)
                .default_as("100 in production, else 10000", address_attempts),
            address_attempts_per_minute: reader
                .var(
                    "AUTH_ADDRESS_ATTEMPTS_PER_MINUTE",
                    "How many of them it gets back each minute",
                )
                .range(1..=100_000)
                .default(20),
        }
    }
}

//! The crate's settings.

use std::time::Duration;

use ashlar_core::settings::Reader;

const HOUR: Duration = Duration::from_secs(60 * 60);

const WORKERS: usize = 2;
const LEASE: Duration = Duration::from_secs(15);
const KEEP_PUBLISHED: Duration = Duration::from_secs(24 * 60 * 60);
const KEEP_INBOX: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// How events are passed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsSettings {
    /// `EVENTS_WORKERS`: how many partitions of the outbox a process drains at once, each on a thread
    /// of its own, and as many parked events are retried at once. On SQLite it is always one. With
    /// Kafka all are drained at once, since that is mostly waiting.
    pub workers: usize,
    /// `EVENTS_LEASE`, in seconds: how long a process that drains a partition is believed to be alive
    /// without a word, and so how long events may wait that one had which was killed. Alike in all
    /// processes.
    pub lease: Duration,
    /// `EVENTS_POLL_INTERVAL`, in seconds: how often a process looks for events that nobody told it
    /// of. Without one: 5 s on PostgreSQL, where processes tell each other, and 1 s on SQLite.
    pub poll_interval: Option<Duration>,
    /// `EVENTS_KEEP_PUBLISHED`, in minutes: how long an event stays in the outbox after the broker
    /// had it.
    pub keep_published: Duration,
    /// `EVENTS_KEEP_INBOX`, in minutes: how long it is remembered which handler had which event. An
    /// event that comes again later than that has its effect again.
    pub keep_inbox: Duration,
}

impl EventsSettings {
    /// Reads them.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Events");
        Self {
            workers: reader
                .var("EVENTS_WORKERS", "Partitions of the outbox drained at once by a process (on SQLite: one)")
                .range(1..=8)
                .default(WORKERS),
            lease: reader
                .seconds("EVENTS_LEASE", "Seconds without a word after which a relay is taken for dead")
                .range(Duration::from_secs(1)..=HOUR)
                .default(LEASE),
            poll_interval: reader
                .seconds("EVENTS_POLL_INTERVAL", "Seconds between looks for events that nobody told of; by default 5, with SQLite 1")
                .range(Duration::from_millis(10)..=HOUR)
                .optional(),
            keep_published: reader
                .minutes("EVENTS_KEEP_PUBLISHED", "Minutes that an event stays in the outbox after the broker had it")
                .default(KEEP_PUBLISHED),
            keep_inbox: reader
                .minutes("EVENTS_KEEP_INBOX", "Minutes that it is remembered which handler had which event; longer than a broker may deliver one again")
                .range(HOUR..)
                .default(KEEP_INBOX),
        }
    }
}

impl Default for EventsSettings {
    fn default() -> Self {
        Self {
            workers: WORKERS,
            lease: LEASE,
            poll_interval: None,
            keep_published: KEEP_PUBLISHED,
            keep_inbox: KEEP_INBOX,
        }
    }
}

#[cfg(test)]
mod tests {
    use ashlar_core::settings::Source;

    use super::*;

    #[test]
    fn what_nobody_sets_is_the_default() {
        let mut reader = Reader::new(Source::from_pairs([("APP_ENV", "test")]));
        assert_eq!(EventsSettings::read(&mut reader), EventsSettings::default());
        assert!(reader.finish().is_ok());
    }

    #[test]
    fn settings_are_refused_that_would_lose_or_stop_events() {
        for (name, value) in [
            ("EVENTS_WORKERS", "0"),
            ("EVENTS_LEASE", "0"),
            ("EVENTS_POLL_INTERVAL", "0"),
            ("EVENTS_KEEP_INBOX", "5"),
        ] {
            let pairs = [("APP_ENV", "test"), (name, value)];
            let mut reader = Reader::new(Source::from_pairs(pairs));
            EventsSettings::read(&mut reader);
            assert!(!reader.is_sound(), "{name}={value}");
        }
    }
}

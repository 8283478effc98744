//! Points in time as ISO 8601 in UTC, with milliseconds: `2026-03-01T12:00:00.123Z`.

use std::{
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use chrono::DateTime;

/// Writes timestamps; remembers the last second's text, since a busy thread writes thousands of
/// lines in each.
#[derive(Default)]
pub(super) struct Timestamps {
    second: Option<u64>,
    text: Vec<u8>,
}

impl Timestamps {
    /// Appends `time` to `line`. A time before 1970 is written as its beginning.
    pub(super) fn write(&mut self, time: SystemTime, line: &mut Vec<u8>) {
        let elapsed = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != Some(elapsed.as_secs()) {
            self.remember(elapsed.as_secs());
        }
        line.extend_from_slice(&self.text);
        let millis = elapsed.subsec_millis();
        let digit = |value: u32| b'0' + u8::try_from(value % 10).unwrap_or_default();
        line.extend_from_slice(&[
            b'.',
            digit(millis / 100),
            digit(millis / 10),
            digit(millis),
            b'Z',
        ]);
    }

    fn remember(&mut self, second: u64) {
        self.second = Some(second);
        self.text.clear();
        let whole = i64::try_from(second).ok();
        let time = whole.and_then(|second| DateTime::from_timestamp(second, 0));
        // Writing to a Vec does not fail.
        let _ = write!(
            self.text,
            "{}",
            time.unwrap_or_default().format("%Y-%m-%dT%H:%M:%S")
        );
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn written(timestamps: &mut Timestamps, millis: u64) -> String {
        let mut line = Vec::new();
        timestamps.write(UNIX_EPOCH + Duration::from_millis(millis), &mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn it_follows_the_second() {
        let mut timestamps = Timestamps::default();
        assert_eq!(written(&mut timestamps, 0), "1970-01-01T00:00:00.000Z");
        let leap_day = 1_709_164_800_000;
        for (millis, text) in [
            (leap_day + 7, "2024-02-29T00:00:00.007Z"),
            (leap_day + 980, "2024-02-29T00:00:00.980Z"),
            (leap_day - 1, "2024-02-28T23:59:59.999Z"),
            (leap_day + 86_400_000, "2024-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(written(&mut timestamps, millis), text);
        }
    }
}

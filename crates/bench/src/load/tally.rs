//! What a drive has counted: latencies, and the answers nobody asked for.

use std::time::Duration;

use super::{Answer, Target};
use crate::error::BenchError;

/// How much of an unexpected body is kept to be shown.
const EXCERPT_BYTES: usize = 300;

/// Latencies in microseconds, and unexpected answers, of one or many connections.
#[derive(Default)]
pub(crate) struct Tally {
    latencies: Vec<u32>,
    unexpected: u64,
    first_unexpected: Option<(u16, String)>,
}

impl Tally {
    /// Counts an answer with the status the scenario expects.
    pub(super) fn expected(&mut self, latency: Duration) {
        self.latencies
            .push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
    }

    /// Counts an answer with any other status, and keeps the first.
    pub(super) fn unexpected(&mut self, answer: Answer<'_>) {
        self.unexpected += 1;
        self.first_unexpected.get_or_insert_with(|| {
            let excerpt = &answer.body[..answer.body.len().min(EXCERPT_BYTES)];
            (answer.status, String::from_utf8_lossy(excerpt).into_owned())
        });
    }

    /// Adds the counts of another connection.
    pub(super) fn merge(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.unexpected += other.unexpected;
        self.first_unexpected = self.first_unexpected.take().or(other.first_unexpected);
    }

    /// Answers received as expected.
    pub(crate) fn count(&self) -> usize {
        self.latencies.len()
    }

    /// Sorted for `Sorted::quantile`.
    ///
    /// # Errors
    /// When any answer was unexpected, or there was none at all: such a measurement is void.
    pub(super) fn finish(mut self, target: Target<'_>) -> Result<Self, BenchError> {
        let what = || format!("{} of {}", target.scenario.name(), target.name);
        if let Some((status, body)) = self.first_unexpected.take() {
            let count = self.unexpected;
            return Err(BenchError::Unexpected {
                what: what(),
                count,
                status,
                body,
            });
        }
        if self.latencies.is_empty() {
            return Err(BenchError::Failed(format!("no answer in {}", what())));
        }
        self.latencies.sort_unstable();
        Ok(self)
    }

    /// The latency that a share `q` (0–1) of the requests did not exceed (nearest rank).
    pub(crate) fn quantile(&self, q: f64) -> Duration {
        let rank = (q * self.latencies.len() as f64).ceil() as usize;
        let micros = self
            .latencies
            .get(rank.saturating_sub(1))
            .copied()
            .unwrap_or_default();
        Duration::from_micros(micros.into())
    }
}

/// The middle value, or the mean of the two in the middle; 0 for none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => 0.0,
        sorted if sorted.len() % 2 == 1 => sorted[middle],
        sorted => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Scenario, Subject};

    fn target(subject: &Subject) -> Target<'_> {
        let address = ([127, 0, 0, 1], 1).into();
        Target {
            name: "a server",
            address,
            scenario: Scenario::Live,
            subject,
        }
    }

    #[test]
    fn quantiles_are_nearest_rank() {
        let mut tally = Tally::default();
        for micros in (1..=100).rev() {
            tally.expected(Duration::from_micros(micros));
        }
        let tally = tally.finish(target(&Subject::anonymous())).ok().unwrap();
        assert_eq!(tally.quantile(0.5), Duration::from_micros(50));
        assert_eq!(tally.quantile(0.99), Duration::from_micros(99));
        assert_eq!(tally.quantile(1.0), Duration::from_micros(100));
    }

    #[test]
    fn one_unexpected_answer_voids_the_measurement_and_is_shown() {
        let mut other = Tally::default();
        other.unexpected(Answer {
            status: 503,
            body: b"busy",
        });
        let mut tally = Tally::default();
        tally.expected(Duration::from_micros(1));
        tally.merge(other);
        let error = tally.finish(target(&Subject::anonymous())).err().unwrap();
        assert!(error.to_string().contains("503 busy"), "{error}");
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_middle_two() {
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
    }
}

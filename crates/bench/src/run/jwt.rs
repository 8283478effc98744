//! What a check of a token costs, and nothing else: what an authenticated read is measured against.

use std::hint::black_box;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::error::BenchError;
use crate::load::median;
use crate::server::random_secret;
use crate::yardstick::{Verifier, mint};

const BATCHES: usize = 31;
const CHECKS: u32 = 1000;

/// Time of one check of an HS256 token with the claims of Ashlar's own, on this thread.
pub(super) fn measure() -> Result<Duration, BenchError> {
    let secret = random_secret();
    let token = mint(&secret, Uuid::from_u128(1))?;
    let verifier = Verifier::new(&secret);
    let mut seconds = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        let start = Instant::now();
        for _ in 0..CHECKS {
            if verifier.subject_of(black_box(&token)).is_none() {
                return Err(BenchError::Failed("a token of ours is not valid".into()));
            }
        }
        seconds.push(start.elapsed().as_secs_f64() / f64::from(CHECKS));
    }
    Ok(Duration::from_secs_f64(median(seconds)))
}

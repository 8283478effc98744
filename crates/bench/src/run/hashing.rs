//! What share of a login is the hash: that much cannot be saved without weakening it.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;

use crate::database::Database;
use crate::error::BenchError;
use crate::load::median;
use crate::scenario::Scenario;

const VERIFICATIONS: usize = 15;

/// Time of one verification of a stored hash, with the parameters it was made with, while as many go on at once as
/// [`Scenario::Login`] has: cores share their memory, and often more, so one alone is faster than any login can be. None when
/// the schema keeps no argon2 hash.
pub(super) fn measure(database: &Database, password: &str) -> Result<Option<Duration>, BenchError> {
    let Some(stored) = database.password_hash()? else {
        return Ok(None);
    };
    let hash = PasswordHash::new(&stored)
        .map_err(|_| BenchError::Failed("the stored hash is no PHC string".into()))?;
    let seconds = thread::scope(|scope| {
        let at_once: Vec<_> = (0..Scenario::Login.connections())
            .map(|_| scope.spawn(|| verifications(password, &hash)))
            .collect();
        at_once
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .flatten()
            .collect()
    });
    Ok(Some(Duration::from_secs_f64(median(seconds))))
}

/// The seconds of each.
fn verifications(password: &str, hash: &PasswordHash) -> Vec<f64> {
    let verification = |_| {
        let start = Instant::now();
        // It takes as long for a wrong password, and the application may well prepare the right
        // one (normalise, pepper) before it hashes: the verdict does not matter here.
        let _ = black_box(Argon2::default().verify_password(password.as_bytes(), hash));
        start.elapsed().as_secs_f64()
    };
    (0..VERIFICATIONS).map(verification).collect()
}

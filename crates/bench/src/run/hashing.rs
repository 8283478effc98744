//! What share of a login is the hash: that much cannot be saved without weakening it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;

use crate::database::Database;
use crate::error::BenchError;
use crate::load::median;

const VERIFICATIONS: usize = 15;

/// Time of one verification of a stored hash, with the parameters it was made with, on this thread.
/// None when the schema keeps no argon2 hash.
pub(super) fn measure(database: &Database, password: &str) -> Result<Option<Duration>, BenchError> {
    let Some(stored) = database.password_hash()? else {
        return Ok(None);
    };
    let hash = PasswordHash::new(&stored)
        .map_err(|_| BenchError::Failed("the stored hash is no PHC string".into()))?;
    let mut seconds = Vec::with_capacity(VERIFICATIONS);
    for _ in 0..VERIFICATIONS {
        let start = Instant::now();
        // It takes as long for a wrong password, and the application may well prepare the right
        // one (normalise, pepper) before it hashes: the verdict does not matter here.
        let _ = black_box(Argon2::default().verify_password(password.as_bytes(), &hash));
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(Some(Duration::from_secs_f64(median(seconds))))
}

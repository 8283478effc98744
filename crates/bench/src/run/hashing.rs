//! What share of a login is the hash: that much cannot be saved without weakening it.

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::database::Database;
use crate::error::BenchError;
use crate::load::median;
use crate::scenario::Scenario;

const COMPUTATIONS: usize = 15;

const SALT: &[u8] = b"sixteen bytes it is";

/// Time of one computation of a stored hash, with the parameters it was made with and in memory that is there, while as many go on at once as
/// [`Scenario::Login`] has: cores share their memory, and often more, so one alone is faster than any login can be. None when
/// the schema keeps no argon2 hash.
pub(super) fn measure(database: &Database, password: &str) -> Result<Option<Duration>, BenchError> {
    let Some(stored) = database.password_hash()? else {
        return Ok(None);
    };
    let unknown = || BenchError::Failed("the stored hash is no argon2 hash".into());
    let hash = PasswordHash::new(&stored).map_err(|_| unknown())?;
    let params = Params::try_from(&hash).map_err(|_| unknown())?;
    let argon2 = Argon2::new(Algorithm::default(), Version::default(), params);
    let seconds = thread::scope(|scope| {
        let at_once: Vec<_> = (0..Scenario::Login.connections())
            .map(|_| scope.spawn(|| computations(password, &argon2)))
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
fn computations(password: &str, argon2: &Argon2<'_>) -> Vec<f64> {
    let mut memory = vec![Block::new(); argon2.params().block_count()];
    let mut computation = |_| {
        let (mut output, memory) = ([0; Params::DEFAULT_OUTPUT_LEN], memory.as_mut_slice());
        let start = Instant::now();
        // It takes as long with any salt, and the application may well prepare the password (normalise, pepper) before it
        // hashes: what comes out does not matter here.
        let _ =
            argon2.hash_password_into_with_memory(password.as_bytes(), SALT, &mut output, memory);
        black_box(output);
        start.elapsed().as_secs_f64()
    };
    // The first touches the memory.
    computation(0);
    (0..COMPUTATIONS).map(computation).collect()
}

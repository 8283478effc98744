//! What hashing a password costs, and what a password must be more than.

use argon2::Params;
use ashlar_core::settings::{AppSettings, Reader};

/// The least memory of OWASP's recommended parameter sets for argon2id, in KiB.
const LEAST_MEMORY_KIB: u32 = 7168;

/// Reads argon2's parameters.
pub(super) fn read(reader: &mut Reader) -> Params {
    let memory = reader
        .var(
            "AUTH_ARGON2_MEMORY_KIB",
            "KiB of memory that hashing one password takes",
        )
        .range(Params::MIN_M_COST..=4 << 20)
        .default(Params::DEFAULT_M_COST);
    let iterations = reader
        .var("AUTH_ARGON2_ITERATIONS", "Passes over that memory")
        .range(Params::MIN_T_COST..=1000)
        .default(Params::DEFAULT_T_COST);
    let parallelism = reader
        .var("AUTH_ARGON2_PARALLELISM", "Lanes in that memory")
        .range(Params::MIN_P_COST..=64)
        .default(Params::DEFAULT_P_COST);
    if memory < LEAST_MEMORY_KIB && reader.environment().is_production() {
        let message = format!("is below {LEAST_MEMORY_KIB}: stolen hashes would be cheap to break");
        reader.warning("AUTH_ARGON2_MEMORY_KIB", message);
    }
    Params::new(memory, iterations, parallelism, None).unwrap_or_else(|_| {
        let message = format!("must be at least 8 for each of the {parallelism} lanes");
        reader.problem("AUTH_ARGON2_MEMORY_KIB", message);
        Params::DEFAULT
    })
}

/// Reads the words that everybody who knows the site would try.
pub(super) fn words(reader: &mut Reader) -> Vec<String> {
    let app = AppSettings::read(reader).name;
    reader.section("Auth");
    reader
        .var(
            "AUTH_PASSWORD_WORDS",
            "Words that a password must be more than: of the product, the company, its departments",
        )
        .default_as("APP_NAME", vec![app])
}

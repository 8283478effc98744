//! Passwords, hashed with argon2id off the async threads.

mod memory;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, Version,
    password_hash::{
        self,
        phc::{self, Output, ParamsString, Salt},
        try_generate_salt,
    },
};
use ashlar_core::{
    offload::{Offload, OffloadError},
    secret::Secret,
};
use thiserror::Error;

use crate::model::{DisplayName, Email, InvalidPassword, NewPassword, normalized};

/// How many sign-ins may wait for a processor: with the default parameters about two seconds' worth
/// on two cores. More would time out at their clients, and are told to come back (503).
const QUEUE: usize = 128;

/// A password's hash in PHC string format, with its salt and parameters. Prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash(String);

/// Why a password was not hashed or compared.
#[derive(Debug, Error)]
pub(crate) enum PasswordError {
    #[error(transparent)]
    Offload(#[from] OffloadError),
    #[error("cannot hash a password or read a hash")]
    Hash(#[from] password_hash::Error),
    #[error("the system gives no random bytes for a salt")]
    Salt(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Hashes passwords and compares them with hashes.
pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    offload: Offload,
    compared: Arc<AtomicU64>,
    /// What a password here must be more than.
    words: Box<[String]>,
}

impl Passwords {
    pub(crate) fn new(params: Params, words: Vec<String>) -> Self {
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            offload: Offload::per_core(QUEUE, memory::release),
            compared: Arc::default(),
            words: words.into(),
        }
    }

    /// Whether `password` will do for the user with this address and name: what can be told of it
    /// alone was told when it was read.
    ///
    /// # Errors
    ///
    /// Which rule it breaks.
    pub(crate) fn check(
        &self,
        password: &NewPassword,
        email: &Email,
        display_name: &DisplayName,
    ) -> Result<(), InvalidPassword> {
        password.must_not_be_of(email, display_name)?;
        password.must_not_be_about(&self.words)
    }

    /// The hash of `password` with a new salt.
    pub(crate) async fn hash(&self, password: Secret) -> Result<PasswordHash, PasswordError> {
        let argon2 = self.argon2.clone();
        let hashing = move || {
            let (password, salt) = (normalized(&password), salt()?);
            let output = memory::hashed(&argon2, password.expose().as_bytes(), &salt)?;
            let hash = phc_hash(argon2.params(), &salt, output)?;
            Ok(PasswordHash(hash.to_string()))
        };
        self.offload.run(hashing).await?
    }

    /// Whether `hash` is that of `password`. Without a hash it never is, and finding that out takes
    /// the same work, so that nobody can tell by the time whether there was one.
    pub(crate) async fn matches(
        &self,
        password: Secret,
        hash: Option<&PasswordHash>,
    ) -> Result<bool, PasswordError> {
        let argon2 = self.argon2.clone();
        let hash = hash.cloned();
        let compared = Arc::clone(&self.compared);
        let comparing = move || {
            let hash = match hash {
                Some(hash) => {
                    phc::PasswordHash::new(&hash.0).map_err(password_hash::Error::from)?
                }
                None => decoy(argon2.params())?,
            };
            compared.fetch_add(1, Relaxed);
            let password = normalized(&password);
            is_of(&hash, password.expose().as_bytes())
        };
        self.offload.run(comparing).await?
    }

    /// Whether `hash` was made with the parameters that new hashes are made with.
    pub(crate) fn is_current(&self, hash: &PasswordHash) -> bool {
        let Ok(hash) = phc::PasswordHash::new(&hash.0) else {
            return false;
        };
        let current = self.argon2.params();
        hash.algorithm == ARGON2ID_IDENT
            && hash.version == Some(Version::V0x13.into())
            && Params::try_from(&hash).is_ok_and(|params| {
                params.m_cost() == current.m_cost()
                    && params.t_cost() == current.t_cost()
                    && params.p_cost() == current.p_cost()
            })
    }

    pub(crate) fn compared(&self) -> u64 {
        self.compared.load(Relaxed)
    }
}

/// A hash that no password has (but by a chance of 2⁻²⁵⁶): random bytes in its place.
fn decoy(params: &Params) -> Result<phc::PasswordHash, PasswordError> {
    let output = [salt()?, salt()?].concat();
    let output = Output::new(&output).map_err(password_hash::Error::from)?;
    phc_hash(params, &salt()?, output)
}

/// What argon2id made with `params` and `salt`, as it is kept.
fn phc_hash(
    params: &Params,
    salt: &[u8],
    output: Output,
) -> Result<phc::PasswordHash, PasswordError> {
    Ok(phc::PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params)?,
        salt: Some(Salt::new(salt).map_err(password_hash::Error::from)?),
        hash: Some(output),
    })
}

/// Whether `hash`, by the parameters that it was made with, is that of `password`. Outputs are compared in constant
/// time.
fn is_of(hash: &phc::PasswordHash, password: &[u8]) -> Result<bool, PasswordError> {
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
        return Ok(false);
    };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map(Version::try_from).transpose();
    let version = version.map_err(password_hash::Error::from)?;
    let argon2 = Argon2::new(
        algorithm,
        version.unwrap_or_default(),
        Params::try_from(hash)?,
    );
    Ok(memory::hashed(&argon2, password, salt)? == *expected)
}

/// 16 bytes from the system (RFC 9106, 3.1).
fn salt() -> Result<[u8; 16], PasswordError> {
    try_generate_salt().map_err(|error| PasswordError::Salt(error.to_string().into()))
}

impl From<PasswordHash> for String {
    fn from(hash: PasswordHash) -> Self {
        hash.0
    }
}

impl From<String> for PasswordHash {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords")
            .field("params", self.argon2.params())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier;

    use super::*;

    fn passwords(iterations: u32) -> Passwords {
        Passwords::new(Params::new(16, iterations, 1, None).unwrap(), Vec::new())
    }

    #[actix_web::test]
    async fn a_password_matches_its_hash_alone() {
        let passwords = passwords(1);
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(String::from(hash.clone()).starts_with("$argon2id$v=19$m=16,t=1,p=1$"));
        assert!(
            passwords
                .matches("correct horse".into(), Some(&hash))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .matches("Correct horse".into(), Some(&hash))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .matches("correct horse".into(), None)
                .await
                .unwrap()
        );
        assert_eq!(passwords.compared(), 3);
        let other = passwords.hash("correct horse".into()).await.unwrap();
        assert_ne!(hash, other, "each hash has a salt of its own");
        assert!(!format!("{hash:?}").contains("argon2"));
    }

    /// What is kept is what any argon2 reads, also where memory is used a second time, for less and for more of it.
    #[actix_web::test]
    async fn hashes_are_those_of_argon2() {
        let of_memory = |kib| Passwords::new(Params::new(kib, 2, 1, None).unwrap(), Vec::new());
        for passwords in [of_memory(64), of_memory(16), of_memory(256)] {
            for password in ["correct horse", "battery staple"] {
                let hash = passwords.hash(password.into()).await.unwrap();
                let library = Argon2::default();
                let verify =
                    |password: &str| library.verify_password(password.as_bytes(), hash.0.as_str());
                verify(password).unwrap();
                verify("wrong horse").unwrap_err();
                assert!(
                    passwords
                        .matches(password.into(), Some(&hash))
                        .await
                        .unwrap()
                );
            }
        }
    }

    #[actix_web::test]
    async fn old_parameters_still_match_and_are_told_apart() {
        let old = passwords(1).hash("correct horse".into()).await.unwrap();
        let passwords = passwords(2);
        assert!(
            passwords
                .matches("correct horse".into(), Some(&old))
                .await
                .unwrap()
        );
        assert!(!passwords.is_current(&old));
        let new = passwords.hash("correct horse".into()).await.unwrap();
        assert!(passwords.is_current(&new));
        assert!(!passwords.is_current(&String::from("rubbish").into()));
    }

    #[actix_web::test]
    async fn a_hash_that_cannot_be_read_is_an_error() {
        let rubbish = PasswordHash::from("rubbish".to_owned());
        assert!(
            passwords(1)
                .matches("x".into(), Some(&rubbish))
                .await
                .is_err()
        );
    }
}

//! The secret from which every key of this installation is derived.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    hkdf::{HKDF_SHA256, Prk, Salt},
    rand,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{app::Environment, reader::Reader};
use crate::secret::Secret;

/// The least length of `SECRET_KEY` in production, in bytes.
const MIN_BYTES: usize = 32;

/// `SECRET_KEY`. Each use derives its own key, so that what one use leaks opens no other.
///
/// Production refuses a missing or weak one. Development makes one and keeps it in
/// `.ashlar/secret_key`, so that sign-ins survive a restart. Tests get a new one each time.
#[derive(Clone)]
pub struct SecretKey {
    root: Prk,
}

impl SecretKey {
    /// Reads it, or makes it.
    pub fn read(reader: &mut Reader) -> Self {
        reader.section("Security");
        let is_production = reader.environment().is_production();
        let given: Option<Secret> = reader
            .var(
                "SECRET_KEY",
                "What all keys are derived from: at least 32 random bytes as text",
            )
            .required_in(Environment::Production)
            .check(move |key: &Secret| match weakness(key.expose()) {
                Some(weakness) if is_production => Err(weakness.to_owned()),
                Some(_) | None => Ok(()),
            })
            .optional();
        match given {
            Some(key) => Self::from_text(&key),
            None => Self::from_text(&kept_or_new(reader)),
        }
    }

    /// The key that `text` stands for.
    pub fn from_text(text: &Secret) -> Self {
        let salt = Salt::new(HKDF_SHA256, b"ashlar SECRET_KEY v1");
        Self {
            root: salt.extract(text.expose().as_bytes()),
        }
    }

    /// The key for one use, by HKDF-SHA256 (RFC 5869) with `purpose` as its info: the same each
    /// time, and independent of those for other purposes.
    #[expect(
        clippy::expect_used,
        reason = "HKDF fails for outputs over 255 hashes only, and this is one"
    )]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        let info = [purpose.as_bytes()];
        (self.root.expand(&info, HKDF_SHA256))
            .and_then(|derived| derived.fill(&mut key))
            .expect("one hash of output is within HKDF's limit");
        key
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey([redacted])")
    }
}

/// What makes `key` unfit for production, if anything does.
fn weakness(key: &str) -> Option<&'static str> {
    const PLACEHOLDERS: [&str; 8] = [
        "changeme",
        "change-me",
        "change_me",
        "change-in-production",
        "secret-key",
        "your-secret",
        "insecure",
        "password",
    ];
    let lower = key.to_ascii_lowercase();
    let mut seen = [false; 256];
    key.bytes().for_each(|byte| seen[usize::from(byte)] = true);
    if key.len() < MIN_BYTES {
        Some("must be at least 32 bytes long; `openssl rand -base64 48` makes one")
    } else if PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
        Some("must not be a placeholder; `openssl rand -base64 48` makes a key")
    } else if seen.iter().filter(|seen| **seen).count() < 10 || repeats(key.as_bytes()) {
        Some("must be random; `openssl rand -base64 48` makes a key")
    } else {
        None
    }
}

/// Whether a beginning, repeated, makes up the whole.
fn repeats(key: &[u8]) -> bool {
    (1..=key.len() / 2).any(|period| key[period..] == key[..key.len() - period])
}

/// The key that a development process kept, or a new one, which it keeps if it may.
fn kept_or_new(reader: &mut Reader) -> Secret {
    let keeps = reader.environment() == Environment::Development && reader.is_sound();
    let directory = reader.state_directory().filter(|_| keeps);
    let Some(directory) = directory.map(Path::to_owned) else {
        return new_key(reader);
    };
    let path = directory.join("secret_key");
    match read_key(&path) {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = new_key(reader);
            keep_key(reader, &directory, &path, key)
        }
        Err(error) => {
            let message = format!("cannot be read from {}: {error}", path.display());
            reader.problem("SECRET_KEY", message);
            new_key(reader)
        }
    }
}

fn new_key(reader: &mut Reader) -> Secret {
    let mut bytes = [0; MIN_BYTES];
    if rand::fill(&mut bytes).is_err() {
        reader.problem(
            "SECRET_KEY",
            "is unset, and the system gives no random bytes for one",
        );
    }
    Secret::from(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn keep_key(reader: &mut Reader, directory: &Path, path: &Path, key: Secret) -> Secret {
    match write_key(directory, path, &key) {
        Ok(kept) => {
            let message = format!("is unset: made one and kept it in {}", path.display());
            reader.warning("SECRET_KEY", message);
            kept
        }
        Err(error) => {
            let message = format!(
                "is unset: made one for this run, since {} cannot be written ({error})",
                path.display()
            );
            reader.warning("SECRET_KEY", message);
            key
        }
    }
}

fn read_key(path: &Path) -> io::Result<Secret> {
    let text = fs::read_to_string(path)?;
    let key = text.trim();
    if weakness(key).is_some() {
        return Err(io::Error::other(
            "it holds no key; remove it to make a new one",
        ));
    }
    Ok(Secret::from(key))
}

/// Writes `key` to `path`, whole or not at all, unless another process was faster: the key that
/// stands there in the end is returned.
fn write_key(directory: &Path, path: &Path, key: &Secret) -> io::Result<Secret> {
    create_private_directory(directory)?;
    let draft: PathBuf = directory.join(format!("secret_key.{}", std::process::id()));
    let mut file = create_private_file(&draft)?;
    writeln!(file, "{}", key.expose())?;
    file.sync_all()?;
    let placed = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match placed {
        Ok(()) => Ok(key.clone()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_key(path),
        Err(error) => Err(error),
    }
}

fn create_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn create_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

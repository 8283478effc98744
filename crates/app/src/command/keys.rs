//! `ashlar keys`.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use ashlar_auth::keys::NewKey;
use clap::Subcommand;

use super::{Outcome, print};

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make a private key to sign access tokens with: Ed25519, PKCS#8 as PEM.
    ///
    /// It is for AUTH_JWT_KEYS, with AUTH_JWT_ALGORITHM=EdDSA.
    Generate {
        /// Write it to this new file, which its owner alone may read, and print the key's id (kid).
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl Keys {
    pub(super) fn run(self) -> Outcome {
        let Self::Generate { out } = self;
        let key = NewKey::generate().map_err(|_| "the system gives no random bytes for a key")?;
        match out {
            Some(path) => {
                write(&path, key.pem.expose())
                    .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
                Ok(print(&format!("made key {}\n", key.id))?)
            }
            None => Ok(print(key.pem.expose())?),
        }
    }
}

/// Writes `text` to a new file: a key that is there is never written over.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

//! The keys of secrets that the database keeps sealed.

use std::fmt;

use ashlar_core::{secret::Secret, settings::Reader};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The keys of secrets that the database keeps sealed.
#[derive(Clone, Default)]
pub struct SealingSettings {
    /// `AUTH_TOKEN_KEYS`: 32 bytes each, in Base64. The first seals, all open. Default: none but the
    /// one derived from `SECRET_KEY`, which opens in any case.
    pub keys: Vec<[u8; 32]>,
}

impl SealingSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let keys: Option<Vec<Secret>> = reader
            .var(
                "AUTH_TOKEN_KEYS",
                "Keys that seal providers' tokens and authenticator apps' secrets, 32 bytes in Base64 each, the newest first; \
                 derived from SECRET_KEY when unset",
            )
            .check(
                |keys: &Vec<Secret>| match keys.iter().all(|key| decode(key).is_some()) {
                    true => Ok(()),
                    false => Err(
                        "must list 32 bytes in Base64; `openssl rand -base64 32` makes a key"
                            .to_owned(),
                    ),
                },
            )
            .optional();
        let keys = keys.unwrap_or_default();
        Self {
            keys: keys.iter().filter_map(decode).collect(),
        }
    }
}

fn decode(key: &Secret) -> Option<[u8; 32]> {
    STANDARD.decode(key.expose()).ok()?.try_into().ok()
}

impl fmt::Debug for SealingSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingSettings({} keys)", self.keys.len())
    }
}

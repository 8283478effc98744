//! The tokens in the links of mails. A token is computed from its row and a key of ours whenever it is
//! asked for, so no table, event or job has it, and who reads them all cannot use any.

use ashlar_core::{secret::Secret, settings::SecretKey};
use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{
    entity::account_token::Model,
    model::{AccountTokenId, Purpose},
};

/// What the key is derived for.
const KEY_PURPOSE: &str = "auth.account_token";

/// How every token of ours begins, for those who scan texts for secrets.
const PREFIX: &str = "ash_";

const ID: usize = 16;
const SIGNATURE: usize = 32;

/// What tokens are made and recognised with.
pub(crate) struct AccountTokenKey(hmac::Key);

/// A token that somebody brings. It may be forged: [`AccountTokenKey::made`] tells.
pub(crate) struct Presented {
    pub(crate) id: AccountTokenId,
    signature: [u8; SIGNATURE],
}

impl AccountTokenKey {
    pub(crate) fn new(secret_key: &SecretKey) -> Self {
        let key = secret_key.derive(KEY_PURPOSE);
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// The token of `row`: `ash_<purpose>_`, then the id and its signature in base64url.
    pub(crate) fn write(&self, row: &Model) -> Secret {
        let mut bytes = row.id.as_uuid().as_bytes().to_vec();
        bytes.extend_from_slice(self.signature(row).as_ref());
        let text = URL_SAFE_NO_PAD.encode(bytes);
        Secret::from(format!("{PREFIX}{}_{text}", row.purpose.as_str()))
    }

    /// Whether `token` is the one of `row`, in a time that does not tell how much of it is right.
    pub(crate) fn made(&self, token: &Presented, row: &Model) -> bool {
        let expected = self.signature(row);
        token.id == row.id && verify_slices_are_equal(expected.as_ref(), &token.signature).is_ok()
    }

    /// Of all that makes the row what it is: whoever can write to the table cannot make an old
    /// token good for another user or address. Each part but the last has a known length.
    fn signature(&self, row: &Model) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(row.purpose.as_str().as_bytes());
        context.update(&[0]);
        context.update(row.id.as_uuid().as_bytes());
        context.update(row.user_id.as_uuid().as_bytes());
        context.update(&row.created_at.timestamp_micros().to_be_bytes());
        context.update(row.email.as_str().as_bytes());
        context.sign()
    }
}

impl Presented {
    /// What `text` says, if it is written as our tokens for `purpose` are.
    pub(crate) fn parse(purpose: Purpose, text: &Secret) -> Option<Self> {
        let text = text.expose().strip_prefix(PREFIX)?;
        let text = text.strip_prefix(purpose.as_str())?.strip_prefix('_')?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, signature) = bytes.split_at_checked(ID)?;
        Some(Self {
            id: AccountTokenId::from_uuid(Uuid::from_slice(id).ok()?),
            signature: signature.try_into().ok()?,
        })
    }
}

impl std::fmt::Debug for AccountTokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountTokenKey")
    }
}

#[cfg(test)]
mod tests {
    use ashlar_core::principal::UserId;
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn key(text: &str) -> AccountTokenKey {
        AccountTokenKey::new(&SecretKey::from_text(&Secret::from(text)))
    }

    fn row() -> Model {
        Model {
            id: AccountTokenId::new(),
            user_id: UserId::new(),
            purpose: Purpose::ResetPassword,
            email: "ada@example.org".parse().unwrap(),
            created_at: DateTime::default(),
            sent_at: None,
            expires_at: DateTime::default(),
            used_at: None,
        }
    }

    fn is_made(key: &AccountTokenKey, token: &Secret, row: &Model) -> bool {
        Presented::parse(row.purpose, token).is_some_and(|token| key.made(&token, row))
    }

    #[test]
    fn a_token_is_of_one_row_and_one_key() {
        let (ours, row) = (key("one key"), row());
        let token = ours.write(&row);
        assert!(token.expose().starts_with("ash_reset_password_"));
        assert!(is_made(&ours, &token, &row));
        assert!(!is_made(&key("another key"), &token, &row));
        for other in [
            Model {
                id: AccountTokenId::new(),
                ..row.clone()
            },
            Model {
                user_id: UserId::new(),
                ..row.clone()
            },
            Model {
                purpose: Purpose::VerifyEmail,
                ..row.clone()
            },
            Model {
                email: "eve@example.org".parse().unwrap(),
                ..row.clone()
            },
            Model {
                created_at: row.created_at + TimeDelta::microseconds(1),
                ..row
            },
        ] {
            assert!(!is_made(&ours, &token, &other), "{other:?}");
            let renamed = token
                .expose()
                .replace("reset_password", other.purpose.as_str());
            assert!(!is_made(&ours, &Secret::from(renamed), &other), "{other:?}");
        }
    }

    #[test]
    fn a_token_cut_short_or_changed_anywhere_is_none() {
        let (ours, row) = (key("one key"), row());
        let token = ours.write(&row);
        let text = token.expose();
        for at in 0..text.len() {
            assert!(!is_made(&ours, &Secret::from(&text[..at]), &row), "{at}");
            let mut forged = text.as_bytes().to_vec();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(!is_made(&ours, &Secret::from(forged), &row), "{at}");
        }
        for longer in [
            format!("{text}A"),
            format!("{text}AAAA"),
            format!("{text}="),
            format!(" {text}"),
        ] {
            assert!(!is_made(&ours, &Secret::from(longer), &row));
        }
    }
}

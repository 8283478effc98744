//! What can go wrong with mail, as far as a caller can act on it.

use std::{io, path::PathBuf};

use ashlar_core::problem::{Problem, Unexpected};
use sea_orm::DbErr;

/// Why mail cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum NotificationsError {
    /// `SMTP_CA` names no file of certificates.
    #[error("SMTP_CA: {} holds no certificates", .0.display())]
    Authority(PathBuf, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// The system gives no thread.
    #[error("there is no thread to send mail on")]
    Thread(#[source] io::Error),
}

/// Why the mailbox cannot be shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailboxError {
    /// What no caller can act on.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl From<DbErr> for MailboxError {
    fn from(error: DbErr) -> Self {
        Unexpected::from(error).into()
    }
}

impl From<minijinja::Error> for MailboxError {
    fn from(error: minijinja::Error) -> Self {
        Unexpected::new(error).into()
    }
}

impl From<MailboxError> for Problem {
    fn from(error: MailboxError) -> Self {
        match error {
            MailboxError::Unexpected(error) => error.into(),
        }
    }
}

//! What is on the wire.

use ashlar_core::jobs::JobId;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::entity::Model;

/// The mailbox.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MailboxResponse {
    /// The newest 100 mails, the newest first.
    pub(crate) data: Vec<MailResponse>,
}

/// A mail.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MailResponse {
    /// Its id.
    pub(crate) id: JobId,
    /// The recipient's address.
    pub(crate) to: String,
    /// Its subject.
    pub(crate) subject: String,
    /// The part in plain text.
    pub(crate) text: String,
    /// The part in HTML.
    pub(crate) html: String,
    /// When it was sent.
    pub(crate) sent_at: DateTime<Utc>,
}

impl From<Model> for MailResponse {
    fn from(mail: Model) -> Self {
        Self {
            id: mail.id,
            to: mail.recipient,
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            sent_at: mail.sent_at,
        }
    }
}

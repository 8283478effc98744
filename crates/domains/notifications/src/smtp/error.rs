//! What a mail server says no with.

use std::time::Duration;

use ashlar_core::threads::Cut;
use lettre::transport::smtp::{
    Error,
    response::{Category, Code, Detail, Severity},
};

use crate::model::Recipient;

/// Why a mail was not handed over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SmtpError {
    /// There is no connection to be had: the server is away, its certificate is not trusted, or it
    /// does not take the password.
    #[error("there is no connection to the mail server")]
    Connection(#[source] Error),
    /// The server will never take this mail.
    #[error("the mail server refuses the mail: {0}")]
    Refused(String),
    /// The server did not take the mail this time.
    #[error("the mail server did not take the mail: {0}")]
    Deferred(String),
    /// The server took too long.
    #[error("the mail server took longer than {0:?}")]
    TimedOut(Duration),
    /// The thread on which mail is sent came to an end.
    #[error("sending was cut off")]
    Cut(#[from] Cut),
}

impl SmtpError {
    /// What the server answered to a mail to `recipients`, without their addresses, which servers
    /// like to repeat: this goes into the log.
    pub(super) fn answered(error: &Error, recipients: &[lettre::Address]) -> Self {
        let mut said = error.to_string();
        for recipient in recipients {
            let address = recipient.as_ref();
            said = said.replace::<&str>(address, &Recipient::unnamed(address).masked());
        }
        match error.status() {
            Some(code) if is_refusal(code) => Self::Refused(said),
            _ => Self::Deferred(said),
        }
    }

    /// Whether another attempt would be answered the same.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// A 5xx (RFC 5321, 4.2.1), but for those that ask for something of us (530, 534, 535, 538: RFC 4954,
/// 6): these end with a change of the settings.
fn is_refusal(code: Code) -> bool {
    let asks_for_sign_in = code.category == Category::Unspecified3
        && matches!(
            code.detail,
            Detail::Zero | Detail::Four | Detail::Five | Detail::Eight
        );
    code.severity == Severity::PermanentNegativeCompletion && !asks_for_sign_in
}

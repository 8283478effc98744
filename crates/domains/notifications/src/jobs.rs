//! The job that sends a mail.

use std::time::Duration;

use ashlar_core::{
    jobs::{Job, Perform, Run},
    retry::{Failure, Retry},
};
use serde::{Deserialize, Serialize};

use crate::{letter::Letter, model::Recipient, service::Notifications};

/// A mail to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SendMail {
    pub(crate) to: Recipient,
    #[serde(flatten)]
    pub(crate) letter: Letter,
}

impl Job for SendMail {
    const NAME: &'static str = "notifications.send_mail";
    const QUEUE: &'static str = "mail";

    /// A mail server may be away for a night: the waits grow to an hour and make up 7 to 14 hours.
    const RETRY: Retry = Retry {
        attempts: 24,
        first: Duration::from_secs(5),
        longest: Duration::from_secs(60 * 60),
    };
}

/// Sends mail.
pub(crate) struct Postman(pub(crate) Notifications);

impl Perform<SendMail> for Postman {
    async fn perform(&self, mail: SendMail, run: &Run) -> Result<(), Failure> {
        self.0.send(mail, run).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::letter::Welcome;

    #[test]
    fn a_mail_that_waits_is_still_understood() {
        let mail = SendMail {
            to: Recipient {
                address: "ada@example.org".to_owned(),
                name: Some("Ada".to_owned()),
            },
            letter: Letter::Welcome(Welcome {
                name: Some("Ada".to_owned()),
                token_id: None,
            }),
        };
        let stored = json!({
            "to": {"address": "ada@example.org", "name": "Ada"},
            "template": "welcome",
            "fields": {"name": "Ada"},
        });
        assert_eq!(serde_json::to_value(&mail).unwrap(), stored);
        assert_eq!(serde_json::from_value::<SendMail>(stored).unwrap(), mail);
    }

    #[test]
    fn a_mail_server_may_be_away_for_seven_hours() {
        let retry = SendMail::RETRY;
        let waits = (1..retry.attempts).map(|failures| retry.wait(failures));
        assert!(waits.sum::<Duration>() >= Duration::from_secs(7 * 60 * 60));
    }
}

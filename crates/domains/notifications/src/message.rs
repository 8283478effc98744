//! A mail as mail servers take it (RFC 5322, MIME).

use ashlar_core::jobs::JobId;
use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    address::AddressError,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::{
    model::{Recipient, one_line},
    templates::Content,
};

/// Why a mail cannot be written. Another attempt would not change it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MessageError {
    /// The recipient has no address that mail could go to.
    #[error("the recipient's address is none")]
    Address(#[from] AddressError),
    /// Something else is missing.
    #[error("the mail is incomplete")]
    Incomplete(#[from] lettre::error::Error),
}

/// The mail of the job `id`, whose `Message-ID` every attempt at the job has: when one is cut off
/// after the server has taken the mail, the copies can be told to be one.
pub(crate) fn message(
    id: JobId,
    from: &Mailbox,
    to: &Recipient,
    content: Content,
    now: DateTime<Utc>,
) -> Result<Message, MessageError> {
    let address: Address = to.address.parse()?;
    // lettre panics at a line break in a name.
    let name = to.name.as_deref().map(one_line);
    // RFC 3834, 5: so that nobody's absence note answers.
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    let message = Message::builder()
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .date(now.into())
        .from(from.clone())
        .to(Mailbox::new(name, address))
        .subject(one_line(&content.subject))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .multipart(MultiPart::alternative_plain_html(
            content.text,
            content.html,
        ))?;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(name: &str, subject: &str) -> String {
        let to = Recipient {
            address: "ada@example.org".to_owned(),
            name: Some(name.to_owned()),
        };
        let content = Content {
            subject: subject.to_owned(),
            text: "Grüße\n.\n".to_owned(),
            html: format!("<p>{}</p>", "x".repeat(3_000)),
        };
        let from = "Ashlar <no-reply@mail.example>".parse().unwrap();
        let message = message(JobId::new(), &from, &to, content, DateTime::default());
        String::from_utf8(message.unwrap().formatted()).unwrap()
    }

    /// The headers, unfolded.
    fn headers(message: &str) -> Vec<String> {
        let (headers, _) = message.split_once("\r\n\r\n").unwrap();
        let unfolded = headers.replace("\r\n ", " ").replace("\r\n\t", "\t");
        unfolded.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn no_header_can_be_smuggled_in() {
        // What the templates and the model would have taken out already.
        let message = formatted("Eve\r\nBcc: a@example.org", "Hi\r\nX-Evil: 1\r\n\r\nbody");
        let names: Vec<String> = headers(&message)
            .iter()
            .map(|header| header.split(':').next().unwrap().to_owned())
            .collect();
        let expected = [
            "Message-ID",
            "Date",
            "From",
            "To",
            "Subject",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
        ];
        assert_eq!(names, expected, "{message}");
    }

    #[test]
    fn words_of_every_script_travel_in_ascii() {
        let message = formatted("李 Lovelace", "Grüße, 李");
        assert!(message.is_ascii());
        assert!(message.lines().all(|line| line.len() <= 998));
        let headers = headers(&message);
        assert!(
            headers
                .iter()
                .any(|header| header.starts_with("Subject: =?utf-8?b?"))
        );
        assert!(
            headers
                .iter()
                .any(|header| header.ends_with("<ada@example.org>"))
        );
    }
}

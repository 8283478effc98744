//! Writes mail: fills in the templates.

use std::fmt::Write;

use ashlar_core::secret::Secret;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, context,
    escape_formatter,
    value::{Serde, Value},
};
use serde::Serialize;

use crate::{
    letter::{Letter, Template},
    model::one_line,
};

const LAYOUT: &str = include_str!("../templates/layout.html");

const MAILBOX: &str = include_str!("../templates/mailbox.html");

/// A mail as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    /// One line.
    pub(crate) subject: String,
    /// For who reads plain text.
    pub(crate) text: String,
    /// For who reads HTML: a whole document.
    pub(crate) html: String,
}

/// The templates, and what they all may say.
#[derive(Debug)]
pub(crate) struct Templates(Environment<'static>);

#[derive(Serialize)]
struct Layout<'a> {
    subject: &'a str,
    body: &'a str,
}

#[derive(Serialize)]
struct Mailbox<'a, T> {
    mails: &'a [T],
}

impl Templates {
    /// Templates in which `app` is what the product is called, and `site` where its users find it,
    /// without a slash at the end.
    pub(crate) fn new(app: &str, site: &str) -> Self {
        let mut environment = Environment::new();
        // A name that is not there is an error, not a gap in somebody's mail.
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(format);
        environment.add_global("app", app);
        environment.add_global("site", site);
        Self(environment)
    }

    /// The mail that `letter` becomes, with its `link`. In its HTML, what is filled in is escaped.
    ///
    /// # Errors
    ///
    /// When a template asks for what is not there.
    pub(crate) fn write(&self, letter: &Letter, link: Option<&Secret>) -> Result<Content, Error> {
        let template = letter.template();
        let link = link.map(Secret::expose);
        let fields = context! { link => link, ..letter.fields() };
        let (subject, text) = divided(&template)?;
        let subject = one_line(&self.0.render_str(subject, fields.clone())?);
        let text = self.0.render_str(text, fields.clone())?;
        let body = self.html(template.name, template.html, fields)?;
        let layout = Value::from(Serde(Layout {
            subject: &subject,
            body: &body,
        }));
        Ok(Content {
            html: self.html("layout", LAYOUT, layout)?,
            subject,
            text,
        })
    }

    /// The page that shows `mails`, newest first.
    ///
    /// # Errors
    ///
    /// When the template asks for what is not there.
    pub(crate) fn mailbox(&self, mails: &[impl Serialize]) -> Result<String, Error> {
        let mails = Value::from(Serde(Mailbox { mails }));
        self.html("mailbox", MAILBOX, mails)
    }

    /// The name's ending is what has minijinja escape.
    fn html(&self, name: &str, source: &str, fields: Value) -> Result<String, Error> {
        let name = format!("{name}.html");
        self.0.render_named_str(&name, source, fields)
    }
}

/// As minijinja does, but for the slash: it harms nobody, and what filters mail wants to see links as
/// they are.
fn format(output: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let Some(text) = value.as_str() else {
        return escape_formatter(output, state, value);
    };
    if *state.auto_escape() != AutoEscape::Html || value.is_safe() {
        return Ok(output.write_str(text)?);
    }
    for character in text.chars() {
        match character {
            '&' => output.write_str("&amp;")?,
            '<' => output.write_str("&lt;")?,
            '>' => output.write_str("&gt;")?,
            '"' => output.write_str("&quot;")?,
            '\'' => output.write_str("&#39;")?,
            other => output.write_char(other)?,
        }
    }
    Ok(())
}

/// The subject and the text, before anything is filled in: a line break in what is filled into the
/// subject does not end it.
fn divided(template: &Template) -> Result<(&'static str, &'static str), Error> {
    let divided = template
        .text
        .strip_prefix("Subject: ")
        .and_then(|text| text.split_once("\n\n"));
    divided.ok_or_else(|| {
        let missing = format!("{} does not begin with its subject", template.name);
        Error::new(ErrorKind::SyntaxError, missing)
    })
}

#[cfg(test)]
mod tests {
    use ashlar_contracts::users::SecondFactorChange;
    use uuid::Uuid;

    use super::*;
    use crate::letter::{Change, Confirmation, PasswordReset, PostCreated, SecondFactor, Welcome};

    fn write(letter: &Letter) -> Content {
        let templates = Templates::new("Ashlar & Sons", "https://site.example");
        let link = Secret::from("https://site.example/account#reset-password=ash_1-_&x");
        let link = letter.link().is_some().then_some(&link);
        templates.write(letter, link).unwrap()
    }

    fn name() -> Option<String> {
        Some("Ada".to_owned())
    }

    fn reset(from: Option<&str>) -> Letter {
        Letter::ResetPassword(PasswordReset {
            name: name(),
            token_id: Uuid::nil(),
            at: "20 November 2026, 12:00 UTC".to_owned(),
            from: from.map(str::to_owned),
            until: "20 November 2026, 12:30 UTC".to_owned(),
        })
    }

    fn second_factor(name: Option<String>, change: SecondFactorChange) -> Letter {
        Letter::SecondFactorChanged(SecondFactor {
            name,
            change,
            at: "20 November 2026, 12:00 UTC".to_owned(),
        })
    }

    fn post(title: Option<&str>) -> Letter {
        Letter::PostCreated(PostCreated {
            post_id: Uuid::nil(),
            author_id: Uuid::max(),
            title: title.map(str::to_owned),
        })
    }

    #[test]
    fn every_template_can_be_filled_in() {
        let names = [(None, None), (name(), None), (name(), Some(Uuid::nil()))];
        let welcomes = names.map(|(name, token_id)| Letter::Welcome(Welcome { name, token_id }));
        let posts = [None, Some("On engines")].map(post);
        let confirmation = |name: Option<String>| Confirmation {
            name,
            token_id: Uuid::nil(),
            until: "20 November 2026, 12:30 UTC".to_owned(),
        };
        let change = |name: Option<String>| Change {
            name,
            at: "20 November 2026, 12:30 UTC".to_owned(),
        };
        let accounts = [None, name()].into_iter().flat_map(|name| {
            [
                Letter::VerifyEmail(confirmation(name.clone())),
                Letter::ConfirmEmail(confirmation(name.clone())),
                Letter::PasswordChanged(change(name.clone())),
                second_factor(name.clone(), SecondFactorChange::Reset),
                Letter::EmailChanged(change(name)),
            ]
        });
        let resets = [None, Some("192.0.2.7")].map(reset);
        let accounts: Vec<Letter> = accounts.chain(resets).collect();
        for letter in welcomes.iter().chain(&posts).chain(&accounts) {
            let content = write(letter);
            assert!(!content.subject.is_empty() && !content.text.is_empty());
            assert!(content.html.starts_with("<!doctype html>"));
            assert!(content.html.contains("Ashlar &amp; Sons"));
            assert!(content.text.contains("Ashlar & Sons"));
            let left = content.text.contains("{%") || content.html.contains("{{");
            assert!(!left, "{content:?}");
            let has_link = content.text.contains("/account#reset-password=ash_1-_&x");
            let has_href = content
                .html
                .contains("/account#reset-password=ash_1-_&amp;x\"");
            let wants_link = letter.link().is_some();
            assert_eq!(
                (has_link, has_href),
                (wants_link, wants_link),
                "{content:?}"
            );
        }
    }

    #[test]
    fn a_reset_says_who_asked_and_what_to_do_if_it_was_somebody_else() {
        let content = write(&reset(Some("192.0.2.7")));
        for text in [&content.text, &content.html] {
            for said in [
                "20 November 2026, 12:00 UTC",
                "192.0.2.7",
                "20 November 2026, 12:30 UTC",
                "it was not you",
            ] {
                assert!(text.contains(said), "{said}: {text}");
            }
        }
    }

    #[test]
    fn each_change_of_a_second_factor_is_told_in_its_own_words() {
        let changes = [
            (SecondFactorChange::TotpEnabled, "asks for a code"),
            (SecondFactorChange::TotpDisabled, "does not ask for a code"),
            (
                SecondFactorChange::RecoveryCodesRenewed,
                "new recovery codes",
            ),
            (
                SecondFactorChange::RecoveryCodeUsed,
                "recovery code was used",
            ),
            (SecondFactorChange::PasskeyAdded, "another passkey"),
            (SecondFactorChange::PasskeyRemoved, "passkey was removed"),
            (SecondFactorChange::Reset, "removed the authenticator app"),
        ];
        for (told, _) in changes {
            let content = write(&second_factor(name(), told));
            for text in [&content.text, &content.html] {
                for (change, words) in changes {
                    assert_eq!(text.contains(words), change == told, "{told:?}: {text}");
                }
                assert!(text.contains("20 November 2026, 12:00 UTC"), "{text}");
                assert!(text.contains("set another password at once"), "{text}");
            }
        }
    }

    #[test]
    fn what_is_filled_in_ends_no_line_of_the_subject_and_opens_no_tag() {
        let content = write(&post(Some("One\r\n\r\nBcc: eve@example.org <b>")));
        assert!(content.subject.ends_with("One Bcc: eve@example.org <b>"));
        assert!(content.html.contains("eve@example.org &lt;b&gt;"));
        assert!(!content.html.contains("<b>"));
    }

    #[test]
    fn a_draft_is_told_without_its_address() {
        let published = write(&post(Some("On engines")));
        assert!(published.text.contains("https://site.example/posts/0000"));
        let draft = write(&post(None));
        assert!(!draft.text.contains("/posts/") && !draft.html.contains("/posts/"));
    }
}

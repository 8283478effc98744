//! Writes mail: fills in the templates.

use std::fmt::Write;

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, escape_formatter,
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

    /// The mail that `letter` becomes. In its HTML, what is filled in is escaped.
    ///
    /// # Errors
    ///
    /// When a template asks for what is not there.
    pub(crate) fn write(&self, letter: &Letter) -> Result<Content, Error> {
        let template = letter.template();
        let fields = letter.fields();
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
    use uuid::Uuid;

    use super::*;
    use crate::letter::{PostCreated, Welcome};

    fn write(letter: &Letter) -> Content {
        let templates = Templates::new("Ashlar & Sons", "https://site.example");
        templates.write(letter).unwrap()
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
        let names = [None, Some("Ada".to_owned())];
        let welcomes = names.map(|name| Letter::Welcome(Welcome { name }));
        let posts = [None, Some("On engines")].map(post);
        for letter in welcomes.iter().chain(&posts) {
            let content = write(letter);
            assert!(!content.subject.is_empty() && !content.text.is_empty());
            assert!(content.html.starts_with("<!doctype html>"));
            assert!(content.html.contains("Ashlar &amp; Sons"));
            assert!(content.text.contains("Ashlar & Sons"));
            let left = content.text.contains("{%") || content.html.contains("{{");
            assert!(!left, "{content:?}");
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

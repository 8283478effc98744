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
mod tests;

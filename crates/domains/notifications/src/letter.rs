//! What is written about, and what each kind of mail needs to know. A new kind is a variant here
//! with its fields, a line in [`Letter::template`], and two files in `templates/`.

use minijinja::value::{Serde, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a mail is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", content = "fields", rename_all = "snake_case")]
pub(crate) enum Letter {
    /// To a user who has registered.
    Welcome(Welcome),
    /// To an admin: there is a new post.
    PostCreated(PostCreated),
}

/// To a user who has registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Welcome {
    /// What the user is called, if it can be said.
    pub(crate) name: Option<String>,
}

/// To an admin: there is a new post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PostCreated {
    /// Which one.
    pub(crate) post_id: Uuid,
    /// Who wrote it.
    pub(crate) author_id: Uuid,
    /// What it is called, in one line; `None` for a draft, which is nobody's but its author's.
    pub(crate) title: Option<String>,
}

/// The two files of a kind of mail.
pub(crate) struct Template {
    pub(crate) name: &'static str,
    /// The subject on a first line of its own (`Subject: …`), an empty line, the text.
    pub(crate) text: &'static str,
    /// What the layout surrounds.
    pub(crate) html: &'static str,
}

macro_rules! template {
    ($name:literal) => {
        Template {
            name: $name,
            text: include_str!(concat!("../templates/", $name, ".txt")),
            html: include_str!(concat!("../templates/", $name, ".html")),
        }
    };
}

impl Letter {
    /// How it is written.
    pub(crate) fn template(&self) -> Template {
        match self {
            Self::Welcome(_) => template!("welcome"),
            Self::PostCreated(_) => template!("post_created"),
        }
    }

    /// What is filled in.
    pub(crate) fn fields(&self) -> Value {
        match self {
            Self::Welcome(fields) => Value::from(Serde(fields)),
            Self::PostCreated(fields) => Value::from(Serde(fields)),
        }
    }
}

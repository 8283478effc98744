//! What is written about, and what each kind of mail needs to know. A new kind is a variant here
//! with its fields, a line in [`Letter::template`], and two files in `templates/`.

use ashlar_contracts::users::{ProviderChange, SecondFactorChange};
use minijinja::value::{Serde, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ports::LinkKind;

/// What a mail is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "template", content = "fields", rename_all = "snake_case")]
pub(crate) enum Letter {
    /// To a user who has registered.
    Welcome(Welcome),
    /// To an admin: there is a new post.
    PostCreated(PostCreated),
    /// To a user who wants to confirm their address.
    VerifyEmail(Confirmation),
    /// To whoever has forgotten their password.
    ResetPassword(PasswordReset),
    /// To the address that a user wants.
    ConfirmEmail(Confirmation),
    /// To a user whose password is another.
    PasswordChanged(PasswordChanged),
    /// To a user who signs in in another way.
    SecondFactorChanged(SecondFactor),
    /// To a user who can sign in by another provider, or not any more.
    ProviderChanged(Provider),
    /// To the address that was a user's.
    EmailChanged(Change),
}

/// To a user who has registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Welcome {
    /// What the user is called, if it can be said.
    pub(crate) name: Option<String>,
    /// What the link to confirm the address is asked for with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_id: Option<Uuid>,
}

/// To whom an address shall belong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Confirmation {
    /// What the user is called, if it can be said.
    pub(crate) name: Option<String>,
    /// What the link is asked for with.
    pub(crate) token_id: Uuid,
    /// Until when it can be used.
    pub(crate) until: String,
}

/// To whoever has forgotten their password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PasswordReset {
    /// What the user is called, if it can be said.
    pub(crate) name: Option<String>,
    /// What the link is asked for with.
    pub(crate) token_id: Uuid,
    /// When somebody asked.
    pub(crate) at: String,
    /// From which network address.
    pub(crate) from: Option<String>,
    /// Until when the link can be used.
    pub(crate) until: String,
}

/// To a user of whose account something was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// What the user is called, if it can be said.
    pub(crate) name: Option<String>,
    /// When.
    pub(crate) at: String,
}

/// To a user whose password is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PasswordChanged {
    /// What the user is called, if it can be said.
    pub(crate) name: Option<String>,
    /// When.
    pub(crate) at: String,
    /// How many API keys of theirs are still good.
    #[serde(default)]
    pub(crate) api_keys: u64,
}

/// To a user who can sign in by another provider, or not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Provider {
    /// What the user is called, if it can be said.
    pub(crate) name: Option<String>,
    /// What the provider is called.
    pub(crate) provider: String,
    /// What has changed.
    pub(crate) change: ProviderChange,
    /// When.
    pub(crate) at: String,
}

/// To a user who signs in in another way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SecondFactor {
    /// What the user is called, if it can be said.
    pub(crate) name: Option<String>,
    /// What has changed.
    pub(crate) change: SecondFactorChange,
    /// When.
    pub(crate) at: String,
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
            Self::VerifyEmail(_) => template!("verify_email"),
            Self::ResetPassword(_) => template!("reset_password"),
            Self::ConfirmEmail(_) => template!("confirm_email"),
            Self::PasswordChanged(_) => template!("password_changed"),
            Self::SecondFactorChanged(_) => template!("second_factor_changed"),
            Self::ProviderChanged(_) => template!("provider_changed"),
            Self::EmailChanged(_) => template!("email_changed"),
        }
    }

    /// What is filled in.
    pub(crate) fn fields(&self) -> Value {
        match self {
            Self::Welcome(fields) => Value::from(Serde(fields)),
            Self::PostCreated(fields) => Value::from(Serde(fields)),
            Self::VerifyEmail(fields) | Self::ConfirmEmail(fields) => Value::from(Serde(fields)),
            Self::ResetPassword(fields) => Value::from(Serde(fields)),
            Self::SecondFactorChanged(fields) => Value::from(Serde(fields)),
            Self::PasswordChanged(fields) => Value::from(Serde(fields)),
            Self::ProviderChanged(fields) => Value::from(Serde(fields)),
            Self::EmailChanged(fields) => Value::from(Serde(fields)),
        }
    }

    /// The link that it carries, and what that is asked for with.
    pub(crate) fn link(&self) -> Option<(LinkKind, Uuid)> {
        match self {
            Self::Welcome(fields) => fields.token_id.map(|id| (LinkKind::VerifyEmail, id)),
            Self::VerifyEmail(fields) => Some((LinkKind::VerifyEmail, fields.token_id)),
            Self::ResetPassword(fields) => Some((LinkKind::ResetPassword, fields.token_id)),
            Self::ConfirmEmail(fields) => Some((LinkKind::ConfirmEmail, fields.token_id)),
            Self::PostCreated(_)
            | Self::PasswordChanged(_)
            | Self::SecondFactorChanged(_)
            | Self::ProviderChanged(_)
            | Self::EmailChanged(_) => None,
        }
    }

    /// Whether it says anything without its link.
    pub(crate) fn stands_alone(&self) -> bool {
        self.link().is_none() || matches!(self, Self::Welcome(_))
    }
}

//! What auth tells of users. Never a password, a role or a token: those are auth's own.

use ashlar_core::{events::Event, principal::UserId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A user has registered, or was created by an administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserRegistered {
    /// The user.
    pub user_id: UserId,
    /// The address that the user gave, as written; nobody has confirmed it yet.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// What the user is called.
    #[schemars(example = &"Ada Lovelace")]
    pub display_name: String,
    /// What the link to confirm the address is asked for with; absent when it needs no confirming.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<Uuid>,
}

impl Event for UserRegistered {
    const NAME: &'static str = "user.registered";
    const ABOUT: &'static str = "A user has registered, or was created by an administrator. Nobody has confirmed the \
         address yet.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// A user has changed. It tells how the user is now, whatever it was that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserUpdated {
    /// The user.
    pub user_id: UserId,
    /// The user's address, as written.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// What the user is called.
    #[schemars(example = &"Ada King")]
    pub display_name: String,
}

impl Event for UserUpdated {
    const NAME: &'static str = "user.updated";
    const ABOUT: &'static str =
        "A user has changed. It tells how the user is now, whatever it was that changed.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// A user is gone for good: who keeps something of theirs lets it go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserDeleted {
    /// The user who was.
    pub user_id: UserId,
}

impl Event for UserDeleted {
    const NAME: &'static str = "user.deleted";
    const ABOUT: &'static str =
        "A user is gone for good: who keeps something of theirs lets it go.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// A user asks for another link with which to confirm their address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserVerificationRequested {
    /// The user.
    pub user_id: UserId,
    /// What the link is asked for with.
    pub token_id: Uuid,
    /// The address to be confirmed, and to send the link to.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// What the user is called.
    #[schemars(example = &"Ada Lovelace")]
    pub display_name: String,
    /// Until when the link can be used.
    pub expires_at: DateTime<Utc>,
}

impl Event for UserVerificationRequested {
    const NAME: &'static str = "user.verification_requested";
    const ABOUT: &'static str = "A user asks for another link with which to confirm their address.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// Somebody has forgotten the password of this user, or says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserPasswordResetRequested {
    /// The user.
    pub user_id: UserId,
    /// What the link is asked for with.
    pub token_id: Uuid,
    /// The user's address, to send the link to.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// What the user is called.
    #[schemars(example = &"Ada Lovelace")]
    pub display_name: String,
    /// The network address that it was asked from, if that is known.
    #[schemars(example = &"192.0.2.7")]
    pub requested_from: Option<String>,
    /// Until when the link can be used.
    pub expires_at: DateTime<Utc>,
}

impl Event for UserPasswordResetRequested {
    const NAME: &'static str = "user.password_reset_requested";
    const ABOUT: &'static str = "Somebody has forgotten the password of this user, or says so.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// A user wants another address, which is theirs once it is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserEmailChangeRequested {
    /// The user.
    pub user_id: UserId,
    /// What the link is asked for with.
    pub token_id: Uuid,
    /// The new address, to send the link to.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// What the user is called.
    #[schemars(example = &"Ada Lovelace")]
    pub display_name: String,
    /// Until when the link can be used.
    pub expires_at: DateTime<Utc>,
}

impl Event for UserEmailChangeRequested {
    const NAME: &'static str = "user.email_change_requested";
    const ABOUT: &'static str =
        "A user wants another address, which is theirs once it is confirmed.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// A user has another address. Whoever reads the old one is told, in case it was not them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserEmailChanged {
    /// The user.
    pub user_id: UserId,
    /// The address from now on.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// The address until now.
    #[schemars(example = &"lovelace@example.org")]
    pub previous_email: String,
    /// What the user is called.
    #[schemars(example = &"Ada Lovelace")]
    pub display_name: String,
}

impl Event for UserEmailChanged {
    const NAME: &'static str = "user.email_changed";
    const ABOUT: &'static str =
        "A user has another address. Whoever reads the old one is told, in case it was not them.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// A user has another password: they changed it, or it was set anew by a link in a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserPasswordChanged {
    /// The user.
    pub user_id: UserId,
    /// The user's address.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// What the user is called.
    #[schemars(example = &"Ada Lovelace")]
    pub display_name: String,
    /// How many API keys of theirs are still good: a password ends none.
    #[serde(default)]
    pub api_keys: u64,
}

impl Event for UserPasswordChanged {
    const NAME: &'static str = "user.password_changed";
    const ABOUT: &'static str =
        "A user has another password: they changed it, or it was set anew by a link in a mail.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// With what a user signs in beside or instead of a password has changed, which they should learn of
/// in case that it was not them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecondFactorChanged {
    /// The user.
    pub user_id: UserId,
    /// The user's address, as written.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// What the user is called.
    #[schemars(example = &"Ada Lovelace")]
    pub display_name: String,
    /// What has changed.
    pub change: SecondFactorChange,
}

/// What changed of a user's second factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorChange {
    /// Signing in asks for a code from an authenticator app.
    TotpEnabled,
    /// It does not any more.
    TotpDisabled,
    /// There are new recovery codes, and the old ones are void.
    RecoveryCodesRenewed,
    /// A recovery code was used in place of the app.
    RecoveryCodeUsed,
    /// There is another passkey.
    PasskeyAdded,
    /// A passkey is gone.
    PasskeyRemoved,
    /// An administrator removed all of them.
    Reset,
}

impl Event for SecondFactorChanged {
    const NAME: &'static str = "user.second_factor_changed";
    const ABOUT: &'static str = "With what a user signs in beside or instead of a password has changed, which they should \
         learn of in case that it was not them.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

/// An account at a provider was linked to a user's, who can sign in by it from then on, or it no longer
/// is. The user should learn of it in case that it was not them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserProviderChanged {
    /// The user.
    pub user_id: UserId,
    /// The user's address, as written.
    #[schemars(example = &"ada@example.org")]
    pub email: String,
    /// What the user is called.
    #[schemars(example = &"Ada Lovelace")]
    pub display_name: String,
    /// What users call the provider.
    #[schemars(example = &"GitHub")]
    pub provider: String,
    /// What has changed.
    pub change: ProviderChange,
}

/// What changed between a user and a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderChange {
    /// The user can sign in by it.
    Linked,
    /// The user cannot any more.
    Unlinked,
}

impl Event for UserProviderChanged {
    const NAME: &'static str = "user.provider_changed";
    const ABOUT: &'static str = "An account at a provider was linked to a user's, who can sign in by it from then on, or it \
         no longer is. The user should learn of it in case that it was not them.";

    fn key(&self) -> Uuid {
        self.user_id.as_uuid()
    }
}

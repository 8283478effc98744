//! What auth tells of users. Never a password, a role or a token: those are auth's own.

use ashlar_core::{events::Event, principal::UserId};
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

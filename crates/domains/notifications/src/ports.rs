//! What this crate needs from outside. The app supplies it.

use std::{future::Future, pin::Pin};

use ashlar_core::{problem::Unexpected, secret::Secret};
use uuid::Uuid;

/// What a port's method returns: it is called through a `dyn`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unexpected>> + Send + 'a>>;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// To confirm an address.
    VerifyEmail,
    /// To set a password anew.
    ResetPassword,
    /// To confirm the address that is to take the place of another.
    ConfirmEmail,
}

/// Makes the links that let whoever follows them do something. They are asked for when the mail is
/// sent, so no event and no job has one.
pub trait Links: Send + Sync + 'static {
    /// The link with this token; `None` when it would lead nowhere any more.
    fn link(&self, kind: LinkKind, token_id: Uuid) -> Answer<'_, Option<Secret>>;
}

//! The tables. Private to the crate: nothing outside knows how a user is stored.

pub(crate) mod audit_log;
pub(crate) mod oauth_account;
pub(crate) mod oauth_code;
pub(crate) mod oauth_flow;
pub(crate) mod password;
pub(crate) mod session;
pub(crate) mod user;

use ashlar_core::stored_as;

use crate::{
    model::{DisplayName, Email, ProviderName, Revocation, Role, Status},
    password::PasswordHash,
};

stored_as!(DisplayName, String);
stored_as!(Email, String);
stored_as!(PasswordHash, String);
stored_as!(ProviderName, String);
stored_as!(Revocation, text);
stored_as!(Role, text);
stored_as!(Status, text);

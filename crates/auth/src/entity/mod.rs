//! The tables. Private to the crate: nothing outside knows how a user is stored.

pub(crate) mod account_token;
pub(crate) mod api_key;
pub(crate) mod audit_log;
pub(crate) mod oauth_account;
pub(crate) mod oauth_code;
pub(crate) mod oauth_flow;
pub(crate) mod passkey;
pub(crate) mod passkey_challenge;
pub(crate) mod password;
pub(crate) mod recovery_code;
pub(crate) mod session;
pub(crate) mod throttle;
pub(crate) mod totp_credential;
pub(crate) mod user;

use ashlar_core::{domain::Domain, stored_as};

use crate::{
    api_key::KeyHash,
    model::{
        ChallengePurpose, DisplayName, Email, ProviderName, Purpose, Revocation, RoleName, Status,
    },
    password::PasswordHash,
};

stored_as!(ChallengePurpose, text);
stored_as!(DisplayName, String);
stored_as!(Email, String);
stored_as!(KeyHash, String);
stored_as!(PasswordHash, String);
stored_as!(ProviderName, String);
stored_as!(Purpose, text);
stored_as!(Revocation, text);
stored_as!(RoleName, String);
stored_as!(Status, text);

/// The same domain, which owns all of them.
pub(crate) fn owned_by(domain: Domain) -> Domain {
    domain
        .table::<account_token::Entity>()
        .table::<api_key::Entity>()
        .table::<audit_log::Entity>()
        .table::<oauth_account::Entity>()
        .table::<oauth_code::Entity>()
        .table::<oauth_flow::Entity>()
        .table::<passkey::Entity>()
        .table::<passkey_challenge::Entity>()
        .table::<password::Entity>()
        .table::<recovery_code::Entity>()
        .table::<session::Entity>()
        .table::<throttle::Entity>()
        .table::<totp_credential::Entity>()
        .table::<user::Entity>()
}

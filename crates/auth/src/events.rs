//! What auth tells the other domains.

use ashlar_contracts::users::{
    ProviderChange, SecondFactorChange, SecondFactorChanged, UserEmailChangeRequested,
    UserEmailChanged, UserPasswordChanged, UserPasswordResetRequested, UserProviderChanged,
    UserRegistered, UserUpdated, UserVerificationRequested,
};
use ashlar_core::http::ClientInfo;

use crate::entity::{account_token::Model as Token, user::Model};

pub(crate) fn registered(user: &Model) -> UserRegistered {
    UserRegistered {
        user_id: user.id,
        email: user.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
        token_id: None,
    }
}

pub(crate) fn updated(user: &Model) -> UserUpdated {
    UserUpdated {
        user_id: user.id,
        email: user.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
    }
}

pub(crate) fn verification_requested(user: &Model, token: &Token) -> UserVerificationRequested {
    UserVerificationRequested {
        user_id: user.id,
        token_id: token.id.as_uuid(),
        email: token.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
        expires_at: token.expires_at,
    }
}

pub(crate) fn password_reset_requested(
    user: &Model,
    token: &Token,
    client: &ClientInfo,
) -> UserPasswordResetRequested {
    UserPasswordResetRequested {
        user_id: user.id,
        token_id: token.id.as_uuid(),
        email: token.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
        requested_from: client.address.map(|address| address.to_string()),
        expires_at: token.expires_at,
    }
}

pub(crate) fn email_change_requested(user: &Model, token: &Token) -> UserEmailChangeRequested {
    UserEmailChangeRequested {
        user_id: user.id,
        token_id: token.id.as_uuid(),
        email: token.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
        expires_at: token.expires_at,
    }
}

pub(crate) fn email_changed(before: &Model, after: &Model) -> UserEmailChanged {
    UserEmailChanged {
        user_id: after.id,
        email: after.email.as_str().to_owned(),
        previous_email: before.email.as_str().to_owned(),
        display_name: after.display_name.as_str().to_owned(),
    }
}

pub(crate) fn password_changed(user: &Model, api_keys: u64) -> UserPasswordChanged {
    UserPasswordChanged {
        user_id: user.id,
        email: user.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
        api_keys,
    }
}

/// `provider` as users call it.
pub(crate) fn provider_changed(
    user: &Model,
    provider: &str,
    change: ProviderChange,
) -> UserProviderChanged {
    UserProviderChanged {
        user_id: user.id,
        email: user.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
        provider: provider.to_owned(),
        change,
    }
}

pub(crate) fn second_factor_changed(
    user: &Model,
    change: SecondFactorChange,
) -> SecondFactorChanged {
    SecondFactorChanged {
        user_id: user.id,
        email: user.email.as_str().to_owned(),
        display_name: user.display_name.as_str().to_owned(),
        change,
    }
}

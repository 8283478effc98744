//! A linked account, and the tokens in it: sealed, each for its own place.

use ashlar_core::{
    principal::UserId,
    problem::Unexpected,
    seal::{OpenError, Sealer},
    secret::Secret,
};
use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::{NotSet, Set};

use crate::{
    entity::oauth_account::{ActiveModel, Model},
    error::AuthError,
    model::{OauthAccountId, OauthFlowId, ProviderName},
    provider::{Profile, ProviderGrant},
};

/// Which of an account's tokens.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    Access,
    Refresh,
}

/// What a flow's verifier is sealed for.
pub(super) fn flow_context(id: OauthFlowId) -> String {
    format!("oauth_flows.{id}.verifier")
}

/// A new link.
pub(super) fn linked(
    sealer: &Sealer,
    user_id: UserId,
    provider: &ProviderName,
    (profile, grant): (&Profile, &ProviderGrant),
    now: DateTime<Utc>,
) -> Result<Model, AuthError> {
    let id = OauthAccountId::new();
    let refresh_token = grant.refresh_token.as_ref();
    Ok(Model {
        id,
        user_id,
        provider: provider.clone(),
        subject: profile.subject.clone(),
        email: profile.email.clone(),
        name: profile.name.clone(),
        scopes: grant.scopes.clone().unwrap_or_default(),
        access_token_sealed: Some(seal(sealer, id, Token::Access, &grant.access_token)?),
        refresh_token_sealed: refresh_token
            .map(|token| seal(sealer, id, Token::Refresh, token))
            .transpose()?,
        expires_at: grant.expires_at,
        refreshing_until: None,
        revoked_at: None,
        linked_at: now,
        version: 1,
    })
}

/// What a new grant changes in the account `id`.
pub(super) fn granted(
    sealer: &Sealer,
    id: OauthAccountId,
    grant: &ProviderGrant,
) -> Result<ActiveModel, AuthError> {
    let refresh_token = match &grant.refresh_token {
        Some(token) => Set(Some(seal(sealer, id, Token::Refresh, token)?)),
        None => NotSet,
    };
    Ok(ActiveModel {
        scopes: grant.scopes.clone().map_or(NotSet, Set),
        access_token_sealed: Set(Some(seal(sealer, id, Token::Access, &grant.access_token)?)),
        refresh_token_sealed: refresh_token,
        expires_at: Set(grant.expires_at),
        refreshing_until: Set(None),
        revoked_at: Set(None),
        ..Default::default()
    })
}

/// What changes in an account that another key sealed; nothing in one that is current.
pub(super) fn resealed(sealer: &Sealer, account: &Model) -> Result<Option<ActiveModel>, AuthError> {
    let old = |sealed: &Option<String>| sealed.as_ref().is_some_and(|one| !sealer.is_current(one));
    if !old(&account.access_token_sealed) && !old(&account.refresh_token_sealed) {
        return Ok(None);
    }
    let anew = |token: Token| match open(sealer, account, token) {
        Ok(Some(secret)) => seal(sealer, account.id, token, &secret).map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(AuthError::Unexpected(Unexpected::new(error))),
    };
    Ok(Some(ActiveModel {
        access_token_sealed: Set(anew(Token::Access)?),
        refresh_token_sealed: Set(anew(Token::Refresh)?),
        ..Default::default()
    }))
}

/// One of the account's tokens, if it has it.
pub(super) fn open(
    sealer: &Sealer,
    account: &Model,
    token: Token,
) -> Result<Option<Secret>, OpenError> {
    let sealed = match token {
        Token::Access => &account.access_token_sealed,
        Token::Refresh => &account.refresh_token_sealed,
    };
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let bytes = sealer.open(&context(account.id, token), sealed)?;
    let text = String::from_utf8(bytes).map_err(|_| OpenError::Malformed)?;
    Ok(Some(Secret::from(text)))
}

fn seal(
    sealer: &Sealer,
    id: OauthAccountId,
    token: Token,
    secret: &Secret,
) -> Result<String, AuthError> {
    let sealed = sealer.seal(&context(id, token), secret.expose().as_bytes());
    Ok(sealed.map_err(Unexpected::new)?)
}

fn context(id: OauthAccountId, token: Token) -> String {
    let column = match token {
        Token::Access => "access_token",
        Token::Refresh => "refresh_token",
    };
    format!("oauth_accounts.{id}.{column}")
}

//! An account whose address nobody had verified: whoever made it may not be whom the mail reached.

use ashlar_contracts::users::SecondFactorChange;
use ashlar_core::{database::Transaction, events::publish};
use chrono::{DateTime, Utc};

use crate::{
    api_key::KeyHash, audit::Entry, entity::user::Model as User, error::AuthError,
    events::second_factor_changed, repository, service::second_factor,
};

/// Takes away every way in that was there before mail showed whose the account is: links to
/// providers, passkeys, the app and its recovery codes, API keys. Else somebody could register with
/// the address of another, and wait in there until they come ("pre-hijacking", Sudhodanan and
/// Paverd, USENIX Security 2022). The keys, to be forgotten after the commit.
pub(super) async fn cleanse(
    transaction: &Transaction,
    user: &User,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<(Entry, Vec<KeyHash>), AuthError> {
    let links = repository::oauth_accounts::delete_all(transaction, user.id).await?;
    let passkeys = repository::passkeys::delete_all(transaction, user.id).await?;
    let totp = second_factor::remove(transaction, user.id, now).await?;
    if totp || passkeys > 0 {
        let event = second_factor_changed(user, SecondFactorChange::Reset);
        publish(transaction, &event, now).await?;
    }
    let entry = entry
        .with("links_removed", links)
        .with("passkeys_removed", passkeys)
        .with("totp_removed", totp);
    revoke_keys(transaction, user, entry, now).await
}

/// Takes away the user's API keys. They are to be forgotten after the commit.
pub(super) async fn revoke_keys(
    transaction: &Transaction,
    user: &User,
    entry: Entry,
    now: DateTime<Utc>,
) -> Result<(Entry, Vec<KeyHash>), AuthError> {
    let keys = repository::api_keys::revoke_all(transaction, user.id, now).await?;
    let entry = entry.with("api_keys_revoked", keys.len());
    Ok((entry, keys.into_iter().map(|key| key.hash).collect()))
}

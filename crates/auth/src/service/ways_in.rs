//! The ways in which a user can sign in: the last one is not taken away.

use ashlar_core::principal::UserId;
use sea_orm::{ConnectionTrait, DbErr};

use crate::repository::{oauth_accounts, passkeys, passwords};

/// Whether there is one: a password, a passkey, or a provider.
pub(super) async fn remain(
    connection: &impl ConnectionTrait,
    user_id: UserId,
) -> Result<bool, DbErr> {
    Ok(passwords::find(connection, user_id).await?.is_some()
        || passkeys::count(connection, user_id).await? > 0
        || oauth_accounts::count(connection, user_id).await? > 0)
}

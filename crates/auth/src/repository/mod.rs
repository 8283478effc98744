//! Queries: free functions over a connection or a transaction; none begins or commits one.

pub(crate) mod account_tokens;
pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod oauth_accounts;
pub(crate) mod oauth_codes;
pub(crate) mod oauth_flows;
pub(crate) mod passkey_challenges;
pub(crate) mod passkeys;
pub(crate) mod passwords;
pub(crate) mod recovery_codes;
pub(crate) mod sessions;
pub(crate) mod sign_ins;
pub(crate) mod standings;
pub(crate) mod throttles;
pub(crate) mod totp;
pub(crate) mod users;

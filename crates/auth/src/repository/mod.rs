//! Queries: free functions over a connection or a transaction; none begins or commits one.

pub(crate) mod audit;
pub(crate) mod oauth_accounts;
pub(crate) mod oauth_codes;
pub(crate) mod oauth_flows;
pub(crate) mod passwords;
pub(crate) mod sessions;
pub(crate) mod users;

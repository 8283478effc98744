//! API keys: what they are called.

use ashlar_core::ids::{Id, Identified};

/// Marks the ids of API keys.
pub enum ApiKey {}

impl Identified for ApiKey {
    const PARAMETER: &'static str = "key_id";
}

/// The id of an API key. It is no secret.
pub type ApiKeyId = Id<ApiKey>;

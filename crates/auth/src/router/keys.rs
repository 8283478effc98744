//! The public keys of access tokens, at the address where verifiers look (RFC 7517, RFC 8615).

use std::time::Duration;

use actix_web::web::Data;
use ashlar_core::http::{Published, Route};

use crate::keys::JwkSet;

/// How long verifiers may believe what they read: a new key must have been there for that long
/// before it signs.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);

/// The route, which stands at the root.
pub(crate) fn route() -> Route {
    Route::get("/.well-known/jwks.json", list)
        .named("list_public_keys", "List the public keys of access tokens")
        .about(
            "A JSON Web Key Set (RFC 7517), to verify access tokens with where they are signed with \
             EdDSA. It is empty where they are signed with HS256.",
        )
}

async fn list(keys: Data<JwkSet>) -> Published<JwkSet> {
    Published {
        document: JwkSet::clone(&keys),
        max_age: MAX_AGE,
    }
}

//! The keys with which a provider signs its ID tokens (RFC 7517).

use std::{sync::Arc, time::Duration};

use ashlar_core::clock::Clock;
use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm,
    jwk::{Jwk, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{endpoint::Endpoint, error::ProviderError};

/// How long keys are believed.
const TTL: Duration = Duration::from_secs(60 * 60);

/// How long we wait before we look once more for a key that was not there: providers sign with new
/// keys now and then, and anybody can write any key's name into a token.
const PATIENCE: Duration = Duration::from_secs(60);

/// The keys of one provider, as they were last read.
#[derive(Debug)]
pub(super) struct Keys {
    clock: Clock,
    known: Mutex<Option<Known>>,
}

/// Since when which keys are known.
type Known = (DateTime<Utc>, Arc<[Jwk]>);

/// One by one, so that a key which we cannot read does not take the others with it.
#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Keys {
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            known: Mutex::default(),
        }
    }

    /// The key that a token names, or the only one that it can mean when it names none (OpenID Connect
    /// Core 1.0, 10.1).
    pub(super) async fn find(
        &self,
        endpoint: &Endpoint,
        name: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Jwk, ProviderError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some((since, keys)) = &*known
            && now < *since + TTL
        {
            if let Some(key) = choose(keys, name, algorithm) {
                return Ok(key.clone());
            }
            if now < *since + PATIENCE {
                return Err(UNKNOWN);
            }
        }
        let set: KeySet = endpoint.get().json().await?;
        let keys: Arc<[Jwk]> = (set.keys.into_iter())
            .filter_map(|key| serde_json::from_value(key).ok())
            .collect();
        *known = Some((now, Arc::clone(&keys)));
        choose(&keys, name, algorithm).cloned().ok_or(UNKNOWN)
    }
}

const UNKNOWN: ProviderError = ProviderError::Invalid("no key fits the ID token");

fn choose<'k>(keys: &'k [Jwk], name: Option<&str>, algorithm: Algorithm) -> Option<&'k Jwk> {
    let mut fitting = keys.iter().filter(|key| {
        let common = &key.common;
        let signs = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
        let is_for = (common.key_algorithm).is_none_or(|one| one == algorithm.into());
        signs && is_for && (name.is_none() || common.key_id.as_deref() == name)
    });
    let first = fitting.next();
    match name {
        Some(_) => first,
        None => first.filter(|_| fitting.next().is_none()),
    }
}

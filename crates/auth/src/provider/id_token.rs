//! ID tokens (OpenID Connect Core 1.0, 3.1.3.7): whom a provider signed in, for us, in this visit.

use ashlar_core::clock::Clock;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::{endpoint::Endpoint, error::ProviderError, keys::Keys, profile::Claims};

/// What a token may be signed with: keys whose secret part the provider alone has. Not HMAC, whose key
/// would be our client secret, and not "none" (RFC 8725, 3.1).
const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: i64 = 30;

/// How old a token may be that was made for a visit which just ended, in seconds.
const MAX_AGE: i64 = 10 * 60;

/// Verifies the ID tokens of one provider.
pub(super) struct IdTokens<'a> {
    pub(super) keys: &'a Keys,
    pub(super) clock: &'a Clock,
}

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
}

/// What every token says.
#[derive(Deserialize)]
struct Standard {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    auth_time: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl IdTokens<'_> {
    /// What `token` claims, if the provider signed it, for us, in this visit, and lately.
    pub(super) async fn verify(
        &self,
        token: &str,
        keys: Option<&Endpoint>,
        expected: &Expected<'_>,
    ) -> Result<Claims, ProviderError> {
        let keys = keys.ok_or(ProviderError::Invalid("the provider has no keys"))?;
        let header = decode_header(token)
            .map_err(|_| ProviderError::Invalid("the ID token cannot be read"))?;
        // Nothing that we would have to understand (RFC 7515, 4.1.11).
        if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
            return Err(ProviderError::Invalid("the ID token's algorithm"));
        }
        let key = self
            .keys
            .find(keys, header.kid.as_deref(), header.alg)
            .await?;
        let key = DecodingKey::from_jwk(&key)
            .map_err(|_| ProviderError::Invalid("the provider's key cannot be used"))?;
        let claims = decode::<Claims>(token, &key, &signature_alone(header.alg))
            .map_err(|_| ProviderError::Invalid("the ID token's signature"))?
            .claims;
        let standard = Value::Object(claims.clone());
        let standard: Standard = serde_json::from_value(standard)
            .map_err(|_| ProviderError::Invalid("the ID token lacks a claim"))?;
        match breach(&standard, expected, self.clock.now().timestamp()) {
            Some(breach) => Err(ProviderError::Invalid(breach)),
            None => Ok(claims),
        }
    }
}

/// When its user last proved to the provider who they are, if a verified token says that: not later
/// than now.
pub(super) fn auth_time(claims: &Claims, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let seconds = claims.get("auth_time")?.as_i64()?;
    Some(DateTime::from_timestamp(seconds, 0)?.min(now))
}

/// The claims are ours to check: by our clock, and all of them.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

/// What is wrong with the claims, if anything is.
fn breach(claims: &Standard, expected: &Expected<'_>, now: i64) -> Option<&'static str> {
    let (is_ours, is_shared) = match &claims.aud {
        Audience::One(one) => (one == expected.client_id, false),
        Audience::Several(several) => (
            several.iter().any(|one| one == expected.client_id),
            several.len() > 1,
        ),
    };
    let azp = claims.azp.as_deref();
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    if claims.iss != expected.issuer {
        Some("the ID token's issuer")
    } else if !is_ours {
        Some("the ID token's audience")
    } else if azp.is_some_and(|azp| azp != expected.client_id) || (is_shared && azp.is_none()) {
        Some("the ID token's authorized party")
    } else if claims.exp.saturating_add(LEEWAY) <= now {
        Some("the ID token has expired")
    } else if claims.iat > now.saturating_add(LEEWAY) {
        Some("the ID token is from the future")
    } else if (claims.auth_time).is_some_and(|time| time > now.saturating_add(LEEWAY)) {
        Some("the ID token's user will sign in one day")
    } else if claims.iat.saturating_add(MAX_AGE) < now {
        Some("the ID token is old")
    } else if verify_slices_are_equal(nonce.as_bytes(), expected.nonce.as_bytes()).is_err() {
        Some("the ID token's nonce")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn breach_with(change: &Value) -> Option<&'static str> {
        let mut claims = json!({
            "iss": "https://idp.example", "sub": "ada", "aud": "us", "nonce": "n",
            "iat": NOW, "exp": NOW + 300,
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let expected = Expected {
            issuer: "https://idp.example",
            client_id: "us",
            nonce: "n",
        };
        breach(&serde_json::from_value(claims).unwrap(), &expected, NOW)
    }

    #[test]
    fn every_claim_counts() {
        for good in [
            json!({}),
            json!({ "aud": ["us"] }),
            json!({ "aud": ["us", "them"], "azp": "us" }),
            json!({ "exp": NOW - LEEWAY + 1 }),
            json!({ "iat": NOW + LEEWAY }),
            json!({ "iat": NOW - MAX_AGE }),
            json!({ "auth_time": NOW + LEEWAY }),
            json!({ "auth_time": 0 }),
            json!({ "auth_time": null }),
        ] {
            assert_eq!(breach_with(&good), None, "{good}");
        }
        for bad in [
            json!({ "iss": "https://idp.example/" }),
            json!({ "aud": "them" }),
            json!({ "aud": [] }),
            json!({ "aud": ["us", "them"] }),
            json!({ "aud": ["us", "them"], "azp": "them" }),
            json!({ "azp": "them" }),
            json!({ "exp": NOW - LEEWAY }),
            json!({ "exp": i64::MIN }),
            json!({ "iat": NOW + LEEWAY + 1 }),
            json!({ "iat": NOW - MAX_AGE - 1 }),
            json!({ "auth_time": NOW + LEEWAY + 1 }),
            json!({ "nonce": "m" }),
            json!({ "nonce": "" }),
            json!({ "nonce": null }),
        ] {
            assert!(breach_with(&bad).is_some(), "{bad}");
        }
    }
}

//! Access tokens: JSON Web Tokens (RFC 7519). What they say is told here; what signs them, in
//! [`signature`].

mod signature;

use std::{borrow::Cow, fmt, time::Duration};

use ashlar_core::{clock::Clock, principal::UserId, settings::SecretKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::errors::Error;
use serde::{Deserialize, Deserializer, Serialize};

use self::signature::Signatures;
use crate::{
    model::{AccessTokenId, SessionId},
    settings::{AuthSettings, TokenKeys},
};

/// What the key of HS256 is derived for.
const PURPOSE: &str = "auth.jwt";

/// How far ahead of ours the clock of the process that issued a token may be, in seconds. For `exp`
/// there is none: a token is dead when it says so.
const LEEWAY: i64 = 30;

/// Issues and verifies access tokens.
pub(crate) struct Tokens {
    signatures: Signatures,
    issuer: String,
    audience: String,
    lifetime: Duration,
    clock: Clock,
}

/// A new access token.
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) lifetime: Duration,
}

/// What a valid token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) user_id: UserId,
    pub(crate) session_id: SessionId,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is not ours, not for us, or not valid now.
    Invalid,
    /// It is ours, but does not say whose it is.
    NoSubject,
}

#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    #[serde(default, deserialize_with = "if_usable")]
    sub: Option<UserId>,
    #[serde(borrow)]
    iss: Cow<'a, str>,
    #[serde(borrow)]
    aud: Cow<'a, str>,
    iat: i64,
    exp: i64,
    jti: AccessTokenId,
    sid: SessionId,
}

/// A missing or malformed subject has a refusal of its own.
fn if_usable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UserId>, D::Error> {
    Ok(UserId::deserialize(deserializer).ok())
}

impl Tokens {
    pub(crate) fn new(secret_key: &SecretKey, settings: &AuthSettings, clock: Clock) -> Self {
        let signatures = match &settings.token_keys {
            TokenKeys::Secret => Signatures::secret(&secret_key.derive(PURPOSE)),
            TokenKeys::Public(ring) => Signatures::public(ring.clone()),
        };
        Self {
            signatures,
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            lifetime: Duration::from_secs(settings.access_token_lifetime.as_secs()),
            clock,
        }
    }

    /// A token for `user_id`, that belongs to the sign-in `session_id`.
    pub(crate) fn issue(&self, user_id: UserId, session_id: SessionId) -> Result<Issued, Error> {
        let now = self.clock.now().timestamp();
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let claims = encoded(&Claims {
            sub: Some(user_id),
            iss: Cow::Borrowed(&self.issuer),
            aud: Cow::Borrowed(&self.audience),
            iat: now,
            exp: now.saturating_add(lifetime),
            jti: AccessTokenId::new(),
            sid: session_id,
        })?;
        let message = format!("{}.{claims}", self.signatures.header());
        let signature = self.signatures.sign(message.as_bytes())?;
        Ok(Issued {
            token: format!("{message}.{signature}"),
            lifetime: self.lifetime,
        })
    }

    /// What `token` says, if it is ours, for us, and valid now.
    pub(crate) fn verify(&self, token: &str) -> Result<Verified, Refusal> {
        let payload = self.signatures.signed_part(token);
        let payload = URL_SAFE_NO_PAD
            .decode(payload.ok_or(Refusal::Invalid)?)
            .map_err(|_| Refusal::Invalid)?;
        let claims: Claims<'_> = serde_json::from_slice(&payload).map_err(|_| Refusal::Invalid)?;
        if !self.accepts(&claims, self.clock.now()) {
            return Err(Refusal::Invalid);
        }
        Ok(Verified {
            user_id: claims.sub.ok_or(Refusal::NoSubject)?,
            session_id: claims.sid,
        })
    }

    fn accepts(&self, claims: &Claims<'_>, now: DateTime<Utc>) -> bool {
        let now = now.timestamp();
        claims.iss == self.issuer
            && claims.aud == self.audience
            && claims.iat <= now.saturating_add(LEEWAY)
            && claims.exp > now
    }
}

fn encoded(part: &impl Serialize) -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(part)?))
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

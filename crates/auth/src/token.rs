//! Access tokens: JSON Web Tokens (RFC 7519), signed with HS256 by a key that only this
//! installation can derive. What an algorithm needs stands in [`Tokens::new`], [`Tokens::issue`]
//! and [`Tokens::signed_part`] alone.

use std::{borrow::Cow, fmt, time::Duration};

use ashlar_core::{clock::Clock, principal::UserId, settings::SecretKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, crypto, decode_header, errors::Error,
};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    model::{AccessTokenId, SessionId},
    settings::AuthSettings,
};

/// The only algorithm: what a token's header says of itself chooses nothing (RFC 8725, 3.1).
const ALGORITHM: Algorithm = Algorithm::HS256;

/// What the key is derived for.
const PURPOSE: &str = "auth.jwt";

/// How far ahead of ours the clock of the process that issued a token may be, in seconds. For `exp`
/// there is none: a token is dead when it says so.
const LEEWAY: i64 = 30;

/// Issues and verifies access tokens.
pub(crate) struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    /// The header of our tokens, encoded: recognising it spares parsing it.
    header: String,
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
        let key = secret_key.derive(PURPOSE);
        Self {
            signing: EncodingKey::from_secret(&key),
            verifying: DecodingKey::from_secret(&key),
            header: encoded(&Header::new(ALGORITHM)).unwrap_or_default(),
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
        let message = format!("{}.{claims}", self.header);
        let signature = crypto::sign(message.as_bytes(), &self.signing, ALGORITHM)?;
        Ok(Issued {
            token: format!("{message}.{signature}"),
            lifetime: self.lifetime,
        })
    }

    /// What `token` says, if it is ours, for us, and valid now.
    pub(crate) fn verify(&self, token: &str) -> Result<Verified, Refusal> {
        let payload = self.signed_part(token).ok_or(Refusal::Invalid)?;
        let payload = URL_SAFE_NO_PAD
            .decode(payload)
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

    /// The encoded payload, if the signature over it is ours.
    fn signed_part<'a>(&self, token: &'a str) -> Option<&'a str> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        if header != self.header && !is_acceptable_header(token) {
            return None;
        }
        let message = message.as_bytes();
        crypto::verify(signature, message, &self.verifying, ALGORITHM)
            .is_ok_and(|valid| valid)
            .then_some(payload)
    }

    fn accepts(&self, claims: &Claims<'_>, now: DateTime<Utc>) -> bool {
        let now = now.timestamp();
        claims.iss == self.issuer
            && claims.aud == self.audience
            && claims.iat <= now.saturating_add(LEEWAY)
            && claims.exp > now
    }
}

/// Ours in another spelling: the same algorithm, and nothing that we would have to understand
/// (`crit`: RFC 7515, 4.1.11).
fn is_acceptable_header(token: &str) -> bool {
    decode_header(token).is_ok_and(|header| header.alg == ALGORITHM && header.crit.is_none())
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

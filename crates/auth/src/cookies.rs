//! Cookie mode: what browsers keep of a session, and how their own requests are told from those that
//! another site makes them send (CSRF; OWASP ASVS 4.0, 3.4 and 4.2.2).

use std::{fmt, sync::Arc, time::Duration};

use actix_web::{
    dev::RequestHead,
    http::header::{self, HeaderMap},
};
use ashlar_core::{
    http::{Ambiguous, SetCookie, cookie},
    secret::Secret,
    settings::SecretKey,
};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use thiserror::Error;

use crate::{
    error::AuthError, model::SessionId, refresh_token::RefreshTokens, service::Granted,
    settings::CookieSettings,
};

/// The header with the session's CSRF token.
pub(crate) const CSRF_HEADER: &str = "x-csrf-token";

/// What the key of CSRF tokens is derived for.
const PURPOSE: &str = "auth.csrf";

/// No cookie of ours is longer, in bytes, and browsers keep none that is.
const LONGEST: usize = 4096;

/// The cookies of sessions.
#[derive(Clone)]
pub(crate) struct Cookies {
    settings: CookieSettings,
    csrf: hmac::Key,
    refresh_tokens: Arc<RefreshTokens>,
}

/// A refresh token that came in a cookie, and the session that it is of.
pub(crate) struct Presented {
    pub(crate) session_id: SessionId,
    pub(crate) token: Secret,
}

/// A browser's request that another site may have made it send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Forgery {
    /// It comes from a page that is not among those which may call.
    #[error("the request comes from another site")]
    Origin,
    /// It lacks what only our own pages know.
    #[error("the CSRF token is missing or wrong")]
    Token,
}

impl Cookies {
    pub(crate) fn new(
        secret_key: &SecretKey,
        settings: CookieSettings,
        refresh_tokens: Arc<RefreshTokens>,
    ) -> Self {
        Self {
            settings,
            csrf: hmac::Key::new(hmac::HMAC_SHA256, &secret_key.derive(PURPOSE)),
            refresh_tokens,
        }
    }

    /// The access token that a request brings in a cookie.
    pub(crate) fn access<'a>(&self, headers: &'a HeaderMap) -> Result<Option<&'a str>, Ambiguous> {
        within_length(cookie(headers, self.access_name())?)
    }

    /// The refresh token that a request brings in a cookie, if it may be used by such a request.
    pub(crate) fn refresh(&self, request: &RequestHead) -> Result<Presented, AuthError> {
        let token = cookie(request.headers(), self.refresh_name()).and_then(within_length);
        let token = token.ok().flatten().ok_or(AuthError::InvalidRefreshToken)?;
        let read = self.refresh_tokens.read(token);
        let session_id = read.ok_or(AuthError::InvalidRefreshToken)?.session_id;
        self.permits(request, session_id)?;
        Ok(Presented {
            session_id,
            token: Secret::from(token),
        })
    }

    /// The session whose refresh token a browser keeps, whatever it asks for: nothing but the end of it
    /// may follow from this alone.
    pub(crate) fn kept(&self, headers: &HeaderMap) -> Option<SessionId> {
        let token = cookie(headers, self.refresh_name()).and_then(within_length);
        let read = self.refresh_tokens.read(token.ok()??)?;
        Some(read.session_id)
    }

    /// Whether a request that a cookie authenticates may do what it asks for: one that changes
    /// something must come from a page of ours, and know the session's CSRF token.
    pub(crate) fn permits(
        &self,
        request: &RequestHead,
        session_id: SessionId,
    ) -> Result<(), Forgery> {
        if request.method.is_safe() {
            return Ok(());
        }
        if !self.settings.trusts(request.headers()) {
            return Err(Forgery::Origin);
        }
        let token = request.headers().get(CSRF_HEADER);
        let tag = token.and_then(|token| URL_SAFE_NO_PAD.decode(token.as_bytes()).ok());
        let tag = tag.ok_or(Forgery::Token)?;
        // Compares in constant time.
        hmac::verify(&self.csrf, session_id.as_uuid().as_bytes(), &tag).map_err(|_| Forgery::Token)
    }

    /// What requests that change something in this session must bring in their header.
    pub(crate) fn csrf_token(&self, session_id: SessionId) -> String {
        let tag = hmac::sign(&self.csrf, session_id.as_uuid().as_bytes());
        URL_SAFE_NO_PAD.encode(tag)
    }

    /// The cookies that carry `granted`.
    pub(crate) fn granted(&self, granted: &Granted) -> Vec<SetCookie> {
        let access = granted.access.token.clone();
        let refresh = granted.refresh.expose().to_owned();
        vec![
            self.cookie(self.access_name(), access, granted.access.lifetime),
            self.cookie(self.refresh_name(), refresh, granted.refresh_lifetime),
        ]
    }

    /// What removes them.
    pub(crate) fn removed(&self) -> Vec<SetCookie> {
        let names = [self.access_name(), self.refresh_name()];
        let removed = names.map(|name| self.cookie(name, String::new(), Duration::ZERO));
        removed.into()
    }

    fn cookie(&self, name: &'static str, value: String, max_age: Duration) -> SetCookie {
        SetCookie {
            name,
            value,
            path: "/",
            max_age,
            secure: self.settings.secure,
        }
    }

    /// With the prefix that keeps sibling domains and plain HTTP from planting one (RFC 6265bis,
    /// 4.1.3; OWASP ASVS 4.0, 3.4.4).
    fn access_name(&self) -> &'static str {
        match self.settings.secure {
            true => "__Host-ashlar_access",
            false => "ashlar_access",
        }
    }

    /// With the same prefix, though it asks for the path `/`: a refresh token of their own, planted
    /// by a sibling domain, would make the browser go on in a stranger's session.
    fn refresh_name(&self) -> &'static str {
        match self.settings.secure {
            true => "__Host-ashlar_refresh",
            false => "ashlar_refresh",
        }
    }
}

fn within_length(token: Option<&str>) -> Result<Option<&str>, Ambiguous> {
    Ok(token.map(|token| if token.len() > LONGEST { "" } else { token }))
}

impl CookieSettings {
    /// Whether a request comes from a page of ours or from one that may call us, as far as the
    /// browser tells: pages cannot change these headers.
    fn trusts(&self, headers: &HeaderMap) -> bool {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let site = text("sec-fetch-site");
        if site == Some("same-origin") {
            return true;
        }
        match text(header::ORIGIN.as_str()) {
            Some(origin) => {
                self.origins.iter().any(|one| one == origin) || {
                    let host = text(header::HOST.as_str());
                    host.is_some_and(|host| self.is_own(origin, host))
                }
            }
            // `none`: the user's own doing, not a page's.
            None => site.is_none_or(|site| site == "none"),
        }
    }

    /// Whether `origin` is that of a page on `host` itself.
    fn is_own(&self, origin: &str, host: &str) -> bool {
        let own = |scheme| origin.strip_prefix(scheme) == Some(host);
        own("https://") || (!self.secure && own("http://"))
    }
}

impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookies")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

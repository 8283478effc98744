//! From a token or an API key to a principal: on every request, so without a query.

use std::{sync::Arc, time::Duration};

use actix_web::dev::RequestHead;
use ashlar_core::{
    clock::Clock,
    principal::{Authentication, Authenticator, Permissions, Principal, UserId, bearer},
    problem::Problem,
    scopes::Scopes,
};

use crate::{
    api_key,
    cookies::Cookies,
    known_keys::KnownKeys,
    model::{Delivery, Status},
    service::Roles,
    standing::{SessionState, SessionStates, Standing, Standings},
    token::{Refusal, Tokens, Verified},
};

/// Authenticates with access tokens and API keys.
pub(crate) struct Credentials {
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) standings: Arc<Standings>,
    pub(crate) sessions: Arc<SessionStates>,
    pub(crate) cookies: Arc<Cookies>,
    pub(crate) keys: Arc<KnownKeys>,
    pub(crate) clock: Clock,
    /// For how long a proof of identity counts as recent.
    pub(crate) recent: Duration,
    /// Whether permissions count only where a second factor was proved.
    pub(crate) second_factor_required: bool,
    pub(crate) roles: Roles,
}

impl Authenticator for Credentials {
    /// A token in the `Authorization` header wins over one in a cookie: no other site can make a
    /// browser send the header.
    fn authenticate<'a>(&'a self, request: &'a RequestHead) -> Option<Authentication<'a>> {
        if let Some(token) = bearer(request.headers()) {
            return Some(if api_key::is_meant(token) {
                Box::pin(self.by_key(token))
            } else {
                Box::pin(self.by_header(token))
            });
        }
        let token = self.cookies.access(request.headers()).transpose()?;
        // Of two cookies nobody can tell which is ours.
        let token = token.unwrap_or_default();
        Some(Box::pin(self.by_cookie(request, token)))
    }
}

impl Credentials {
    async fn by_header(&self, token: &str) -> Result<Principal, Problem> {
        let verified = self.tokens.verify(token).map_err(refused)?;
        self.principal(verified, Delivery::Body).await
    }

    async fn by_cookie(&self, request: &RequestHead, token: &str) -> Result<Principal, Problem> {
        let verified = self.tokens.verify(token).map_err(refused)?;
        let principal = self.principal(verified, Delivery::Cookies).await?;
        self.cookies.permits(request, verified.session_id)?;
        Ok(principal)
    }

    async fn principal(&self, token: Verified, delivery: Delivery) -> Result<Principal, Problem> {
        let (permissions, has_second_factor) = self.standing_of(token.user_id).await?;
        let state = self.check_session(token, delivery).await?;
        Ok(Principal {
            user_id: token.user_id,
            session_id: Some(token.session_id.as_uuid()),
            permissions: self.granted(permissions, state.second_factor),
            scopes: Scopes::all(),
            // Whoever has a second factor proves who they are with it.
            is_recent: (state.second_factor || !has_second_factor)
                && self.clock.now() < state.authenticated_at + self.recent,
        })
    }

    /// A mistyped or shortened key is told by its checksum, so it costs no query.
    async fn by_key(&self, text: &str) -> Result<Principal, Problem> {
        let hash = api_key::read(text).ok_or_else(|| refused(Refusal::Invalid))?;
        let now = self.clock.now();
        let key = self.keys.of(hash).await?;
        let key = (key.filter(|key| key.is_alive(now))).ok_or_else(|| refused(Refusal::Invalid))?;
        let (permissions, _) = self.standing_of(key.user_id).await?;
        self.keys.note_use(hash, now);
        Ok(Principal {
            user_id: key.user_id,
            session_id: None,
            permissions: self
                .granted(permissions, key.second_factor)
                .within(&key.scopes),
            scopes: key.scopes,
            is_recent: false,
        })
    }

    /// What the user may do beyond their own things, and whether they have a second factor; 401 when
    /// they are gone or suspended.
    async fn standing_of(&self, user_id: UserId) -> Result<(Permissions, bool), Problem> {
        let Some(Standing {
            role,
            status: Status::Active,
            second_factor,
        }) = self.standings.of(user_id).await?
        else {
            return Err(Problem::unauthorized("User not found"));
        };
        Ok((self.roles.permissions(&role), second_factor))
    }

    /// What counts of `permissions`, given whether a second factor was proved.
    fn granted(&self, permissions: Permissions, second_factor: bool) -> Permissions {
        match self.second_factor_required && !second_factor {
            true => permissions.withheld(),
            false => permissions,
        }
    }

    /// A token dies with its session.
    async fn check_session(
        &self,
        token: Verified,
        delivery: Delivery,
    ) -> Result<SessionState, Problem> {
        let state = self.sessions.of(token.session_id).await?;
        let now = self.clock.now();
        let state = state.filter(|state| {
            state.user_id == token.user_id
                && state.delivery == delivery
                && !state.revoked
                && now < state.expires_at
        });
        state.ok_or_else(|| refused(Refusal::Invalid))
    }
}

fn refused(refusal: Refusal) -> Problem {
    Problem::unauthorized(match refusal {
        Refusal::Invalid => "Invalid authentication credentials",
        Refusal::NoSubject => "Invalid token payload",
    })
}

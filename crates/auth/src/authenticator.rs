//! From a bearer token to a principal: on every request, so without a query.

use std::sync::Arc;

use actix_web::dev::RequestHead;
use ashlar_core::{
    principal::{Authentication, Authenticator, Permissions, Principal, bearer},
    problem::Problem,
};

use crate::{
    model::{Role, SessionId, Status},
    service::Sessions,
    standing::{Standing, Standings},
    token::{Refusal, Tokens},
};

/// Authenticates with access tokens.
pub(crate) struct Bearer {
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) standings: Arc<Standings>,
    pub(crate) sessions: Sessions,
    /// What an admin may do.
    pub(crate) admin: Permissions,
    /// What any user may do.
    pub(crate) user: Permissions,
}

impl Authenticator for Bearer {
    fn authenticate<'a>(&'a self, request: &'a RequestHead) -> Option<Authentication<'a>> {
        let token = bearer(request.headers())?;
        let path = request.uri.path();
        Some(Box::pin(self.principal(token, path)))
    }
}

impl Bearer {
    async fn principal(&self, token: &str, path: &str) -> Result<Principal, Problem> {
        let verified = self.tokens.verify(token).map_err(refused)?;
        let standing = self.standings.of(verified.user_id).await?;
        let Some(Standing {
            role,
            status: Status::Active,
        }) = standing
        else {
            return Err(Problem::unauthorized("User not found"));
        };
        let permissions = match role {
            Role::Admin => self.admin.clone(),
            Role::User => self.user.clone(),
        };
        Ok(Principal {
            user_id: verified.user_id,
            session_id: Some(verified.session_id.as_uuid()),
            permissions,
            is_recent: self.is_recent(path, verified.session_id).await?,
        })
    }
}

impl Bearer {
    /// Asked of the database, so only where a route asks for it.
    async fn is_recent(&self, path: &str, session: SessionId) -> Result<bool, Problem> {
        let asks = ["/auth/mfa", "/auth/passkeys", "/second-factors"];
        if !asks.iter().any(|part| path.contains(part)) {
            return Ok(false);
        }
        Ok(self.sessions.is_recent(session).await?)
    }
}

fn refused(refusal: Refusal) -> Problem {
    Problem::unauthorized(match refusal {
        Refusal::Invalid => "Invalid authentication credentials",
        Refusal::NoSubject => "Invalid token payload",
    })
}

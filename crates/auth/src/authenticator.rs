//! From a bearer token to a principal: on every request, so without a query.

use std::sync::Arc;

use actix_web::dev::RequestHead;
use ashlar_core::{
    principal::{Authentication, Authenticator, Principal, bearer},
    problem::Problem,
};

use crate::{
    model::Status,
    service::Roles,
    standing::{Standing, Standings},
    token::{Refusal, Tokens},
};

/// Authenticates with access tokens.
pub(crate) struct Bearer {
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) standings: Arc<Standings>,
    pub(crate) roles: Roles,
}

impl Authenticator for Bearer {
    fn authenticate<'a>(&'a self, request: &'a RequestHead) -> Option<Authentication<'a>> {
        let token = bearer(request.headers())?;
        Some(Box::pin(self.principal(token)))
    }
}

impl Bearer {
    async fn principal(&self, token: &str) -> Result<Principal, Problem> {
        let verified = self.tokens.verify(token).map_err(refused)?;
        let standing = self.standings.of(verified.user_id).await?;
        let Some(Standing {
            role,
            status: Status::Active,
        }) = standing
        else {
            return Err(Problem::unauthorized("User not found"));
        };
        Ok(Principal {
            user_id: verified.user_id,
            session_id: Some(verified.session_id.as_uuid()),
            permissions: self.roles.permissions(&role),
            is_recent: false,
        })
    }
}

fn refused(refusal: Refusal) -> Problem {
    Problem::unauthorized(match refusal {
        Refusal::Invalid => "Invalid authentication credentials",
        Refusal::NoSubject => "Invalid token payload",
    })
}

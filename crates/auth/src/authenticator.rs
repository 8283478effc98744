//! From a bearer token or an API key to a principal: on every request, so without a query.

use std::sync::Arc;

use actix_web::dev::RequestHead;
use ashlar_core::{
    clock::Clock,
    principal::{Authentication, Authenticator, Permissions, Principal, UserId, bearer},
    problem::Problem,
    scopes::Scopes,
};

use crate::{
    api_key,
    known_keys::KnownKeys,
    model::{Role, Status},
    standing::{Standing, Standings},
    token::{Refusal, Tokens},
};

/// Authenticates with access tokens and API keys.
pub(crate) struct Bearer {
    pub(crate) tokens: Arc<Tokens>,
    pub(crate) standings: Arc<Standings>,
    pub(crate) keys: Arc<KnownKeys>,
    pub(crate) clock: Clock,
    /// What an admin may do.
    pub(crate) admin: Permissions,
    /// What any user may do.
    pub(crate) user: Permissions,
}

impl Authenticator for Bearer {
    fn authenticate<'a>(&'a self, request: &'a RequestHead) -> Option<Authentication<'a>> {
        let token = bearer(request.headers())?;
        Some(if api_key::is_meant(token) {
            Box::pin(self.with_key(token))
        } else {
            Box::pin(self.with_token(token))
        })
    }
}

impl Bearer {
    async fn with_token(&self, token: &str) -> Result<Principal, Problem> {
        let verified = self.tokens.verify(token).map_err(refused)?;
        Ok(Principal {
            user_id: verified.user_id,
            session_id: Some(verified.session_id.as_uuid()),
            permissions: self.permissions_of(verified.user_id).await?,
            scopes: Scopes::all(),
            is_recent: false,
        })
    }

    /// A mistyped or shortened key is told by its checksum, so it costs no query.
    async fn with_key(&self, text: &str) -> Result<Principal, Problem> {
        let hash = api_key::read(text).ok_or_else(|| refused(Refusal::Invalid))?;
        let now = self.clock.now();
        let key = self.keys.of(hash).await?;
        let key = (key.filter(|key| key.is_alive(now))).ok_or_else(|| refused(Refusal::Invalid))?;
        let permissions = self.permissions_of(key.user_id).await?;
        self.keys.note_use(hash, now);
        Ok(Principal {
            user_id: key.user_id,
            session_id: None,
            permissions: permissions.within(&key.scopes),
            scopes: key.scopes,
            is_recent: false,
        })
    }

    /// What the user may do beyond their own things; 401 when they are gone or suspended.
    async fn permissions_of(&self, user_id: UserId) -> Result<Permissions, Problem> {
        let standing = self.standings.of(user_id).await?;
        let Some(Standing {
            role,
            status: Status::Active,
        }) = standing
        else {
            return Err(Problem::unauthorized("User not found"));
        };
        Ok(match role {
            Role::Admin => self.admin.clone(),
            Role::User => self.user.clone(),
        })
    }
}

fn refused(refusal: Refusal) -> Problem {
    Problem::unauthorized(match refusal {
        Refusal::Invalid => "Invalid authentication credentials",
        Refusal::NoSubject => "Invalid token payload",
    })
}

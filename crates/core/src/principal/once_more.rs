//! Who is asking, once more: a body may trickle in for seconds, while its sender is signed out or may do less.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};

use super::{Asked, Authenticator, Identity, Principal, not_recent};
use crate::problem::Problem;

/// What authenticates, for whoever comes after the middleware.
#[derive(Clone)]
pub(crate) struct OnceMore(pub(crate) Arc<dyn Authenticator>);

/// That the principal whom the handler was given when the headers came is still who they were, and may
/// still do as much. Nobody asks whether a handler that wants no principal has one.
///
/// # Errors
///
/// What authentication refuses them with now; 403 when they may do less.
pub(crate) async fn must_stand(request: &HttpRequest) -> Result<(), Problem> {
    let Some((before, asked)) = known(request) else {
        return Ok(());
    };
    let Some(OnceMore(authenticator)) = request.app_data::<OnceMore>() else {
        return Ok(());
    };
    let Some(authentication) = authenticator.authenticate(request.head()) else {
        return Ok(());
    };
    let now = authentication.await?;
    if !before.is_within(&now) {
        return Err(Problem::forbidden());
    }
    if asked == Asked::ToBeRecent && !now.is_recent {
        return Err(not_recent());
    }
    Ok(())
}

/// Whom the handler was given, and what it asked of them.
fn known(request: &HttpRequest) -> Option<(Principal, Asked)> {
    match request.extensions().get::<Identity>() {
        Some(Identity::Known(principal, asked)) if asked.get() != Asked::Nothing => {
            Some((principal.clone(), asked.get()))
        }
        _ => None,
    }
}

impl Principal {
    /// Whether `other` is the same user, who may do all that this one may.
    fn is_within(&self, other: &Self) -> bool {
        let mut names = self.permissions.names().iter();
        self.user_id == other.user_id
            && self.session_id == other.session_id
            && names.all(|name| other.permissions.contains(name))
    }
}

//! Signing in without passwords: the authenticator of tests.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use actix_web::dev::RequestHead;
use ashlar_core::{
    principal::{Authentication, Authenticator, Permissions, Principal, UserId, bearer},
    problem::Problem,
    scopes::Scopes,
};

/// The tokens that one world handed out. Those of another world are as good as forged.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<HashMap<String, Principal>>);

impl Tokens {
    /// Signs a user in, with these permissions; the answer is the token. Each call is a session of
    /// its own.
    pub fn sign_in(&self, user_id: UserId, permissions: &[&'static str]) -> String {
        let session = ashlar_core::ids::Id::<()>::new().as_uuid();
        let principal = Principal {
            user_id,
            session_id: Some(session),
            permissions: Permissions::new(permissions),
            scopes: Scopes::all(),
            is_recent: true,
        };
        let token = format!("test.{}", session.simple());
        self.known().insert(token.clone(), principal);
        token
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Principal>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authenticator for Tokens {
    fn authenticate<'a>(&'a self, request: &'a RequestHead) -> Option<Authentication<'a>> {
        let found = self.known().get(bearer(request.headers())?).cloned();
        let outcome = found.ok_or_else(|| Problem::unauthorized("Invalid token"));
        Some(Box::pin(std::future::ready(outcome)))
    }
}

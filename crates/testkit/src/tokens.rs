//! Signing in without passwords: the authenticator of tests.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use ashlar_core::{
    principal::{Authenticator, Permissions, Principal, UserId},
    problem::Problem,
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
    fn authenticate<'a>(
        &'a self,
        token: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Principal, Problem>> + 'a>> {
        let found = self.known().get(token).cloned();
        let outcome = found.ok_or_else(|| Problem::unauthorized("Invalid token"));
        Box::pin(std::future::ready(outcome))
    }
}

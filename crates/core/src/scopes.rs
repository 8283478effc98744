//! What an API key is good for. A sign-in may do all that its user may; a key only what its scopes
//! name, and nothing where no route says which scope that is.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::Method};

use crate::{
    http::Route,
    openapi::{Describe, Document, Operation},
    problem::Problem,
};

/// The scope that contains all others.
pub const EVERYTHING: &str = "*";

/// What a principal's credentials are good for, within what the user may do.
///
/// A name is `<domain>:read` or `<domain>:write` (the routes of a domain that read, and those that
/// change), a permission (`users:read`), or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Option<Arc<[String]>>);

impl Scopes {
    /// All that the user may do: of a sign-in.
    pub const fn all() -> Self {
        Self(None)
    }

    /// What these names say: of an API key.
    pub fn only(names: impl Into<Arc<[String]>>) -> Self {
        Self(Some(names.into()))
    }

    /// Whether the credentials are no API key, so that scopes say nothing about them. A key with
    /// the scope `*` is a key all the same.
    pub fn are_unlimited(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the scope `name` is among them.
    pub fn contain(&self, name: &str) -> bool {
        self.0
            .as_ref()
            .is_none_or(|names| (names.iter()).any(|one| one == name || one == EVERYTHING))
    }
}

/// What a route asks of an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyRule {
    /// It is not for keys.
    Refused,
    /// This scope; where the handler asks for a permission, the permission's name instead.
    Scope(String),
}

impl KeyRule {
    /// The rule of the routes of `domain` that answer `method`.
    pub(crate) fn of_domain(domain: &str, method: &Method) -> Self {
        let access = if reads(method) { "read" } else { "write" };
        Self::Scope(format!("{domain}:{access}"))
    }

    /// The rule of the route that `request` reached.
    pub(crate) fn of(request: &HttpRequest) -> Option<&Self> {
        let rules = request.app_data::<KeyRules>()?;
        let method = request.method();
        let answers = |one: &Method| one == method || (one == Method::GET && reads(method));
        let rule = rules.0.iter().find(|(method, _)| answers(method));
        rule.map(|(_, rule)| rule)
    }
}

/// `GET` answers `HEAD` too.
fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The rules of the routes on one path, kept with its resource.
pub(crate) struct KeyRules(Vec<(Method, KeyRule)>);

impl KeyRules {
    pub(crate) fn of_routes(routes: &[&Route]) -> Self {
        let rule = |route: &&Route| (route.method().clone(), route.key_rule().clone());
        Self(routes.iter().map(rule).collect())
    }
}

/// Every scope that some route of the API asks for, sorted, and `*`. As a handler's argument it
/// tells what the assembled system offers.
#[derive(Clone, Debug)]
pub struct OfferedScopes(Arc<[String]>);

impl OfferedScopes {
    pub(crate) fn of(document: &Document) -> Self {
        let everything = std::iter::once(EVERYTHING.to_owned());
        Self(everything.chain(document.scopes()).collect())
    }

    /// Their names.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl FromRequest for OfferedScopes {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let offered = request.app_data::<Self>().cloned();
        ready(offered.ok_or_else(|| Problem::unexpected("no scopes are set")))
    }
}

impl Describe for OfferedScopes {
    fn describe(_: &mut Operation<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_what_it_names_and_a_sign_in_everything() {
        let key = Scopes::only(["posts:read".to_owned()]);
        assert!(key.contain("posts:read"));
        for other in ["posts:write", "posts", "posts:rea", "posts:read ", "*", ""] {
            assert!(!key.contain(other), "{other}");
        }
        assert!(!Scopes::only([]).contain("posts:read"));
        let wide = Scopes::only([EVERYTHING.to_owned()]);
        assert!(wide.contain("posts:write") && !wide.are_unlimited());
        assert!(Scopes::all().contain("posts:write") && Scopes::all().are_unlimited());
    }

    #[test]
    fn what_is_not_known_to_read_counts_as_writing() {
        let scope = |method| KeyRule::of_domain("posts", &method);
        assert_eq!(scope(Method::GET), KeyRule::Scope("posts:read".into()));
        assert_eq!(scope(Method::HEAD), KeyRule::Scope("posts:read".into()));
        for method in [
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::TRACE,
        ] {
            assert_eq!(scope(method), KeyRule::Scope("posts:write".into()));
        }
    }
}

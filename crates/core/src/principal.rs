//! Who is asking, and what they may do. Auth fills it in; when nothing did, the answer is 401.

mod once_more;
mod permissions;

use std::{
    cell::Cell,
    future::{Future, Ready, ready},
    marker::PhantomData,
    ops::Deref,
    pin::Pin,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::{Payload, RequestHead},
    http::header::{self, HeaderMap},
};
use uuid::Uuid;

pub(crate) use once_more::{OnceMore, must_stand};
pub use permissions::Permissions;

use crate::{
    ids::{Id, Identified},
    openapi::{Describe, Operation},
    problem::{Code, Problem},
    scopes::{KeyRule, Scopes},
};

/// Marks the ids of users.
pub enum User {}

impl Identified for User {
    const PARAMETER: &'static str = "user_id";
}

/// The id of a user: who owns a thing, who did it.
pub type UserId = Id<User>;

/// Somebody who is signed in. As a handler's argument it demands that (401 otherwise).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The user.
    pub user_id: UserId,
    /// The sign-in that this request's token belongs to; none with an API key.
    pub session_id: Option<Uuid>,
    /// What the user may do beyond their own things; with an API key, within its scopes.
    pub permissions: Permissions,
    /// What this request's credentials are good for.
    pub scopes: Scopes,
    /// Whether the user proved who they are in this sign-in, and only lately: what
    /// [`Recent`] asks for. Never true of an API key.
    pub is_recent: bool,
}

/// A right to do something beyond one's own things. A domain declares its permissions as types, so
/// that a handler's signature shows what it asks for.
pub trait Permission: 'static {
    /// `<resource>:<verb>`, as in `users:read`.
    const NAME: &'static str;
}

impl Principal {
    /// Whether the user holds `P`.
    pub fn can<P: Permission>(&self) -> bool {
        self.permissions.contains(P::NAME)
    }
}

/// A [`Principal`] who holds `P`: 401 when nobody is signed in, 403 without the permission.
pub struct Authorized<P>(Principal, PhantomData<fn() -> P>);

impl<P> Deref for Authorized<P> {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

/// A [`Principal`] with a sign-in, for what must not be done with an API key: 403 with one.
pub struct SignedIn(Principal);

impl Deref for SignedIn {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

/// A [`Principal`] who proved who they are only lately, for what must not be done with a sign-in
/// that was left open, or with a key: 403 `STEP_UP_REQUIRED` when that was too long ago (OWASP ASVS
/// 4.0, 3.7.1).
pub struct Recent(Principal);

impl Deref for Recent {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.0
    }
}

/// What turns a request's credentials into a [`Principal`]. Auth implements it; so does the testkit.
pub trait Authenticator: Send + Sync + 'static {
    /// Whose credentials the request brings; `None` when it brings none.
    ///
    /// # Errors
    ///
    /// 401 when they are not valid (any more), 5xx when that cannot be told.
    fn authenticate<'a>(&'a self, request: &'a RequestHead) -> Option<Authentication<'a>>;
}

/// An authentication under way.
pub type Authentication<'a> = Pin<Box<dyn Future<Output = Result<Principal, Problem>> + 'a>>;

/// The token of an `Authorization: Bearer` header (RFC 6750, 2.1).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What authentication found, kept with the request. A bad token is told only by routes that ask
/// for a principal: signing in again with a stale one must work.
pub(crate) enum Identity {
    Known(Principal, Cell<Asked>),
    Refused(Cell<Option<Problem>>),
}

/// What a handler's arguments asked of the principal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    #[default]
    Nothing,
    ToBeKnown,
    ToBeRecent,
}

impl Principal {
    fn of(request: &HttpRequest, asks: Asked) -> Result<Self, Problem> {
        match request.extensions().get::<Identity>() {
            Some(Identity::Known(principal, asked)) => {
                asked.set(asked.get().max(asks));
                Ok(principal.clone())
            }
            Some(Identity::Refused(problem)) => Err(problem.take().unwrap_or_else(anonymous)),
            None => Err(anonymous()),
        }
    }

    /// The principal, if the route is for their credentials: an API key needs the scope that the
    /// route's domain or `permission` asks for. A route that says nothing takes no keys.
    fn admitted(request: &HttpRequest, permission: Option<&str>) -> Result<Self, Problem> {
        let principal = Self::of(request, Asked::ToBeKnown)?;
        if principal.scopes.are_unlimited() {
            return Ok(principal);
        }
        let Some(KeyRule::Scope(scope)) = KeyRule::of(request) else {
            return Err(no_keys());
        };
        let scope = permission.unwrap_or(scope);
        if principal.scopes.contain(scope) {
            Ok(principal)
        } else {
            Err(Problem::insufficient_scope(scope))
        }
    }

    /// The principal, if they have a sign-in.
    fn signed_in(request: &HttpRequest, asks: Asked) -> Result<Self, Problem> {
        let principal = Self::of(request, asks)?;
        if principal.session_id.is_some() && principal.scopes.are_unlimited() {
            Ok(principal)
        } else {
            Err(no_keys())
        }
    }
}

fn no_keys() -> Problem {
    Problem::new(Code::Forbidden, "Not with an API key")
}

fn not_recent() -> Problem {
    Problem::new(Code::StepUpRequired, "Prove once more who you are")
}

fn no_second_factor() -> Problem {
    Problem::new(Code::Forbidden, "A second factor is asked for")
}

fn anonymous() -> Problem {
    Problem::unauthorized("Not authenticated")
}

impl FromRequest for Principal {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::admitted(request, None))
    }
}

impl<P: Permission> FromRequest for Authorized<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            Principal::admitted(request, Some(P::NAME)).and_then(|principal| {
                if principal.can::<P>() {
                    Ok(Self(principal, PhantomData))
                } else if principal.permissions.withheld {
                    Err(no_second_factor())
                } else {
                    Err(Problem::forbidden())
                }
            }),
        )
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Principal::signed_in(request, Asked::ToBeKnown).map(Self))
    }
}

impl FromRequest for Recent {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            Principal::signed_in(request, Asked::ToBeRecent).and_then(|principal| {
                if principal.is_recent {
                    Ok(Self(principal))
                } else {
                    Err(not_recent())
                }
            }),
        )
    }
}

impl Describe for Recent {
    fn describe(operation: &mut Operation<'_>) {
        SignedIn::describe(operation);
        operation.fails(Code::StepUpRequired);
    }
}

impl Describe for SignedIn {
    fn describe(operation: &mut Operation<'_>) {
        Principal::describe(operation);
        operation.refuses_keys();
    }
}

impl Describe for Principal {
    fn describe(operation: &mut Operation<'_>) {
        operation.secured();
        operation.fails(Code::Unauthorized);
        // An API key may lack the scope.
        operation.fails(Code::Forbidden);
    }
}

impl<P: Permission> Describe for Authorized<P> {
    fn describe(operation: &mut Operation<'_>) {
        Principal::describe(operation);
        operation.needs_permission(P::NAME);
    }
}

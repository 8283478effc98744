//! What handlers take where a browser keeps the tokens in cookies.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use ashlar_core::{
    openapi::{Describe, Operation},
    principal::{Principal, bearer},
    problem::{Code, Problem},
};

use crate::{
    cookies::{CSRF_HEADER, Cookies, Presented},
    error::AuthError,
    model::SessionId,
};

/// The refresh token in a cookie, or why there is none that may be used.
pub(super) struct RefreshCookie(pub(super) Result<Presented, AuthError>);

/// The session that a request came in: that of its access token, or, where this is over already,
/// that of the refresh token in a cookie.
pub(super) struct CurrentSession {
    pub(super) id: SessionId,
    /// Whether its tokens came in cookies.
    pub(super) in_cookies: bool,
}

/// The session that the browser of who signs in still keeps, if it does.
pub(super) struct KeptSession(pub(super) Option<SessionId>);

impl FromRequest for KeptSession {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(cookies(request).map(|cookies| Self(cookies.kept(request.headers()))))
    }
}

impl Describe for KeptSession {
    fn describe(_: &mut Operation<'_>) {}
}

impl FromRequest for RefreshCookie {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(cookies(request).map(|cookies| Self(cookies.refresh(request.head()))))
    }
}

impl Describe for RefreshCookie {
    fn describe(operation: &mut Operation<'_>) {
        operation.fails(Code::Unauthorized);
        if !operation.reads() {
            let purpose = "The session's CSRF token; needed where tokens travel in cookies";
            operation.header_parameter(CSRF_HEADER, purpose);
            operation.fails(Code::Forbidden);
        }
    }
}

impl FromRequest for CurrentSession {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let principal = Principal::from_request(request, payload).into_inner();
        ready(current_session(request, principal))
    }
}

impl Describe for CurrentSession {
    fn describe(operation: &mut Operation<'_>) {
        Principal::describe(operation);
        RefreshCookie::describe(operation);
    }
}

fn current_session(
    request: &HttpRequest,
    principal: Result<Principal, Problem>,
) -> Result<CurrentSession, Problem> {
    let cookies = cookies(request)?;
    let has_header = bearer(request.headers()).is_some();
    let id = match principal {
        Ok(principal) => principal
            .session_id
            .map(SessionId::from_uuid)
            .ok_or_else(Problem::forbidden)?,
        Err(problem) if has_header || problem.code() != Code::Unauthorized => return Err(problem),
        Err(problem) => match cookies.refresh(request.head()) {
            Ok(presented) => presented.session_id,
            Err(AuthError::Forgery(forgery)) => return Err(forgery.into()),
            Err(_) => return Err(problem),
        },
    };
    Ok(CurrentSession {
        id,
        in_cookies: !has_header,
    })
}

fn cookies(request: &HttpRequest) -> Result<&Cookies, Problem> {
    let cookies = request.app_data::<Data<Cookies>>();
    cookies
        .map(|cookies| &***cookies)
        .ok_or_else(|| Problem::unexpected("auth's state is not set"))
}

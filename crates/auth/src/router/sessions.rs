//! Sessions: refreshing, listing, ending.

use actix_web::web::Data;
use ashlar_core::{
    http::{Body, ClientInfo, NoContent, Route, WithCookies},
    page::{ListQuery, Page},
    principal::{Principal, Recent},
    problem::Code,
    valid::{PathId, ValidJson, ValidQuery},
};

use super::{
    cookies::{CurrentSession, RefreshCookie},
    sign_in::{SignedIn, granted},
};
use crate::{
    cookies::Cookies,
    error::AuthError,
    model::{Delivery, Session, SessionId},
    schemas::{CsrfResponse, Refresh, SessionFilters, SessionResponse, SessionSort, SessionsEnd},
    service::Sessions,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/auth/refresh", refresh)
            .named("refresh_token", "Refresh tokens")
            .about(REFRESH),
        Route::post("/auth/logout", logout)
            .named("logout", "Sign out")
            .about("Ends this session, and removes its cookies. Its tokens are refused at once."),
        Route::get("/auth/csrf", csrf)
            .named("read_csrf_token", "Read the CSRF token")
            .about("For a page of a browser that keeps its tokens in cookies."),
        Route::get("/auth/sessions", list)
            .named("list_sessions", "List sessions")
            .about("One's own that are not over, on every device.")
            .fails(&[Code::Forbidden]),
        Route::delete("/auth/sessions/{session_id}", end)
            .named("end_session", "End a session")
            .about("One of one's own; another one than this with a recent proof of identity. Its tokens are refused at once.")
            .fails(&[Code::Forbidden, Code::StepUpRequired, Code::NotFound]),
        Route::delete("/auth/sessions", end_all)
            .named("end_sessions", "End sessions")
            .about("All of one's own, or all but this one. Their tokens are refused at once."),
    ]
}

const REFRESH: &str = "A refresh token is good once, and comes with its successor. Asked again \
    within a few seconds, the answer is the same successor; later, the session is ended, for \
    somebody else may have the token. In cookie mode the body is `{}`, and the header \
    `X-CSRF-Token` is needed. A token that came in a cookie is refused in a body, and the reverse.";

async fn refresh(
    sessions: Data<Sessions>,
    cookies: Data<Cookies>,
    client: ClientInfo,
    cookie: RefreshCookie,
    body: ValidJson<Refresh>,
) -> Result<SignedIn, AuthError> {
    let (token, delivery) = match body.into_inner().refresh_token {
        Some(token) => (token, Delivery::Body),
        None => (cookie.0?.token, Delivery::Cookies),
    };
    let refreshed = sessions.refresh(&token, delivery, &client).await?;
    Ok(granted(&cookies, refreshed))
}

async fn logout(
    sessions: Data<Sessions>,
    cookies: Data<Cookies>,
    client: ClientInfo,
    current: CurrentSession,
) -> Result<WithCookies<NoContent>, AuthError> {
    sessions.sign_out(current.id, &client).await?;
    let cookies = match current.in_cookies {
        true => cookies.removed(),
        false => Vec::new(),
    };
    Ok(WithCookies {
        answer: NoContent,
        cookies,
    })
}

async fn csrf(
    cookies: Data<Cookies>,
    cookie: RefreshCookie,
) -> Result<Body<CsrfResponse>, AuthError> {
    let csrf_token = cookies.csrf_token(cookie.0?.session_id);
    Ok(Body(CsrfResponse { csrf_token }))
}

async fn list(
    sessions: Data<Sessions>,
    caller: Principal,
    query: ListQuery<SessionFilters, SessionSort>,
) -> Result<Page<SessionResponse>, AuthError> {
    let current = caller.session_id.map(SessionId::from_uuid);
    let page = sessions.list(&caller, &query.page).await?;
    Ok(page.map(|session| SessionResponse::seen_from(current, session)))
}

async fn end(
    sessions: Data<Sessions>,
    caller: Principal,
    id: PathId<Session>,
    client: ClientInfo,
) -> Result<NoContent, AuthError> {
    sessions.end(&caller, id.0, &client).await?;
    Ok(NoContent)
}

async fn end_all(
    sessions: Data<Sessions>,
    caller: Recent,
    query: ValidQuery<SessionsEnd>,
    client: ClientInfo,
) -> Result<NoContent, AuthError> {
    let SessionsEnd { except_current } = query.0;
    sessions.end_all(&caller, except_current, &client).await?;
    Ok(NoContent)
}

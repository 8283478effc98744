//! Signing in.

use actix_web::web::Data;
use ashlar_core::{
    http::{Body, ClientInfo, Route, WithCookies},
    problem::Code,
    valid::{ValidForm, ValidJson},
};

use super::cookies::KeptSession;
use crate::{
    cookies::Cookies,
    error::AuthError,
    model::Delivery,
    schemas::{Login, TokenRequest, TokenResponse},
    service::{Device, Granted, SignIn},
};

/// Tokens, in the body or in cookies.
pub(super) type SignedIn = WithCookies<Body<TokenResponse>>;

/// The answer that gives `granted` to its user, in the way that was asked for.
pub(super) fn granted(cookies: &Cookies, granted: Granted) -> SignedIn {
    match granted.delivery {
        Delivery::Body => WithCookies {
            answer: Body(granted.into()),
            cookies: Vec::new(),
        },
        Delivery::Cookies => {
            let csrf_token = cookies.csrf_token(granted.session_id);
            WithCookies {
                cookies: cookies.granted(&granted),
                answer: Body(TokenResponse::in_cookies(&granted, csrf_token)),
            }
        }
    }
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/auth/login", login)
            .named("login", "Sign in")
            .about(LOGIN)
            .fails(&FAILURES),
        Route::post("/auth/token", token)
            .named("create_token", "Sign in (OAuth 2.0)")
            .about("The same as a form: the password grant of RFC 6749, 4.3.")
            .fails(&FAILURES),
    ]
}

const LOGIN: &str = "Gives tokens for an e-mail address and its password: in the body, or with \
    `cookies` in cookies that the browser's pages cannot read. Requests with such a cookie that \
    change something need the header `X-CSRF-Token`. Of whoever has an authenticator app it asks for \
    a `code` too (401 `SECOND_FACTOR_REQUIRED`): of the app, or one of the recovery codes.";

const FAILURES: [Code; 3] = [
    Code::Unauthorized,
    Code::SecondFactorRequired,
    Code::TooManyRequests,
];

async fn login(
    sign_in: Data<SignIn>,
    cookies: Data<Cookies>,
    client: ClientInfo,
    kept: KeptSession,
    body: ValidJson<Login>,
) -> Result<SignedIn, AuthError> {
    let Login {
        email,
        password,
        code,
        cookies: in_cookies,
    } = body.into_inner();
    let device = Device::new(&client, Delivery::asked(in_cookies), kept.0);
    let granted = sign_in
        .with_password(&email, password, code.as_ref(), device)
        .await?;
    Ok(self::granted(&cookies, granted))
}

async fn token(
    sign_in: Data<SignIn>,
    cookies: Data<Cookies>,
    client: ClientInfo,
    form: ValidForm<TokenRequest>,
) -> Result<SignedIn, AuthError> {
    let TokenRequest {
        username,
        password,
        code,
        ..
    } = form.into_inner();
    let device = Device::new(&client, Delivery::Body, None);
    let granted = sign_in
        .with_password(&username, password, code.as_ref(), device)
        .await?;
    Ok(self::granted(&cookies, granted))
}

//! Signing in.

use actix_web::web::Data;
use ashlar_core::{
    http::{Body, ClientInfo, Route},
    problem::Code,
    valid::{ValidForm, ValidJson},
};

use crate::{
    error::AuthError,
    schemas::{Login, TokenRequest, TokenResponse},
    service::SignIn,
};

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

const LOGIN: &str = "Gives a bearer token for an e-mail address and its password. Of whoever has an \
    authenticator app it asks for a `code` too (401 `SECOND_FACTOR_REQUIRED`): of the app, or one of \
    the recovery codes.";

const FAILURES: [Code; 3] = [
    Code::Unauthorized,
    Code::SecondFactorRequired,
    Code::TooManyRequests,
];

async fn login(
    sign_in: Data<SignIn>,
    client: ClientInfo,
    body: ValidJson<Login>,
) -> Result<Body<TokenResponse>, AuthError> {
    let Login {
        email,
        password,
        code,
    } = body.into_inner();
    let granted = sign_in
        .with_password(&email, password, code.as_ref(), &client)
        .await?;
    Ok(Body(granted.into()))
}

async fn token(
    sign_in: Data<SignIn>,
    client: ClientInfo,
    form: ValidForm<TokenRequest>,
) -> Result<Body<TokenResponse>, AuthError> {
    let TokenRequest {
        username,
        password,
        code,
        ..
    } = form.into_inner();
    let granted = sign_in
        .with_password(&username, password, code.as_ref(), &client)
        .await?;
    Ok(Body(granted.into()))
}

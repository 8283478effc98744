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
            .about("Gives a bearer token for an e-mail address and its password.")
            .fails(&[Code::Unauthorized, Code::TooManyRequests]),
        Route::post("/auth/token", token)
            .named("create_token", "Sign in (OAuth 2.0)")
            .about("The same as a form: the password grant of RFC 6749, 4.3.")
            .fails(&[Code::Unauthorized, Code::TooManyRequests]),
    ]
}

async fn login(
    sign_in: Data<SignIn>,
    client: ClientInfo,
    body: ValidJson<Login>,
) -> Result<Body<TokenResponse>, AuthError> {
    let Login { email, password } = body.into_inner();
    let granted = sign_in.with_password(&email, password, &client).await?;
    Ok(Body(granted.into()))
}

async fn token(
    sign_in: Data<SignIn>,
    client: ClientInfo,
    form: ValidForm<TokenRequest>,
) -> Result<Body<TokenResponse>, AuthError> {
    let TokenRequest {
        username, password, ..
    } = form.into_inner();
    let granted = sign_in.with_password(&username, password, &client).await?;
    Ok(Body(granted.into()))
}

//! Forgetting, resetting and changing a password.

use actix_web::web::Data;
use ashlar_core::{
    http::{Accepted, ClientInfo, NoContent, Route},
    principal::Principal,
    problem::Code,
    valid::ValidJson,
};

use crate::{
    error::AuthError,
    schemas::{PasswordChange, PasswordForgotten, PasswordReset},
    service::PasswordChanges,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/auth/forgot-password", forget)
            .named("forgot_password", "Ask for a link to reset a password")
            .about(FORGOT)
            .fails(&[Code::TooManyRequests]),
        Route::post("/auth/reset-password", reset)
            .named("reset_password", "Reset a password")
            .about(RESET)
            .fails(&[Code::TooManyRequests]),
        Route::post("/auth/change-password", change)
            .named("change_password", "Change the password")
            .about(CHANGE)
            .fails(&CHANGE_FAILURES),
    ]
}

const CHANGE_FAILURES: [Code; 4] = [
    Code::Forbidden,
    Code::StepUpRequired,
    Code::NotFound,
    Code::TooManyRequests,
];

const FORGOT: &str = "The answer is the same whether the address is registered or not. The link \
    can be used once. Asked again, at most once a minute, the same link is sent, or another one beside \
    it: nobody can make somebody's link void by asking.";

const RESET: &str = "Sets the password of whoever got the link in a mail, and ends all of their \
    sessions. It does not sign in. API keys stay good, unless it is asked for. A token that is used, too \
    old or not ours is a 422.";

const CHANGE: &str = "Ends all other sessions. The current password is asked for if there is \
    one; without one, the sign-in must be recent. Whoever has a second factor must have signed in with it \
    (403 `STEP_UP_REQUIRED`).";

async fn forget(
    passwords: Data<PasswordChanges>,
    client: ClientInfo,
    body: ValidJson<PasswordForgotten>,
) -> Result<Accepted, AuthError> {
    passwords.forget(&body.email, &client).await?;
    Ok(Accepted)
}

async fn reset(
    passwords: Data<PasswordChanges>,
    client: ClientInfo,
    body: ValidJson<PasswordReset>,
) -> Result<NoContent, AuthError> {
    let PasswordReset {
        token,
        password,
        revoke_api_keys,
    } = body.into_inner();
    (passwords.reset(&token, password, revoke_api_keys, &client)).await?;
    Ok(NoContent)
}

async fn change(
    passwords: Data<PasswordChanges>,
    caller: Principal,
    client: ClientInfo,
    body: ValidJson<PasswordChange>,
) -> Result<NoContent, AuthError> {
    let PasswordChange {
        current_password,
        password,
    } = body.into_inner();
    (passwords.change(&caller, current_password, password, &client)).await?;
    Ok(NoContent)
}

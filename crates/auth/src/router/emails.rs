//! Verifying and changing an e-mail address.

use actix_web::web::Data;
use ashlar_core::{
    http::{Accepted, ClientInfo, NoContent, Route},
    principal::{Principal, Recent},
    problem::Code,
    valid::ValidJson,
};

use crate::{
    error::AuthError,
    schemas::{EmailChange, TokenRedeem},
    service::EmailChanges,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/auth/verify-email", verify)
            .named("verify_email", "Verify an e-mail address")
            .about(VERIFY)
            .fails(&[Code::TooManyRequests]),
        Route::post("/auth/verify-email/request", request_verification)
            .named("request_verification", "Ask for another link to verify it")
            .about("At most once a minute.")
            .fails(&[Code::NotFound, Code::Conflict, Code::TooManyRequests]),
        Route::post("/auth/change-email", request_change)
            .named("change_email", "Ask to change the e-mail address")
            .about(CHANGE)
            .fails(&[Code::NotFound, Code::TooManyRequests]),
        Route::post("/auth/confirm-email", confirm_change)
            .named("confirm_email", "Confirm the new e-mail address")
            .about(CONFIRM)
            .fails(&[Code::Conflict, Code::TooManyRequests]),
    ]
}

const VERIFY: &str = "For who registered with it, and is signed in: a link to the address of another account \
    verifies nothing. A token that is used, too old or not ours is a 422.";

const CHANGE: &str = "Sends a link to the new address, at most once a minute; until that is \
    used, the old one stays. The answer does not tell whether the new one is somebody's.";

const CONFIRM: &str = "For who asked for it, and is signed in: a link that somebody else had sent \
    confirms nothing (422). The old address is told. 409 when the new one has become somebody else's.";

async fn verify(
    emails: Data<EmailChanges>,
    caller: Principal,
    client: ClientInfo,
    body: ValidJson<TokenRedeem>,
) -> Result<NoContent, AuthError> {
    emails.verify(&caller, &body.token, &client).await?;
    Ok(NoContent)
}

async fn request_verification(
    emails: Data<EmailChanges>,
    caller: Principal,
    client: ClientInfo,
) -> Result<Accepted, AuthError> {
    emails.request_verification(&caller, &client).await?;
    Ok(Accepted)
}

async fn request_change(
    emails: Data<EmailChanges>,
    caller: Recent,
    client: ClientInfo,
    body: ValidJson<EmailChange>,
) -> Result<Accepted, AuthError> {
    (emails.request_change(&caller, &body.email, &client)).await?;
    Ok(Accepted)
}

async fn confirm_change(
    emails: Data<EmailChanges>,
    caller: Principal,
    client: ClientInfo,
    body: ValidJson<TokenRedeem>,
) -> Result<NoContent, AuthError> {
    emails.confirm_change(&caller, &body.token, &client).await?;
    Ok(NoContent)
}

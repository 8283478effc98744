//! Passkeys. Each ceremony has two steps: what the browser is asked for, and what it answered.

use actix_web::web::Data;
use ashlar_core::{
    http::{Body, ClientInfo, Created, NoContent, PREFIX, Route},
    principal::{Principal, Recent},
    problem::Code,
    valid::{ETag, PathId, ValidJson},
};

use super::cookies::KeptSession;
use crate::{
    cookies::Cookies,
    error::AuthError,
    model::{Delivery, Passkey},
    router::sign_in::{SignedIn, granted},
    schemas::{
        ChallengeResponse, CreationOptions, PasskeyAnswer, PasskeyCreate, PasskeyResponse,
        PasskeySignIn, PasskeysResponse, RequestOptions,
    },
    service::{Device, Passkeys},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/auth/passkeys", list).named("list_passkeys", "List one's passkeys"),
        Route::delete("/auth/passkeys/{passkey_id}", remove)
            .named("delete_passkey", "Remove a passkey")
            .about("Not the last one of a user who cannot sign in otherwise (409).")
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::post("/auth/passkeys/register/begin", begin_registration)
            .named("begin_passkey_registration", "Begin to add a passkey")
            .about("What to give to `navigator.credentials.create`. A user may have 20 (409).")
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::post("/auth/passkeys/register/finish", finish_registration)
            .named("finish_passkey_registration", "Add a passkey")
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::post("/auth/passkeys/login/begin", begin_login)
            .named("begin_passkey_login", "Begin to sign in with a passkey")
            .about("What to give to `navigator.credentials.get`: the same of everybody.")
            .fails(&[Code::TooManyRequests]),
        Route::post("/auth/passkeys/login/finish", finish_login)
            .named("finish_passkey_login", "Sign in with a passkey")
            .about("A passkey is two factors in one: no code is asked for.")
            .fails(&[Code::Unauthorized]),
        Route::post("/auth/passkeys/step-up/begin", begin_step_up)
            .named(
                "begin_passkey_step_up",
                "Begin to prove once more who one is",
            )
            .about("What to give to `navigator.credentials.get`; 409 without a passkey.")
            .fails(&[Code::Forbidden, Code::Conflict]),
        Route::post("/auth/passkeys/step-up/finish", finish_step_up)
            .named("finish_passkey_step_up", "Prove once more who one is")
            .fails(&[Code::Forbidden, Code::NotFound, Code::TooManyRequests]),
    ]
}

async fn list(
    passkeys: Data<Passkeys>,
    caller: Principal,
) -> Result<Body<PasskeysResponse>, AuthError> {
    let own = passkeys.list(&caller).await?;
    Ok(Body(own.into()))
}

async fn remove(
    passkeys: Data<Passkeys>,
    caller: Recent,
    client: ClientInfo,
    id: PathId<Passkey>,
) -> Result<NoContent, AuthError> {
    passkeys.remove(&caller, id.0, &client).await?;
    Ok(NoContent)
}

async fn begin_registration(
    passkeys: Data<Passkeys>,
    caller: Recent,
) -> Result<Body<ChallengeResponse<CreationOptions>>, AuthError> {
    passkeys.begin_registration(&caller).await.map(Body)
}

async fn finish_registration(
    passkeys: Data<Passkeys>,
    caller: Recent,
    client: ClientInfo,
    body: ValidJson<PasskeyCreate>,
) -> Result<Created<PasskeyResponse>, AuthError> {
    let answer = body.into_inner();
    let passkey = (passkeys.finish_registration(&caller, answer, &client)).await?;
    Ok(Created {
        location: format!("{PREFIX}/auth/passkeys/{}", passkey.id),
        etag: ETag::of_version(1),
        body: passkey.into(),
    })
}

async fn begin_login(
    passkeys: Data<Passkeys>,
    client: ClientInfo,
) -> Result<Body<ChallengeResponse<RequestOptions>>, AuthError> {
    passkeys.begin_sign_in(&client).await.map(Body)
}

async fn finish_login(
    passkeys: Data<Passkeys>,
    cookies: Data<Cookies>,
    client: ClientInfo,
    kept: KeptSession,
    body: ValidJson<PasskeySignIn>,
) -> Result<SignedIn, AuthError> {
    let device = Device::new(&client, Delivery::asked(body.cookies), kept.0);
    let signed_in = passkeys.finish_sign_in(body.into_inner(), device).await?;
    Ok(granted(&cookies, signed_in))
}

async fn begin_step_up(
    passkeys: Data<Passkeys>,
    caller: Principal,
) -> Result<Body<ChallengeResponse<RequestOptions>>, AuthError> {
    passkeys.begin_step_up(&caller).await.map(Body)
}

async fn finish_step_up(
    passkeys: Data<Passkeys>,
    caller: Principal,
    cookies: Data<Cookies>,
    client: ClientInfo,
    body: ValidJson<PasskeyAnswer>,
) -> Result<SignedIn, AuthError> {
    let renewed = passkeys.finish_step_up(&caller, &body, &client).await?;
    Ok(granted(&cookies, renewed))
}

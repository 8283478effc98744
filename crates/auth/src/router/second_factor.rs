//! Authenticator apps, recovery codes, and stepping up.

use actix_web::web::Data;
use ashlar_core::{
    http::{Body, ClientInfo, Created, NoContent, PREFIX, Route},
    principal::{Authorized, Principal, Recent, User},
    problem::Code,
    valid::{ETag, PathId, ValidJson},
};

use crate::{
    cookies::Cookies,
    error::AuthError,
    model::ManageUsers,
    router::sign_in::{SignedIn, granted},
    schemas::{FactorsResponse, RecoveryCodesResponse, StepUpRequest, TotpConfirm, TotpResponse},
    service::{SecondFactor, StepUp, Totp},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/auth/mfa", read).named("read_second_factors", "Read one's second factors"),
        Route::post("/auth/mfa/totp", enrol)
            .named("enrol_totp", "Set up an authenticator app")
            .about(ENROL)
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::post("/auth/mfa/totp/confirm", confirm)
            .named("confirm_totp", "Turn an authenticator app on")
            .about(CONFIRM)
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::delete("/auth/mfa/totp", disable)
            .named("disable_totp", "Turn the authenticator app off")
            .about("The recovery codes go with it.")
            .fails(&[Code::NotFound]),
        Route::post("/auth/mfa/recovery-codes", renew_recovery_codes)
            .named("renew_recovery_codes", "Get new recovery codes")
            .about("Ten new ones, each good once and shown here alone; the old ones are void.")
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::post("/auth/step-up", step_up)
            .named("step_up", "Prove once more who one is")
            .about(STEP_UP)
            .fails(&STEP_UP_FAILURES),
        Route::delete("/users/{user_id}/second-factors", reset)
            .named("reset_second_factors", "Remove a user's second factors")
            .about(RESET)
            .fails(&[Code::NotFound]),
    ]
}

const ENROL: &str = "A secret for an app, which asks for nothing before it is confirmed with a first \
    code. It takes the place of one that was not confirmed.";

const CONFIRM: &str = "Signing in with the password asks for a code from now on. Ten recovery codes \
    for when the app is lost, each good once and shown here alone.";

const STEP_UP: &str = "With the password of whoever has one, and a code of whoever has an \
    authenticator app (401 `SECOND_FACTOR_REQUIRED`). What asks for a recent proof of identity can be \
    done for a while from then on. It answers with the tokens of a new session, in \
    cookies where the old one's were; the old one is over. Whoever has a passkey and no app uses that, and whoever has \
    nothing of all this signs in again (409).";

const RESET: &str = "For users who lost their devices: app, recovery codes and passkeys. Not of \
    users who may do more than the caller (403).";

const STEP_UP_FAILURES: [Code; 5] = [
    Code::Unauthorized,
    Code::SecondFactorRequired,
    Code::Forbidden,
    Code::Conflict,
    Code::TooManyRequests,
];

async fn read(
    second_factor: Data<SecondFactor>,
    caller: Principal,
) -> Result<Body<FactorsResponse>, AuthError> {
    let factors = second_factor.of(caller.user_id).await?;
    Ok(Body(factors.into()))
}

async fn enrol(totp: Data<Totp>, caller: Recent) -> Result<Created<TotpResponse>, AuthError> {
    let enrolment = totp.enrol(&caller).await?;
    Ok(Created {
        location: format!("{PREFIX}/auth/mfa"),
        etag: ETag::of_version(1),
        body: enrolment.into(),
    })
}

async fn confirm(
    totp: Data<Totp>,
    caller: Recent,
    client: ClientInfo,
    body: ValidJson<TotpConfirm>,
) -> Result<Body<RecoveryCodesResponse>, AuthError> {
    let codes = totp.confirm(&caller, &body.code, &client).await?;
    Ok(Body(codes.into()))
}

async fn disable(
    totp: Data<Totp>,
    caller: Recent,
    client: ClientInfo,
) -> Result<NoContent, AuthError> {
    totp.disable(&caller, &client).await?;
    Ok(NoContent)
}

async fn renew_recovery_codes(
    totp: Data<Totp>,
    caller: Recent,
    client: ClientInfo,
) -> Result<Body<RecoveryCodesResponse>, AuthError> {
    let codes = totp.renew_recovery_codes(&caller, &client).await?;
    Ok(Body(codes.into()))
}

async fn step_up(
    step_up: Data<StepUp>,
    caller: Principal,
    client: ClientInfo,
    cookies: Data<Cookies>,
    body: ValidJson<StepUpRequest>,
) -> Result<SignedIn, AuthError> {
    let StepUpRequest { password, code } = body.into_inner();
    let renewed = step_up
        .with_password(&caller, password, code.as_ref(), &client)
        .await?;
    Ok(granted(&cookies, renewed))
}

async fn reset(
    second_factor: Data<SecondFactor>,
    _: Authorized<ManageUsers>,
    actor: Recent,
    client: ClientInfo,
    id: PathId<User>,
) -> Result<NoContent, AuthError> {
    second_factor.reset(&actor, id.0, &client).await?;
    Ok(NoContent)
}

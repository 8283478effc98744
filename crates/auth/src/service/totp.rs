//! Authenticator apps: set up, confirmed, turned off; and the recovery codes beside them.

use ashlar_contracts::users::SecondFactorChange;
use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    events::publish,
    http::ClientInfo,
    principal::Principal,
    problem::Unexpected,
    secret::Secret,
};
use chrono::{DateTime, Utc};
use qrcode::{QrCode, render::svg};

use crate::{
    audit::{self, Entry},
    entity::user,
    error::AuthError,
    events::second_factor_changed,
    repository,
    service::{Callers, SecondFactor, second_factor},
    totp::TotpSecret,
};

const NOT_ON: &str = "Two-factor authentication is not on";
const ALREADY_ON: &str = "Two-factor authentication is already on";

/// The authenticator apps of all users. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Totp {
    database: Database,
    clock: Clock,
    second_factor: SecondFactor,
    callers: Callers,
    /// What apps call us.
    issuer: String,
}

/// What a user's app needs to know, shown once.
pub(crate) struct Enrolment {
    pub(crate) secret: Secret,
    pub(crate) uri: Secret,
    /// The URI as an SVG image.
    pub(crate) qr: Secret,
}

impl Totp {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        second_factor: SecondFactor,
        callers: Callers,
        issuer: String,
    ) -> Self {
        Self {
            database,
            clock,
            second_factor,
            callers,
            issuer,
        }
    }

    /// A new secret for the caller's app, in place of one that was not confirmed. Nothing asks for
    /// it before it is.
    pub(crate) async fn enrol(&self, caller: &Principal) -> Result<Enrolment, AuthError> {
        let secret = TotpSecret::new().map_err(Unexpected::new)?;
        let sealed = self.second_factor.seal(caller.user_id, &secret)?;
        let work = async |transaction: &Transaction| {
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            must_be(user.second_factor, false)?;
            let now = self.clock.now();
            repository::totp::enrol(transaction, user.id, sealed.clone(), now).await?;
            Ok::<_, AuthError>(user)
        };
        let user = self.database.transaction(work).await?;
        let uri = secret.uri(&self.issuer, user.email.as_str());
        Ok(Enrolment {
            secret: Secret::from(secret.to_base32()),
            qr: Secret::from(qr(&uri)?),
            uri: Secret::from(uri),
        })
    }

    /// Turns the app on with a first code of it: signing in asks for one from now on. The recovery
    /// codes, of which nobody sees anything again.
    pub(crate) async fn confirm(
        &self,
        caller: &Principal,
        code: &Secret,
        client: &ClientInfo,
    ) -> Result<Vec<Secret>, AuthError> {
        let work = async |transaction: &Transaction| {
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            must_be(user.second_factor, false)?;
            let (totp, now) = (
                repository::totp::find_locked(transaction, user.id).await?,
                self.clock.now(),
            );
            let totp = totp.ok_or(AuthError::SecondFactorConflict("No secret was asked for"))?;
            let digits = code.expose().replace(' ', "");
            let step = self.second_factor.step_of(&totp, &digits, now)?;
            let step = step.ok_or(AuthError::Invalid {
                field: "code",
                message: "is not the code that the app shows now",
            })?;
            repository::totp::confirm(transaction, user.id, step, now).await?;
            repository::users::set_second_factor(transaction, user.id, true, now).await?;
            self.callers.factors_changed(transaction, user.id);
            let codes = self.new_codes(transaction, &user, now).await?;
            let change = (SecondFactorChange::TotpEnabled, "totp.enabled");
            tell(transaction, caller, &user, change, client, now).await?;
            Ok::<_, AuthError>(codes)
        };
        self.database.transaction(work).await
    }

    /// Turns the app off, or forgets one that was not confirmed; the recovery codes go with it.
    pub(crate) async fn disable(
        &self,
        caller: &Principal,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let work = async |transaction: &Transaction| {
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            let now = self.clock.now();
            if !user.second_factor {
                repository::totp::delete(transaction, user.id).await?;
                return Ok(());
            }
            second_factor::remove(transaction, user.id, now).await?;
            self.callers.factors_changed(transaction, user.id);
            let change = (SecondFactorChange::TotpDisabled, "totp.disabled");
            tell(transaction, caller, &user, change, client, now).await
        };
        self.database.transaction(work).await
    }

    /// New recovery codes; the old ones are void.
    pub(crate) async fn renew_recovery_codes(
        &self,
        caller: &Principal,
        client: &ClientInfo,
    ) -> Result<Vec<Secret>, AuthError> {
        let work = async |transaction: &Transaction| {
            let user = self.callers.lock_proved(transaction, caller).await?.user;
            let now = self.clock.now();
            must_be(user.second_factor, true)?;
            let codes = self.new_codes(transaction, &user, now).await?;
            let change = (
                SecondFactorChange::RecoveryCodesRenewed,
                "recovery_codes.renewed",
            );
            tell(transaction, caller, &user, change, client, now).await?;
            Ok::<_, AuthError>(codes)
        };
        self.database.transaction(work).await
    }

    async fn new_codes(
        &self,
        transaction: &Transaction,
        user: &user::Model,
        now: DateTime<Utc>,
    ) -> Result<Vec<Secret>, AuthError> {
        let recovery_codes = &self.second_factor.recovery_codes;
        let codes = recovery_codes.generate().map_err(Unexpected::new)?;
        let hashes = (codes.iter()).filter_map(|code| recovery_codes.hash(user.id, code));
        let hashes = hashes.collect();
        repository::recovery_codes::replace(transaction, user.id, hashes, now).await?;
        Ok(codes)
    }
}

fn must_be(is_on: bool, expected: bool) -> Result<(), AuthError> {
    match (is_on, expected) {
        (true, false) => Err(AuthError::SecondFactorConflict(ALREADY_ON)),
        (false, true) => Err(AuthError::SecondFactorConflict(NOT_ON)),
        _ => Ok(()),
    }
}

/// Writes down what changed, and tells the user.
pub(super) async fn tell(
    transaction: &Transaction,
    caller: &Principal,
    user: &user::Model,
    (change, action): (SecondFactorChange, &'static str),
    client: &ClientInfo,
    now: DateTime<Utc>,
) -> Result<(), AuthError> {
    let entry = Entry::new(action).to(user.id).by(caller).from(client);
    audit::record(transaction, entry, now).await?;
    publish(transaction, &second_factor_changed(user, change), now).await?;
    Ok(())
}

/// `uri` as an image: an `svg` element, without the prologue that HTML has no use for.
fn qr(uri: &str) -> Result<String, AuthError> {
    let code = QrCode::new(uri).map_err(Unexpected::new)?;
    let svg = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    let start = svg.find("<svg").unwrap_or_default();
    Ok(svg[start..].to_owned())
}

//! A one-time code for a session.

use ashlar_core::{database::Transaction, secret::Secret};
use chrono::{DateTime, Utc};

use super::Oauth;
use crate::{
    error::AuthError,
    model::{Method, Rule, Status, Subject},
    opaque, repository,
    service::{Device, Granted, Proof},
};

impl Oauth {
    /// A session for whom the provider identified, in the browser in which that was begun: a code that
    /// leaked from an address bar or a log is of no use elsewhere.
    pub(crate) async fn exchange(
        &self,
        code: &Secret,
        browser: &Secret,
        otp: Option<&Secret>,
        device: Device<'_>,
    ) -> Result<Granted, AuthError> {
        let client = device.client;
        let pass = (self.throttle)
            .admit(Rule::OauthExchange, Subject::Anybody, client)
            .await?;
        let (code, browser) = (opaque::hash(code), opaque::hash(browser));
        let (connection, now) = (self.database.connection(), self.clock.now());
        let found = repository::oauth_codes::find(connection, &code, &browser, now).await?;
        let found = found.ok_or(AuthError::InvalidOauthCode)?;
        let user = repository::users::find(connection, found.user_id).await?;
        let user = user.filter(|user| user.status == Status::Active);
        let user = user.ok_or(AuthError::InvalidOauthCode)?;
        // The code stays good for whoever has to come once more with the second factor.
        let mut methods = vec![Method::Provider];
        if user.second_factor {
            let demanded = self.second_factor.demand(user.id, otp, client).await;
            let demanded = pass.weigh(connection, demanded.map_err(of_otp)).await;
            methods.extend(demanded?);
        }
        let proof = Proof {
            at: proved_at(&methods, found.authenticated_at, now),
            methods: &methods,
        };
        let work = async |transaction: &Transaction| {
            if !repository::oauth_codes::take(transaction, &code, &browser, now).await? {
                return Err(AuthError::InvalidOauthCode);
            }
            let locked = repository::users::lock(transaction, user.id).await?;
            let granted = (self.sessions)
                .start(transaction, locked, &proof, device)
                .await?;
            // The user is locked: a link that is gone lets nobody in any more.
            let provider = &found.provider;
            let link = repository::oauth_accounts::find_by_user(transaction, user.id, provider);
            link.await?.ok_or(AuthError::InvalidOauthCode)?;
            pass.succeeded(transaction).await?;
            Ok::<_, AuthError>(granted)
        };
        let granted = self.database.transaction(work).await?;
        tracing::info!(
            user_id = %user.id,
            session_id = %granted.session_id,
            provider = %found.provider,
            "login_succeeded"
        );
        Ok(granted)
    }
}

/// When they proved who they are: now, where we asked for something ourselves; else when the provider
/// says that it asked them, who may have been signed in there since last month. Where it does not say,
/// never, as far as we know.
fn proved_at(
    methods: &[Method],
    at_provider: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    match methods {
        [Method::Provider] => at_provider.unwrap_or(DateTime::UNIX_EPOCH),
        _ => now,
    }
}

/// What is wrong with the second factor's code, by the name that it has in this body, where the
/// provider's has `code`.
fn of_otp(error: AuthError) -> AuthError {
    match error {
        AuthError::SecondFactorRequired(_) => AuthError::SecondFactorRequired("otp"),
        AuthError::InvalidCode(_) => AuthError::InvalidCode("otp"),
        error => error,
    }
}

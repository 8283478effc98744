//! A one-time code for a session.

use ashlar_core::{database::Transaction, http::ClientInfo, secret::Secret};

use super::Oauth;
use crate::{
    error::AuthError,
    model::{Delivery, Method, Rule, Status, Subject},
    opaque, repository,
    service::Granted,
};

impl Oauth {
    /// A session for whom the provider identified, in the browser in which that was begun: a code that
    /// leaked from an address bar or a log is of no use elsewhere.
    pub(crate) async fn exchange(
        &self,
        code: &Secret,
        browser: &Secret,
        otp: Option<&Secret>,
        client: &ClientInfo,
        delivery: Delivery,
    ) -> Result<Granted, AuthError> {
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
            methods.extend(self.second_factor.demand(user.id, otp, client).await?);
        }
        let work = async |transaction: &Transaction| {
            if !repository::oauth_codes::take(transaction, &code, &browser, now).await? {
                return Err(AuthError::InvalidOauthCode);
            }
            let granted = (self.sessions)
                .start(transaction, user.id, &methods, client, delivery)
                .await?;
            // The user is locked now: a link that is gone lets nobody in any more.
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

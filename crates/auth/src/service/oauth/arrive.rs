//! Back from a provider.

use ashlar_core::{
    database::Transaction, http::ClientInfo, principal::UserId, problem::Unexpected, secret::Secret,
};
use chrono::{DateTime, Utc};
use url::Url;

use super::{
    CLOCK_LEEWAY, CODE_LIFETIME, Oauth,
    account::flow_context,
    depart::with,
    resolve::{Outcome, Visitor},
};
use crate::{
    audit::{self, Entry},
    entity::{oauth_code, oauth_flow::Model},
    error::AuthError,
    model::{OauthCodeId, OauthFailure, ProviderName},
    opaque,
    provider::{Profile, Provider, ProviderError, ProviderGrant, Returned},
    repository,
};

/// What a browser brings back.
pub(crate) struct Arrival {
    pub(crate) state: Secret,
    /// What its cookie says.
    pub(crate) browser: Secret,
    pub(crate) code: Option<Secret>,
    pub(crate) error: Option<String>,
    pub(crate) issuer: Option<String>,
}

/// What is to be told to the page that the browser is sent to.
enum Told {
    Code(Secret),
    Linked,
    Failed(OauthFailure),
}

impl Oauth {
    /// Ends a visit to a provider: where the browser is sent now. It tells a one-time code, or which
    /// provider was linked, or why neither.
    ///
    /// Each visit ends once (RFC 6749, 10.12), in the browser in which it began, and at the provider
    /// for which it began (RFC 9700, 4.4).
    pub(crate) async fn arrive(
        &self,
        name: &ProviderName,
        arrival: Arrival,
        client: &ClientInfo,
    ) -> Result<Url, AuthError> {
        let provider = self.provider(name)?;
        let (state, browser) = (opaque::hash(&arrival.state), opaque::hash(&arrival.browser));
        let now = self.clock.now();
        let connection = self.database.connection();
        let flow = repository::oauth_flows::take(connection, name, &state, &browser, now).await?;
        let flow = flow.ok_or(AuthError::UnknownVisit)?;
        let redirect_to = Url::parse(&flow.redirect_to).map_err(Unexpected::new)?;
        let told = match self.identify(provider, &flow, arrival).await? {
            Ok((profile, _)) if !is_proved(&flow, &profile) => {
                let failure = OauthFailure::NotProved;
                self.note_failure(&flow, failure, client).await?;
                Told::Failed(failure)
            }
            Ok(identity) => self.admit(&flow, identity, client).await?,
            Err(failure) => {
                self.note_failure(&flow, failure, client).await?;
                Told::Failed(failure)
            }
        };
        Ok(match told {
            Told::Code(code) => with(redirect_to, "code", code.expose()),
            Told::Linked => with(redirect_to, "linked", name.as_str()),
            Told::Failed(failure) => with(redirect_to, "error", failure.as_str()),
        })
    }

    /// Who the provider says it is.
    async fn identify(
        &self,
        provider: &Provider,
        flow: &Model,
        arrival: Arrival,
    ) -> Result<Result<(Profile, ProviderGrant), OauthFailure>, AuthError> {
        if let Some(error) = &arrival.error {
            return Ok(Err(OauthFailure::of_provider(error)));
        }
        let Some(code) = arrival.code else {
            return Ok(Err(OauthFailure::ProviderError));
        };
        let verifier = (self.sealer).open(&flow_context(flow.id), &flow.verifier_sealed);
        let verifier = String::from_utf8(verifier.map_err(Unexpected::new)?);
        let returned = Returned {
            code,
            issuer: arrival.issuer.as_deref(),
            nonce: &flow.nonce,
            verifier: Secret::from(verifier.map_err(Unexpected::new)?),
        };
        Ok(provider
            .identify(returned)
            .await
            .map_err(|error: ProviderError| {
                tracing::warn!(provider = %flow.provider, %error, "oauth_identify_failed");
                error.failure()
            }))
    }

    /// Finds, links or makes the account, and a code for its browser. Two who arrive at once as the
    /// same newcomer make one account: who comes second looks again.
    async fn admit(
        &self,
        flow: &Model,
        (profile, grant): (Profile, ProviderGrant),
        client: &ClientInfo,
    ) -> Result<Told, AuthError> {
        let visitor = Visitor {
            provider: &flow.provider,
            profile: &profile,
            grant: &grant,
            client,
        };
        let code = opaque::random().map_err(Unexpected::new)?;
        let work = async |transaction: &Transaction| {
            let outcome = match flow.link_user_id {
                Some(user_id) => {
                    let session = flow.link_session_id;
                    (self.link_by_hand(transaction, &visitor, user_id, session)).await?
                }
                None => self.resolve(transaction, &visitor).await?,
            };
            if let Outcome::SignedIn(user_id) = outcome {
                let authenticated_at = profile.authenticated_at;
                (self.keep_code(transaction, &code, flow, user_id, authenticated_at)).await?;
            }
            Ok::<Outcome, AuthError>(outcome)
        };
        let outcome = match self.database.transaction(&work).await {
            Err(AuthError::EmailTaken | AuthError::AlreadyLinked) => {
                self.database.transaction(&work).await?
            }
            outcome => outcome?,
        };
        tracing::info!(provider = %flow.provider, outcome = outcome.as_str(), "oauth_arrived");
        Ok(match outcome {
            Outcome::SignedIn(_) => Told::Code(code),
            Outcome::Linked => Told::Linked,
            Outcome::Refused(failure) => Told::Failed(failure),
        })
    }

    async fn keep_code(
        &self,
        transaction: &Transaction,
        code: &Secret,
        flow: &Model,
        user_id: UserId,
        authenticated_at: Option<DateTime<Utc>>,
    ) -> Result<(), AuthError> {
        let now = self.clock.now();
        let row = oauth_code::Model {
            id: OauthCodeId::new(),
            code_hash: opaque::hash(code),
            browser_hash: flow.browser_hash.clone(),
            user_id,
            provider: flow.provider.clone(),
            authenticated_at,
            created_at: now,
            expires_at: now + CODE_LIFETIME,
        };
        Ok(repository::oauth_codes::insert(transaction, row).await?)
    }

    async fn note_failure(
        &self,
        flow: &Model,
        failure: OauthFailure,
        client: &ClientInfo,
    ) -> Result<(), AuthError> {
        let entry = Entry::new("provider.refused")
            .from(client)
            .with("provider", flow.provider.as_str())
            .with("error", failure.as_str());
        let entry = match flow.link_user_id {
            Some(user_id) => entry.of(user_id),
            None => entry,
        };
        audit::record(self.database.connection(), entry, self.clock.now()).await?;
        Ok(())
    }
}

/// Whether the provider asked who they are in this visit, where it was to: many a provider ignores
/// that, or says nothing of it (OpenID Connect Core 1.0, 3.1.3.7).
fn is_proved(flow: &Model, profile: &Profile) -> bool {
    let begun = flow.created_at - CLOCK_LEEWAY;
    !flow.fresh || profile.authenticated_at.is_some_and(|time| time >= begun)
}

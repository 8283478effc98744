//! Off to a provider.

use ashlar_core::{http::ClientInfo, principal::Principal, problem::Unexpected, secret::Secret};
use url::Url;

use super::{FLOW_LIFETIME, Oauth, account::flow_context};
use crate::{
    entity::oauth_flow::Model,
    error::AuthError,
    model::{OauthFailure, OauthFlowId, ProviderName, Rule, SessionId, Subject},
    opaque,
    provider::{Provider, Visit},
    repository,
};

/// What whoever signs in by a provider wants.
pub(crate) struct Wish<'a> {
    /// Where the browser goes in the end.
    pub(crate) redirect_to: Option<&'a str>,
    /// Whether the provider is to ask once more who they are, so that the session proves it.
    pub(crate) fresh: bool,
}

/// Where a browser goes now, and what it is known by when it comes back.
pub(crate) struct Departure {
    pub(crate) location: Url,
    /// For its cookie; none when it goes nowhere but back.
    pub(crate) browser: Option<Secret>,
}

impl Departure {
    /// To where the browser would have come back.
    fn straight_back(redirect_to: Url, failure: OauthFailure) -> Self {
        Self {
            location: with(redirect_to, "error", failure.as_str()),
            browser: None,
        }
    }
}

impl Oauth {
    /// Sends a browser to a provider to sign in. When the provider cannot be reached it goes straight
    /// back to where it would have come.
    pub(crate) async fn authorize(
        &self,
        name: &ProviderName,
        wish: &Wish<'_>,
        client: &ClientInfo,
    ) -> Result<Departure, AuthError> {
        let provider = self.provider(name)?;
        let redirect_to = self.redirect_to(wish.redirect_to)?;
        self.count_visit(client).await?;
        if wish.fresh && !provider.proves_identity() {
            return Ok(Departure::straight_back(
                redirect_to,
                OauthFailure::NotProved,
            ));
        }
        let visit = visit(wish.fresh)?;
        match provider.authorize_url(&visit).await {
            Ok(location) => {
                self.depart(provider, visit, location, &redirect_to, None)
                    .await
            }
            Err(error) => {
                tracing::warn!(provider = %name, %error, "oauth_authorize_failed");
                Ok(Departure::straight_back(redirect_to, error.failure()))
            }
        }
    }

    /// Sends the browser of `caller`, who is signed in, to a provider to link it.
    pub(crate) async fn link(
        &self,
        caller: &Principal,
        name: &ProviderName,
        redirect_to: Option<&str>,
        client: &ClientInfo,
    ) -> Result<Departure, AuthError> {
        let provider = self.provider(name)?;
        let redirect_to = self.redirect_to(redirect_to)?;
        self.count_visit(client).await?;
        let connection = self.database.connection();
        let linked =
            repository::oauth_accounts::find_by_user(connection, caller.user_id, name).await?;
        if linked.is_some() {
            return Err(AuthError::AlreadyLinked);
        }
        let visit = visit(false)?;
        let location = provider.authorize_url(&visit).await;
        let location =
            location.map_err(|error| AuthError::Provider(Box::new(error.into_problem())))?;
        self.depart(provider, visit, location, &redirect_to, Some(caller))
            .await
    }

    /// Each counts, also one that ends well: it is a row, and anybody can begin one (OWASP ASVS 4.0,
    /// 11.1.4).
    async fn count_visit(&self, client: &ClientInfo) -> Result<(), AuthError> {
        let admitted = (self.throttle).admit(Rule::OauthVisit, Subject::Anybody, client);
        admitted.await?.failed();
        Ok(())
    }

    /// Remembers the visit, so that its end is known for one, in this browser alone; and who `links`
    /// the provider, if somebody does.
    async fn depart(
        &self,
        provider: &Provider,
        visit: Visit,
        location: Url,
        redirect_to: &Url,
        links: Option<&Principal>,
    ) -> Result<Departure, AuthError> {
        let (id, now) = (OauthFlowId::new(), self.clock.now());
        let browser = opaque::random().map_err(Unexpected::new)?;
        let verifier = visit.verifier.expose().as_bytes();
        let flow = Model {
            id,
            state_hash: opaque::hash(&visit.state),
            browser_hash: opaque::hash(&browser),
            provider: provider.name().clone(),
            nonce: visit.nonce,
            verifier_sealed: (self.sealer)
                .seal(&flow_context(id), verifier)
                .map_err(Unexpected::new)?,
            redirect_to: redirect_to.to_string(),
            link_user_id: links.map(|caller| caller.user_id),
            link_session_id: links
                .and_then(|caller| caller.session_id)
                .map(SessionId::from_uuid),
            fresh: visit.fresh,
            created_at: now,
            expires_at: now + FLOW_LIFETIME,
        };
        repository::oauth_flows::insert(self.database.connection(), flow).await?;
        Ok(Departure {
            location,
            browser: Some(browser),
        })
    }

    fn redirect_to(&self, wanted: Option<&str>) -> Result<Url, AuthError> {
        let allowed = match wanted {
            Some(wanted) => self.redirects.check(wanted).ok(),
            None => self.redirects.first().cloned(),
        };
        allowed.ok_or(AuthError::RedirectRefused)
    }
}

/// What a visit is known by: a state against forged returns, a nonce against replayed ID tokens, a
/// verifier against stolen codes (RFC 9700, 2.1).
fn visit(fresh: bool) -> Result<Visit, AuthError> {
    Ok(Visit {
        state: opaque::random().map_err(Unexpected::new)?,
        nonce: opaque::random()
            .map_err(Unexpected::new)?
            .expose()
            .to_owned(),
        verifier: opaque::random().map_err(Unexpected::new)?,
        fresh,
    })
}

/// `url` with one more parameter.
pub(super) fn with(mut url: Url, name: &str, value: &str) -> Url {
    url.query_pairs_mut().append_pair(name, value);
    url
}

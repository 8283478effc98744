//! Where a provider's endpoints are: as the settings say, or as its issuer does (OpenID Connect
//! Discovery 1.0), which is asked once an hour.

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    client::{Client, SetupError},
    clock::Clock,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::{endpoint::Endpoint, error::ProviderError};
use crate::{
    model::is_private,
    settings::{Place, ProviderSettings},
};

const TTL: Duration = Duration::from_secs(60 * 60);

/// What is known of a provider.
#[derive(Debug)]
pub(super) struct Metadata {
    /// Empty without one.
    pub(super) issuer: String,
    pub(super) authorize: Url,
    pub(super) token_url: Url,
    pub(super) token: Endpoint,
    pub(super) userinfo: Option<Endpoint>,
    pub(super) keys: Option<Endpoint>,
    /// Whether our secret goes into the body: some know no other way.
    pub(super) secret_in_body: bool,
    /// Whether each answer tells its issuer (RFC 9207, 3).
    pub(super) tells_issuer: bool,
}

/// Finds a provider's endpoints.
#[derive(Debug)]
pub(super) struct Discovery {
    settings: ProviderSettings,
    client: Client,
    clock: Clock,
    /// Where the issuer tells; of a provider without one all is known.
    document: Option<Result<Endpoint, SetupError>>,
    known: Mutex<Option<(DateTime<Utc>, Arc<Metadata>)>>,
}

/// What an issuer tells (OpenID Connect Discovery 1.0, 3).
#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    userinfo_endpoint: Option<Url>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Discovery {
    pub(super) fn new(settings: &ProviderSettings, client: &Client, clock: &Clock) -> Self {
        let document = match &settings.place {
            Place::Issuer(issuer) => {
                Some(Endpoint::new(client, &settings.name, &well_known(issuer)))
            }
            Place::Endpoints(_) => None,
        };
        Self {
            settings: settings.clone(),
            client: client.clone(),
            clock: clock.clone(),
            document,
            known: Mutex::default(),
        }
    }

    /// What is known of the provider: at most an hour old. Who comes while it is asked waits for the
    /// answer.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now();
        if let Some((since, metadata)) = &*known
            && (self.document.is_none() || now < *since + TTL)
        {
            return Ok(Arc::clone(metadata));
        }
        let metadata = Arc::new(match &self.document {
            Some(Ok(document)) => self.told(document.get().json().await?)?,
            Some(Err(_)) => return Err(ADDRESS),
            None => self.given()?,
        });
        *known = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    fn told(&self, document: Document) -> Result<Metadata, ProviderError> {
        let Place::Issuer(issuer) = &self.settings.place else {
            return Err(ProviderError::Invalid("there is no issuer"));
        };
        // Else any issuer could speak for another (OpenID Connect Discovery 1.0, 4.3). `Url` writes a
        // slash for an empty path, which the issuer does not.
        if document.issuer.trim_end_matches('/') != issuer.as_str().trim_end_matches('/') {
            return Err(ProviderError::Invalid("the document is another issuer's"));
        }
        let methods = document.token_endpoint_auth_methods_supported;
        // Basic is what all have that do not say (OpenID Connect Discovery 1.0, 3).
        let has_basic = methods
            .is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"));
        self.must_be_private(&document.authorization_endpoint)?;
        Ok(Metadata {
            issuer: document.issuer,
            authorize: document.authorization_endpoint,
            token: self.endpoint(&document.token_endpoint)?,
            token_url: document.token_endpoint,
            userinfo: (document.userinfo_endpoint.as_ref())
                .map(|url| self.endpoint(url))
                .transpose()?,
            keys: Some(self.endpoint(&document.jwks_uri)?),
            secret_in_body: !has_basic,
            tells_issuer: document.authorization_response_iss_parameter_supported,
        })
    }

    fn given(&self) -> Result<Metadata, ProviderError> {
        let Place::Endpoints(endpoints) = &self.settings.place else {
            return Err(ProviderError::Invalid("there are no endpoints"));
        };
        Ok(Metadata {
            issuer: String::new(),
            authorize: endpoints.authorize.clone(),
            token: self.endpoint(&endpoints.token)?,
            token_url: endpoints.token.clone(),
            userinfo: Some(self.endpoint(&endpoints.userinfo)?),
            keys: None,
            secret_in_body: false,
            tells_issuer: false,
        })
    }

    fn endpoint(&self, url: &Url) -> Result<Endpoint, ProviderError> {
        self.must_be_private(url)?;
        Endpoint::new(&self.client, &self.settings.name, url).map_err(|_| ADDRESS)
    }

    fn must_be_private(&self, url: &Url) -> Result<(), ProviderError> {
        match is_private(url, self.settings.loopback_is_private) {
            true => Ok(()),
            false => Err(ProviderError::Invalid("an endpoint is not reached by TLS")),
        }
    }
}

const ADDRESS: ProviderError = ProviderError::Invalid("an endpoint's address cannot be used");

/// Where an issuer tells (OpenID Connect Discovery 1.0, 4.1).
fn well_known(issuer: &Url) -> Url {
    let mut url = issuer.clone();
    let path = format!(
        "{}/.well-known/openid-configuration",
        issuer.path().trim_end_matches('/')
    );
    url.set_path(&path);
    url
}

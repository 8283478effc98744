//! Tokens of a provider: for a code, and for a refresh token.

use std::time::Duration;

use ashlar_core::{client::UpstreamError, clock::Clock, secret::Secret};
use chrono::{DateTime, Utc};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken,
    StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{
        BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
        BasicTokenType,
    },
    http::{
        StatusCode,
        header::{ACCEPT, AUTHORIZATION},
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Visit, discovery::Metadata, endpoint::Endpoint, error::ProviderError};
use crate::settings::ProviderSettings;

/// A longer life is taken as this.
const LONGEST_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// How old, in seconds, a proof of identity may be that a provider is asked for: as old as a visit.
const MAX_AGE: &str = "600";

/// What a provider lets us do for a user.
#[derive(Clone, Debug)]
pub(crate) struct ProviderGrant {
    pub(crate) access_token: Secret,
    /// Of the access token, where the provider says.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// A new one; none: the one that there was stays good (RFC 6749, 6).
    pub(crate) refresh_token: Option<Secret>,
    /// None: those that were asked for (RFC 6749, 5.1).
    pub(crate) scopes: Option<String>,
}

/// Asks one provider for tokens.
pub(super) struct Grants<'a> {
    pub(super) settings: &'a ProviderSettings,
    pub(super) metadata: &'a Metadata,
    pub(super) callback: &'a Url,
    pub(super) clock: &'a Clock,
}

type Tokens = StandardTokenResponse<IdToken, BasicTokenType>;

type TokenClient = Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// What OpenID adds to a token answer.
#[derive(Deserialize, Serialize)]
struct IdToken {
    #[serde(default)]
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

impl std::fmt::Debug for IdToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdToken")
    }
}

impl Grants<'_> {
    /// Where the user says yes or no.
    pub(super) fn authorize_url(&self, visit: &Visit, scopes: &[String]) -> Url {
        let verifier = PkceCodeVerifier::new(visit.verifier.expose().to_owned());
        let state = CsrfToken::new(visit.state.expose().to_owned());
        let client = self.client();
        let mut request = client
            .authorize_url(|| state)
            .add_scopes(scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_extra_param("nonce", visit.nonce.as_str());
        if visit.fresh {
            // The age has the provider say when it asked (OpenID Connect Core 1.0, 3.1.2.1).
            request = request
                .add_extra_param("prompt", "login")
                .add_extra_param("max_age", MAX_AGE);
        }
        request.url().0
    }

    /// The tokens for a code, and the ID token that came along.
    pub(super) async fn exchange(
        &self,
        code: &Secret,
        verifier: &Secret,
    ) -> Result<(ProviderGrant, Option<Secret>), ProviderError> {
        let send = |request| send(&self.metadata.token, request);
        let tokens = self
            .client()
            .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()))
            .request_async(&send)
            .await
            .map_err(failed)?;
        let id_token = tokens.extra_fields().id_token.as_deref().map(Secret::from);
        Ok((self.grant(&tokens), id_token))
    }

    /// New tokens for a refresh token.
    pub(super) async fn refresh(&self, token: &Secret) -> Result<ProviderGrant, ProviderError> {
        let send = |request| send(&self.metadata.token, request);
        let token = RefreshToken::new(token.expose().to_owned());
        let client = self.client();
        let request = client.exchange_refresh_token(&token);
        let tokens = request.request_async(&send).await.map_err(failed)?;
        Ok(self.grant(&tokens))
    }

    fn grant(&self, tokens: &Tokens) -> ProviderGrant {
        let scopes = tokens.scopes().map(|scopes| {
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            scopes.join(" ")
        });
        let life = tokens.expires_in().map(|life| life.min(LONGEST_LIFE));
        ProviderGrant {
            access_token: Secret::from(tokens.access_token().secret().as_str()),
            expires_at: life.map(|life| self.clock.now() + life),
            refresh_token: (tokens.refresh_token())
                .map(|token| Secret::from(token.secret().as_str())),
            scopes,
        }
    }

    fn client(&self) -> TokenClient {
        let auth_type = if self.metadata.secret_in_body {
            AuthType::RequestBody
        } else {
            AuthType::BasicAuth
        };
        let secret = self.settings.client_secret.expose().to_owned();
        Client::new(ClientId::new(self.settings.client_id.clone()))
            .set_client_secret(ClientSecret::new(secret))
            .set_auth_type(auth_type)
            .set_auth_uri(AuthUrl::from_url(self.metadata.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(self.metadata.token_url.clone()))
            .set_redirect_uri(RedirectUrl::from_url(self.callback.clone()))
    }
}

/// Sends what the library asks for by our own client, to the one endpoint that it is for.
async fn send(endpoint: &Endpoint, request: HttpRequest) -> Result<HttpResponse, SendError> {
    let (head, body) = request.into_parts();
    let mut call = endpoint
        .post()
        .secret_body("application/x-www-form-urlencoded", body)
        .accepting(&[400, 401]);
    if let Some(accept) = head
        .headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
    {
        call = call.header("accept", accept);
    }
    if let Some(basic) = head
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
    {
        call = call.secret_header("authorization", &Secret::from(basic));
    }
    let answer = call.send().await?;
    let mut response = HttpResponse::new(answer.body().to_vec());
    *response.status_mut() = StatusCode::from_u16(answer.status()).unwrap_or_default();
    Ok(response)
}

/// The library wants an error that it can own; it keeps ours whole.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct SendError(#[from] UpstreamError);

/// An answer that cannot be read may be an error all the same (GitHub tells its errors with a 200); what
/// else stands in it may be a secret, so nothing of it is kept.
fn failed(error: RequestTokenError<SendError, BasicErrorResponse>) -> ProviderError {
    #[derive(Deserialize)]
    struct Told {
        error: String,
    }
    match error {
        RequestTokenError::ServerResponse(response) => {
            ProviderError::refused(response.error().as_ref())
        }
        RequestTokenError::Request(SendError(error)) => ProviderError::Upstream(error),
        RequestTokenError::Parse(_, body) => match serde_json::from_slice::<Told>(&body) {
            Ok(told) => ProviderError::refused(&told.error),
            Err(_) => ProviderError::Invalid("the token answer"),
        },
        RequestTokenError::Other(_) => ProviderError::Invalid("the token answer"),
    }
}

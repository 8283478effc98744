//! Providers that users sign in by: OAuth 2.0 (RFC 6749, with PKCE: RFC 7636) and, where there is an
//! issuer, OpenID Connect. What a provider says is checked here; what it means for accounts is the
//! service's to decide.

mod discovery;
mod endpoint;
mod error;
mod grant;
mod id_token;
mod keys;
mod profile;

use ashlar_core::{client::Client, clock::Clock, secret::Secret};
use chrono::{DateTime, Utc};
use url::Url;

use self::{
    discovery::{Discovery, Metadata},
    grant::Grants,
    id_token::{Expected, IdTokens},
    keys::Keys,
    profile::Claims,
};
use crate::{
    model::ProviderName,
    settings::{Place, ProviderSettings},
};

pub(crate) use self::{error::ProviderError, grant::ProviderGrant, profile::Profile};

/// One provider.
#[derive(Debug)]
pub(crate) struct Provider {
    settings: ProviderSettings,
    /// Where browsers are sent back to; none when our own address is no URL.
    callback: Option<Url>,
    discovery: Discovery,
    keys: Keys,
    clock: Clock,
}

/// What one visit to a provider is known by.
pub(crate) struct Visit {
    pub(crate) state: Secret,
    pub(crate) nonce: String,
    /// PKCE's: what proves that the code comes back to who asked for it.
    pub(crate) verifier: Secret,
    /// Whether the user is to say once more who they are, whatever the provider remembers.
    pub(crate) fresh: bool,
}

/// What a browser brings back.
pub(crate) struct Returned<'a> {
    pub(crate) code: Secret,
    /// Who says so (RFC 9207), if they say.
    pub(crate) issuer: Option<&'a str>,
    pub(crate) nonce: &'a str,
    pub(crate) verifier: Secret,
}

impl Provider {
    /// The provider that `settings` describe, which sends browsers back to us at `own_url`.
    pub(crate) fn new(
        settings: ProviderSettings,
        own_url: &str,
        client: &Client,
        clock: &Clock,
    ) -> Self {
        Self {
            callback: Url::parse(&settings.callback(own_url)).ok(),
            discovery: Discovery::new(&settings, client, clock),
            keys: Keys::new(clock.clone()),
            settings,
            clock: clock.clone(),
        }
    }

    pub(crate) fn name(&self) -> &ProviderName {
        &self.settings.name
    }

    pub(crate) fn title(&self) -> &str {
        &self.settings.title
    }

    /// Whether it can be asked to ask its user once more, and says when it did: OpenID has words for
    /// that, OAuth 2.0 has none.
    pub(crate) fn proves_identity(&self) -> bool {
        matches!(self.settings.place, Place::Issuer(_))
    }

    /// Where the user says yes or no.
    pub(crate) async fn authorize_url(&self, visit: &Visit) -> Result<Url, ProviderError> {
        let metadata = self.discovery.metadata().await?;
        Ok(self
            .grants(&metadata)?
            .authorize_url(visit, &self.settings.scopes))
    }

    /// Who the user is there, and what we may do for them.
    pub(crate) async fn identify(
        &self,
        returned: Returned<'_>,
    ) -> Result<(Profile, ProviderGrant), ProviderError> {
        let metadata = self.discovery.metadata().await?;
        self.must_be_from(&metadata, returned.issuer)?;
        let (code, verifier) = (returned.code, returned.verifier);
        let (grant, id_token) = self.grants(&metadata)?.exchange(&code, &verifier).await?;
        let (claims, authenticated_at) = match self.settings.place {
            Place::Issuer(_) => {
                let id_token = id_token.ok_or(ProviderError::Invalid("no ID token"))?;
                self.claims(&metadata, id_token.expose(), returned.nonce, &grant)
                    .await?
            }
            Place::Endpoints(_) => {
                let userinfo = metadata.userinfo.as_ref();
                let userinfo = userinfo.ok_or(ProviderError::Invalid("no userinfo endpoint"))?;
                (profile::fetch(userinfo, &grant.access_token).await?, None)
            }
        };
        let profile = Profile::of(&claims, &self.settings.fields);
        let profile = profile.ok_or(ProviderError::Invalid("the user has no id"))?;
        let profile = Profile {
            authenticated_at,
            ..profile
        };
        Ok((profile, grant))
    }

    /// New tokens for a refresh token.
    pub(crate) async fn refresh(&self, token: &Secret) -> Result<ProviderGrant, ProviderError> {
        let metadata = self.discovery.metadata().await?;
        self.grants(&metadata)?.refresh(token).await
    }

    /// What the ID token claims; where it does not tell the address, with what the userinfo endpoint
    /// tells of the same user (OpenID Connect Core 1.0, 5.3.2). And when the user last proved who they
    /// are, of which the token alone is a witness.
    async fn claims(
        &self,
        metadata: &Metadata,
        id_token: &str,
        nonce: &str,
        grant: &ProviderGrant,
    ) -> Result<(Claims, Option<DateTime<Utc>>), ProviderError> {
        let tokens = IdTokens {
            keys: &self.keys,
            clock: &self.clock,
        };
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: &self.settings.client_id,
            nonce,
        };
        let mut claims = tokens
            .verify(id_token, metadata.keys.as_ref(), &expected)
            .await?;
        let authenticated_at = id_token::auth_time(&claims, self.clock.now());
        let Some(userinfo) = &metadata.userinfo else {
            return Ok((claims, authenticated_at));
        };
        if claims.contains_key(&self.settings.fields.email) {
            return Ok((claims, authenticated_at));
        }
        let more = profile::fetch(userinfo, &grant.access_token).await?;
        if more.get("sub") != claims.get("sub") {
            return Err(ProviderError::Invalid("the userinfo is another user's"));
        }
        // One word for both: who did not tell the address does not vouch for it.
        claims.remove(&self.settings.fields.email_verified);
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
        Ok((claims, authenticated_at))
    }

    /// A code of another provider must not be sent to this one (RFC 9207, 2.4; RFC 9700, 4.4). Besides,
    /// each provider has a callback of its own.
    fn must_be_from(&self, metadata: &Metadata, issuer: Option<&str>) -> Result<(), ProviderError> {
        match issuer {
            None if metadata.tells_issuer => Err(ProviderError::Invalid("no issuer is told")),
            Some(issuer) if !metadata.issuer.is_empty() && issuer != metadata.issuer => {
                Err(ProviderError::Invalid("the answer is another issuer's"))
            }
            None | Some(_) => Ok(()),
        }
    }

    fn grants<'a>(&'a self, metadata: &'a Metadata) -> Result<Grants<'a>, ProviderError> {
        let callback = self.callback.as_ref();
        Ok(Grants {
            settings: &self.settings,
            metadata,
            callback: callback.ok_or(ProviderError::Invalid("our own address is no URL"))?,
            clock: &self.clock,
        })
    }
}

//! Signing in by providers: a browser departs to one, arrives again with a code of the provider, and
//! exchanges a code of ours for a session.

mod account;
mod arrive;
mod depart;
mod exchange;
mod links;
mod resolve;
mod tokens;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ashlar_core::{client::Client, clock::Clock, database::Database, seal::Sealer};

pub use self::tokens::{ProviderTokenError, ProviderTokens};
pub(crate) use self::{
    arrive::Arrival,
    depart::{Departure, Wish},
};

use chrono::TimeDelta;

use crate::{
    error::AuthError,
    model::{ProviderName, Redirects},
    provider::Provider,
    service::{Callers, SecondFactor, Sessions, Throttle},
    settings::OauthSettings,
};

/// How long a visit to a provider may take.
pub(crate) const FLOW_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// How long a one-time code is good: its browser comes back with it at once, and once more when its
/// user has typed a code of their second factor.
pub(crate) const CODE_LIFETIME: Duration = Duration::from_secs(3 * 60);

/// How far a provider's clock may be from ours when it says when it asked.
pub(crate) const CLOCK_LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// Signs users in by providers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Oauth {
    database: Database,
    clock: Clock,
    sealer: Arc<Sealer>,
    providers: Providers,
    redirects: Arc<Redirects>,
    sessions: Sessions,
    callers: Callers,
    second_factor: SecondFactor,
    throttle: Throttle,
}

/// The providers, by name. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Providers(Arc<BTreeMap<ProviderName, Provider>>);

/// What [`Oauth`] stands on.
pub(crate) struct OauthParts<'a> {
    pub(crate) database: &'a Database,
    pub(crate) clock: &'a Clock,
    pub(crate) sealer: &'a Arc<Sealer>,
    pub(crate) sessions: &'a Sessions,
    pub(crate) callers: &'a Callers,
    pub(crate) second_factor: &'a SecondFactor,
    pub(crate) throttle: &'a Throttle,
    pub(crate) providers: &'a Providers,
    pub(crate) settings: &'a OauthSettings,
}

impl Oauth {
    pub(crate) fn new(parts: &OauthParts<'_>) -> Self {
        Self {
            database: parts.database.clone(),
            clock: parts.clock.clone(),
            sealer: Arc::clone(parts.sealer),
            providers: parts.providers.clone(),
            redirects: Arc::new(parts.settings.redirects.clone()),
            sessions: parts.sessions.clone(),
            callers: parts.callers.clone(),
            second_factor: parts.second_factor.clone(),
            throttle: parts.throttle.clone(),
        }
    }

    /// Every provider, by name.
    pub(crate) fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.providers.0.values()
    }

    fn provider(&self, name: &ProviderName) -> Result<&Provider, AuthError> {
        self.providers.get(name).ok_or(AuthError::UnknownProvider)
    }
}

impl Providers {
    pub(crate) fn new(settings: &OauthSettings, client: &Client, clock: &Clock) -> Self {
        let provider = |one: &crate::settings::ProviderSettings| {
            let provider = Provider::new(one.clone(), &settings.own_url, client, clock);
            (one.name.clone(), provider)
        };
        Self(Arc::new(settings.providers.iter().map(provider).collect()))
    }

    fn get(&self, name: &ProviderName) -> Option<&Provider> {
        self.0.get(name)
    }
}

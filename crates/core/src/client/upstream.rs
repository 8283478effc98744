//! One upstream: where calls begin.

use std::{fmt, sync::Arc};

use reqwest::{Method, Url, header::HeaderValue};

use crate::client::{Call, Client, SetupError, UpstreamSettings, address, breaker::Breaker};

/// A service that we call. Cheap to clone; clones share the circuit breaker.
#[derive(Clone)]
pub struct Upstream(pub(super) Arc<Shared>);

/// What all clones of an upstream and all its calls share.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) settings: UpstreamSettings,
    pub(super) base: Url,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) breaker: Breaker,
}

impl Upstream {
    pub(super) fn new(client: Client, settings: UpstreamSettings) -> Result<Self, SetupError> {
        settings.check_durations()?;
        let base =
            address::parse_base(&settings.base_url).map_err(|reason| SetupError::BaseUrl {
                upstream: settings.name.clone(),
                reason,
            })?;
        let authorization = authorization(&settings)?;
        let breaker = Breaker::new(settings.breaker);
        Ok(Self(Arc::new(Shared {
            client,
            settings,
            base,
            authorization,
            breaker,
        })))
    }

    /// Its name, as in the settings.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// Begins a GET of `path` below the base URL. Paths are part of the program, hence `'static`:
    /// what is data goes in by [`Call::segment`] and [`Call::query`].
    pub fn get(&self, path: &'static str) -> Call {
        self.request(Method::GET, path)
    }

    /// Begins a POST to `path` below the base URL.
    pub fn post(&self, path: &'static str) -> Call {
        self.request(Method::POST, path)
    }

    /// Begins a PUT to `path` below the base URL.
    pub fn put(&self, path: &'static str) -> Call {
        self.request(Method::PUT, path)
    }

    /// Begins a PATCH to `path` below the base URL.
    pub fn patch(&self, path: &'static str) -> Call {
        self.request(Method::PATCH, path)
    }

    /// Begins a DELETE of `path` below the base URL.
    pub fn delete(&self, path: &'static str) -> Call {
        self.request(Method::DELETE, path)
    }

    /// Begins a request by any method.
    pub fn request(&self, method: Method, path: &'static str) -> Call {
        Call::new(self.clone(), method, path)
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upstream")
            .field(&self.0.settings)
            .field(&self.0.breaker)
            .finish()
    }
}

fn authorization(settings: &UpstreamSettings) -> Result<Option<HeaderValue>, SetupError> {
    let Some(secret) = &settings.authorization else {
        return Ok(None);
    };
    let mut value =
        HeaderValue::from_str(secret.expose()).map_err(|_| SetupError::Authorization {
            upstream: settings.name.clone(),
        })?;
    value.set_sensitive(true);
    Ok(Some(value))
}

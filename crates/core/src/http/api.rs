//! The assembled API: domains in, actix configuration and contract out. `main` and every test
//! build it alike.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use actix_web::{HttpResponse, http::Method, web};
use serde_json::{Map, Value, json};

use super::{Negotiated, Route, docs, mount::mount};
use crate::{
    asyncapi,
    domain::Domain,
    health::{Component, Health},
    openapi::{Document, Info},
    page::CursorKey,
    principal::{Authenticator, OnceMore},
    problem::Problem,
    scopes::OfferedScopes,
    settings::HttpSettings,
    valid::BodyLimit,
};

/// Where the versioned API stands.
pub const PREFIX: &str = "/api/v1";

/// How long a body may take to arrive, however long a request may: each that is under way holds a
/// place among the requests in flight.
const BODY_TIME: Duration = Duration::from_secs(10);

type State = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

/// The assembled API.
#[derive(Clone)]
pub struct Api {
    pub(super) settings: HttpSettings,
    pub(super) authenticator: Option<Arc<dyn Authenticator>>,
    pub(super) health: Health,
    routes: Arc<[Route]>,
    state: Vec<State>,
    document: Arc<Document>,
    scopes: OfferedScopes,
    events: Arc<asyncapi::Document>,
    cursor_key: CursorKey,
}

/// What an [`Api`] is made of besides its domains.
pub struct Parts {
    /// The API's name, version and purpose.
    pub info: Info,
    /// The server's settings.
    pub settings: HttpSettings,
    /// Who turns tokens into principals; without one nobody is ever signed in.
    pub authenticator: Option<Arc<dyn Authenticator>>,
    /// What cursors are sealed with.
    pub cursor_key: CursorKey,
    /// What readiness asks after, besides the domains' own components.
    pub components: Vec<Arc<dyn Component>>,
}

/// Two domains that cannot live in one API.
#[derive(Debug, thiserror::Error)]
#[error("{method} {path} is mounted twice")]
pub struct Conflict {
    method: Method,
    path: String,
}

impl Api {
    /// Puts `domains` together.
    ///
    /// # Errors
    ///
    /// When two routes have the same method and path, or paths that differ only in the names of
    /// their parameters: one would never be reached.
    pub fn new(parts: Parts, domains: Vec<Domain>) -> Result<Self, Conflict> {
        let mut components = parts.components;
        for domain in &domains {
            components.extend(domain.components().iter().cloned());
        }
        let health = Health::new(parts.info.version.clone(), components);
        let domains: Vec<Domain> = domains.into_iter().chain(health.domains()).collect();
        let routes: Vec<Route> = domains
            .iter()
            .flat_map(|domain| domain.routes().to_vec())
            .collect();
        refuse_conflicts(&routes)?;
        let document = document(&parts.info, &domains, &routes);
        let events = asyncapi::Document::new(&parts.info, &domains);
        let pages = docs::domain(&document, &events);
        let routes = routes.into_iter().chain(pages.routes().to_vec()).collect();
        let state = domains
            .into_iter()
            .chain([pages])
            .flat_map(Domain::into_state)
            .collect();
        Ok(Self {
            settings: parts.settings,
            authenticator: parts.authenticator,
            health,
            routes,
            state,
            scopes: OfferedScopes::of(&document),
            document: Arc::new(document),
            events: Arc::new(events),
            cursor_key: parts.cursor_key,
        })
    }

    /// The contract.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The contract of the events.
    pub fn events(&self) -> &asyncapi::Document {
        &self.events
    }

    /// The mounted routes.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The server's settings.
    pub fn settings(&self) -> &HttpSettings {
        &self.settings
    }

    /// Everything but the middleware, into an actix app.
    pub(super) fn configure(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(Negotiated::from(self.settings.error_format))
            .app_data(body_limit(&self.settings))
            .app_data(self.cursor_key.clone())
            .app_data(self.scopes.clone())
            .app_data(self.settings.proxies.clone())
            .default_service(web::to(no_route));
        if let Some(authenticator) = &self.authenticator {
            config.app_data(OnceMore(Arc::clone(authenticator)));
        }
        for state in &self.state {
            state(config);
        }
        mount(&self.routes, config);
    }
}

/// A body gets the most of a request's time, so that its slowness is told as such (408), and not as
/// the server's (503).
fn body_limit(settings: &HttpSettings) -> BodyLimit {
    BodyLimit {
        bytes: settings.max_body_bytes,
        time: (settings.request_timeout * 2 / 3).min(BODY_TIME),
    }
}

async fn no_route() -> HttpResponse {
    HttpResponse::from_error(Problem::not_found("Route"))
}

fn document(info: &Info, domains: &[Domain], routes: &[Route]) -> Document {
    let tags: BTreeMap<&str, &str> = domains
        .iter()
        .map(|domain| (domain.name(), domain.about()))
        .collect();
    let tags: Vec<(&str, &str)> = tags.into_iter().collect();
    let mut security = Map::<String, Value>::new();
    security.insert(
        "bearer".into(),
        json!({
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The access token of a sign-in, or an API key",
        }),
    );
    for domain in domains {
        security.extend(domain.security().clone());
    }
    Document::new(info, &tags, &security, routes)
}

fn refuse_conflicts(routes: &[Route]) -> Result<(), Conflict> {
    let mut seen = BTreeMap::new();
    for route in routes {
        let key = (route.method().as_str(), shape(route.path()));
        if seen.insert(key, route).is_some() {
            return Err(Conflict {
                method: route.method().clone(),
                path: route.path().to_owned(),
            });
        }
    }
    Ok(())
}

/// The path without its parameters' names.
fn shape(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| match segment.strip_prefix('{') {
            Some(_) => "{}",
            None => segment,
        });
    segments.collect::<Vec<&str>>().join("/")
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("routes", &self.routes)
            .finish_non_exhaustive()
    }
}

//! What a domain crate hands to the app: one value, and adding a domain is one line.

use std::{collections::BTreeSet, fmt, sync::Arc};

use actix_web::web;
use serde_json::{Map, Value};

use crate::{
    events::{Event, EventType, Handle, Handler},
    health::Component,
    http::Route,
    jobs::{Job, Perform, Performer, Schedule},
    principal::Permission,
    table::{Definition, Table},
};

/// A domain's routes, state, health components, events, jobs, and its part of the contract.
///
/// ```
/// use ashlar_core::{domain::Domain, http::{Body, Route}};
///
/// async fn hello() -> Body<String> {
///     Body("hello".into())
/// }
///
/// let domain = Domain::new("greetings", "Kind words")
///     .route(Route::get("/greetings", hello).named("list_greetings", "Greet"));
/// assert_eq!(domain.routes()[0].path(), "/api/v1/greetings");
/// ```
pub struct Domain {
    name: &'static str,
    about: &'static str,
    prefix: &'static str,
    refuses_keys: bool,
    routes: Vec<Route>,
    state: Vec<State>,
    components: Vec<Arc<dyn Component>>,
    security: Map<String, Value>,
    permissions: Vec<&'static str>,
    published: Vec<EventType>,
    handlers: Vec<Handler>,
    performers: Vec<Performer>,
    schedules: Vec<Schedule>,
    tables: Vec<Definition>,
}

type State = Arc<dyn Fn(&mut web::ServiceConfig) + Send + Sync>;

impl Domain {
    /// A domain whose routes stand under `/api/v1` and are tagged with its name.
    pub fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            prefix: crate::http::PREFIX,
            refuses_keys: false,
            routes: Vec::new(),
            state: Vec::new(),
            components: Vec::new(),
            security: Map::new(),
            permissions: Vec::new(),
            published: Vec::new(),
            handlers: Vec::new(),
            performers: Vec::new(),
            schedules: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// The same, with its routes at the root: for what stands outside of the versioned API.
    pub fn at_root(name: &'static str, about: &'static str) -> Self {
        Self {
            prefix: "",
            ..Self::new(name, about)
        }
    }

    /// Keeps API keys out of every route that does not say [`Route::takes_keys`]: for a domain in
    /// which somebody with a stolen key could make it more than a key.
    pub fn refuses_keys(mut self) -> Self {
        self.refuses_keys = true;
        self.routes = (self.routes.into_iter()).map(Route::refuse_keys).collect();
        self
    }

    /// Mounts a route.
    pub fn route(mut self, route: Route) -> Self {
        let route = route.under(self.prefix, self.name);
        self.routes.push(match self.refuses_keys {
            true => route.refuse_keys(),
            false => route,
        });
        self
    }

    /// Mounts routes.
    pub fn mount(self, routes: impl IntoIterator<Item = Route>) -> Self {
        routes.into_iter().fold(self, Self::route)
    }

    /// Mounts a route at the root: for an address that a standard fixes (RFC 8615).
    pub fn root_route(mut self, route: Route) -> Self {
        self.routes.push(route.under("", self.name));
        self
    }

    /// Shares `state` with every handler, as `web::Data<T>`.
    pub fn state<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        let data = web::Data::new(state);
        self.state.push(Arc::new(move |config| {
            config.app_data(data.clone());
        }));
        self
    }

    /// Adds something that readiness asks after.
    pub fn health(mut self, component: impl Component) -> Self {
        self.components.push(Arc::new(component));
        self
    }

    /// Adds a way to sign in to the contract: an OpenAPI security scheme.
    pub fn security_scheme(mut self, name: &str, scheme: Value) -> Self {
        self.security.insert(name.into(), scheme);
        self
    }

    /// Says that the domain's services ask for the permission `P`. Those in the signatures of
    /// handlers are known.
    pub fn permission<P: Permission>(mut self) -> Self {
        self.permissions.push(P::NAME);
        self
    }

    /// Says that the domain publishes events of type `E`.
    pub fn publishes<E: Event>(mut self) -> Self {
        self.published.push(EventType::of::<E>());
        self
    }

    /// Has `handle` read the events of type `E`. Its `name` is `<domain>.<what it does>` and never
    /// changes: what was handled is remembered by it.
    pub fn handles<E: Event>(mut self, name: &'static str, handle: impl Handle<E>) -> Self {
        self.handlers.push(Handler::new(name, handle));
        self
    }

    /// Has `perform` do the jobs of type `J`.
    pub fn performs<J: Job>(mut self, perform: impl Perform<J>) -> Self {
        self.performers.push(Performer::new(perform));
        self
    }

    /// Adds a job that comes back.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedules.push(schedule);
        self
    }

    /// Says that the domain owns the table of `E`: its migrations are in the domain's folder.
    pub fn table<E: Table>(mut self) -> Self {
        self.tables.push(Definition::of::<E>(self.name));
        self
    }

    /// The domain's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the domain is about.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// The routes, with their whole paths.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Every permission that the domain asks for.
    pub fn permissions(&self) -> BTreeSet<&'static str> {
        let of_routes = self.routes.iter().flat_map(Route::permissions);
        of_routes.chain(self.permissions.iter().copied()).collect()
    }

    /// The types of the events that it publishes.
    pub fn published(&self) -> &[EventType] {
        &self.published
    }

    /// What reads events.
    pub fn handlers(&self) -> &[Handler] {
        &self.handlers
    }

    /// What does its jobs.
    pub fn performers(&self) -> &[Performer] {
        &self.performers
    }

    /// Its jobs that come back.
    pub fn schedules(&self) -> &[Schedule] {
        &self.schedules
    }

    /// The tables that it owns.
    pub fn tables(&self) -> &[Definition] {
        &self.tables
    }

    pub(crate) fn components(&self) -> &[Arc<dyn Component>] {
        &self.components
    }

    pub(crate) fn security(&self) -> &Map<String, Value> {
        &self.security
    }

    pub(crate) fn into_state(self) -> Vec<State> {
        self.state
    }
}

impl fmt::Debug for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Domain")
            .field("name", &self.name)
            .field("routes", &self.routes)
            .finish_non_exhaustive()
    }
}

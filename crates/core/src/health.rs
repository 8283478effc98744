//! Is it alive, can it serve, and how is everything: three questions with three audiences.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use actix_web::web;
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    database::Database,
    domain::Domain,
    http::{Body, Route},
    problem::{Code, Problem},
};

/// How long a component has to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something that serving depends on.
pub trait Component: Send + Sync + 'static {
    /// Its name in answers.
    fn name(&self) -> &'static str;

    /// Whether nothing can be served without it. Without one that is not essential the process is
    /// ready, and degraded.
    fn essential(&self) -> bool {
        true
    }

    /// Whether it works. Not more than a ping: it is asked every few seconds.
    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;
}

impl Component for Database {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async { self.ping().await.is_ok() })
    }
}

/// The process's health. Clones are of the same process.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    version: String,
    started: Instant,
    draining: AtomicBool,
    components: Vec<Arc<dyn Component>>,
}

/// How a part is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ComponentState {
    /// It answers.
    Operational,
    /// It does not.
    Unavailable,
}

/// How the whole is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Overall {
    /// Everything answers.
    Healthy,
    /// Something does not.
    Degraded,
}

#[derive(Serialize, JsonSchema)]
struct HealthResponse {
    /// The whole.
    status: Overall,
    /// The running version.
    version: String,
    /// Seconds since the process started.
    uptime: f64,
    /// Each part.
    components: BTreeMap<&'static str, ComponentState>,
}

#[derive(Serialize, JsonSchema)]
struct SummaryResponse {
    /// The whole.
    status: Overall,
    /// The database.
    database: DatabaseState,
}

#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum DatabaseState {
    /// It answers.
    Healthy,
    /// It does not.
    Unhealthy,
}

#[derive(Serialize, JsonSchema)]
struct LivenessResponse {
    /// Always true: a process that answers is alive.
    alive: bool,
}

#[derive(Serialize, JsonSchema)]
struct ReadinessResponse {
    /// Always true: the answer is 503 otherwise.
    ready: bool,
    /// `degraded` while something does not answer without which requests are served all the same;
    /// else absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Overall>,
}

impl Health {
    /// The health of a process that starts now and depends on `components`.
    pub fn new(version: String, components: Vec<Arc<dyn Component>>) -> Self {
        Self(Arc::new(Inner {
            version,
            started: Instant::now(),
            draining: AtomicBool::new(false),
            components,
        }))
    }

    /// From now on not ready: the process is about to stop.
    pub fn drain(&self) {
        self.0.draining.store(true, SeqCst);
    }

    /// How each component is doing, asked all at once.
    async fn components(&self) -> BTreeMap<&'static str, ComponentState> {
        let checks = self.0.components.iter().map(|component| async {
            let answer = tokio::time::timeout(PATIENCE, component.check()).await;
            let state = match answer {
                Ok(true) => ComponentState::Operational,
                Ok(false) | Err(_) => ComponentState::Unavailable,
            };
            (component.name(), state)
        });
        join_all(checks).await.into_iter().collect()
    }

    /// Whether requests need the component `name`.
    fn needs(&self, name: &str) -> bool {
        let mut components = self.0.components.iter();
        components.any(|component| component.name() == name && component.essential())
    }

    /// The routes of health, within and outside of the versioned API.
    pub(crate) fn domains(&self) -> [Domain; 2] {
        let about = "Is it alive, can it serve, how is everything";
        let versioned = Domain::new("health", about)
            .state(self.clone())
            .route(
                Route::get("/health/", detail)
                    .named("read_health", "How everything is")
                    .about("For people and monitoring. Always 200: the body tells."),
            )
            .route(Route::get("/health", detail).hidden())
            .route(
                Route::get("/health/live", live)
                    .named("read_liveness", "Whether the process is alive")
                    .about("Checks nothing. Restart the process when it does not answer."),
            )
            .route(
                Route::get("/health/ready", ready)
                    .named("read_readiness", "Whether it can serve")
                    .about("503 while a component is away that requests need, or the process is stopping: send no traffic.")
                    .fails(&[Code::ServiceUnavailable]),
            );
        let summary = Domain::at_root("health", about).route(
            Route::get("/api/health", summary)
                .named("read_health_summary", "How the database is")
                .about("Always 200: the body tells."),
        );
        [versioned, summary]
    }
}

fn overall(healthy: bool) -> Overall {
    if healthy {
        Overall::Healthy
    } else {
        Overall::Degraded
    }
}

async fn detail(health: web::Data<Health>) -> Body<HealthResponse> {
    let components = health.components().await;
    let healthy = components
        .values()
        .all(|state| *state == ComponentState::Operational);
    Body(HealthResponse {
        status: overall(healthy),
        version: health.0.version.clone(),
        uptime: (health.0.started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        components,
    })
}

async fn summary(health: web::Data<Health>) -> Body<SummaryResponse> {
    let components = health.components().await;
    let healthy = components.get("database") == Some(&ComponentState::Operational);
    Body(SummaryResponse {
        status: overall(healthy),
        database: if healthy {
            DatabaseState::Healthy
        } else {
            DatabaseState::Unhealthy
        },
    })
}

async fn live() -> Body<LivenessResponse> {
    Body(LivenessResponse { alive: true })
}

async fn ready(health: web::Data<Health>) -> Result<Body<ReadinessResponse>, Problem> {
    if health.0.draining.load(SeqCst) {
        return Err(Problem::unavailable("Stopping"));
    }
    let components = health.components().await;
    let away: Vec<&str> = components
        .iter()
        .filter(|(_, state)| **state == ComponentState::Unavailable)
        .map(|(name, _)| *name)
        .collect();
    let missed: Vec<&str> = away
        .iter()
        .copied()
        .filter(|name| health.needs(name))
        .collect();
    if !missed.is_empty() {
        return Err(Problem::unavailable(format!(
            "Not available: {}",
            missed.join(", ")
        )));
    }
    Ok(Body(ReadinessResponse {
        ready: true,
        status: (!away.is_empty()).then_some(Overall::Degraded),
    }))
}

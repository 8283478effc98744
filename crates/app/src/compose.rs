//! The one place that knows every domain. Adding one is a line in `domains`.

use std::{error::Error, sync::Arc};

use ashlar_auth::{Auth, AuthParts, error::RolesError};
use ashlar_core::{
    client::{Client, ClientSettings, SetupError},
    clock::Clock,
    database::Database,
    domain::Domain,
    http::{Api, Conflict, Parts},
    openapi::Info,
    page::CursorKey,
    settings::Source,
    table::Definition,
};
use ashlar_events::{EventsError, kafka::KafkaSetupError};
use ashlar_jobs::{JobAdmin, JobsError};
use ashlar_notifications::{Notifications, NotificationsError};
use ashlar_posts::Posts;
use ashlar_projects::{HttpTracker, Projects, ports::Tracker};

use crate::{
    adapters::{AuthAuthors, AuthDirectory, AuthLinks},
    settings::Settings,
    workers::Workers,
};

const DESCRIPTION: &str = include_str!("api.md");

/// The assembled system.
pub struct System {
    /// What answers requests.
    pub api: Api,
    /// What works in the background.
    pub workers: Workers,
    /// The tables of all domains.
    pub tables: Vec<Definition>,
}

/// Why the parts do not make a system.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// Two domains mount the same route.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// An upstream's address cannot be used.
    #[error("cannot set up an upstream")]
    Upstream(#[from] SetupError),
    /// A role permits what nothing asks for.
    #[error(transparent)]
    Roles(#[from] RolesError),
    /// The handlers of events do not go together.
    #[error(transparent)]
    Events(#[from] EventsError),
    /// The jobs and schedules do not go together.
    #[error(transparent)]
    Jobs(#[from] JobsError),
    /// Kafka's settings cannot be used.
    #[error(transparent)]
    Kafka(#[from] KafkaSetupError),
    /// Mail cannot be set up.
    #[error(transparent)]
    Notifications(#[from] NotificationsError),
}

/// The assembled system on `database`.
///
/// # Errors
///
/// When two domains do not go together, or an upstream's address cannot be used.
pub fn system(
    settings: &Settings,
    database: &Database,
    clock: &Clock,
) -> Result<System, ComposeError> {
    let client = Client::new(&ClientSettings::default(), clock.clone())?;
    let auth = auth(settings, database, clock, &client);
    let mut domains = domains(settings, &auth, database, clock, &client)?;
    let workers = Workers::new(settings, database, clock, &domains)?;
    domains.push(ashlar_events::domain(database.clone(), clock.clone()));
    domains.push(jobs(database, clock, &domains));
    domains.extend(auth.page());
    auth.compose_roles(&domains)?;
    let mut parts = parts(settings, database, &workers);
    parts.authenticator = Some(auth.authenticator());
    let tables = domains.iter().flat_map(Domain::tables).copied().collect();
    let api = Api::new(parts, domains)?;
    Ok(System {
        api,
        workers,
        tables,
    })
}

/// What the default settings make, on a database without tables: to be asked what it is.
///
/// # Errors
///
/// None that a start would not have.
pub async fn by_default() -> Result<System, Box<dyn Error + Send + Sync>> {
    let defaults = [("APP_ENV", "test"), ("DATABASE_URL", "sqlite::memory:")];
    let (settings, _) = Settings::read(Source::from_pairs(defaults))?;
    let database = Database::connect(&settings.database).await?;
    Ok(system(&settings, &database, &Clock::system())?)
}

/// Health alone, for a process that only works in the background.
///
/// # Errors
///
/// None that a start with the same settings would not have.
pub fn health(
    settings: &Settings,
    database: &Database,
    workers: &Workers,
) -> Result<Api, ComposeError> {
    Ok(Api::new(parts(settings, database, workers), Vec::new())?)
}

/// Users and tokens, also for commands that need no server.
pub fn auth(settings: &Settings, database: &Database, clock: &Clock, client: &Client) -> Auth {
    let parts = AuthParts {
        database,
        clock,
        secret_key: &settings.secret_key,
        client,
        settings: &settings.auth,
    };
    Auth::new(parts)
}

fn jobs(database: &Database, clock: &Clock, domains: &[Domain]) -> Domain {
    let schedules = domains.iter().flat_map(Domain::schedules).cloned();
    let admin = JobAdmin::new(database.clone(), clock.clone());
    admin.with_schedules(schedules).domain()
}

fn parts(settings: &Settings, database: &Database, workers: &Workers) -> Parts {
    Parts {
        info: Info {
            title: settings.app.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: DESCRIPTION.to_owned(),
        },
        settings: settings.http.clone(),
        authenticator: None,
        cursor_key: CursorKey::new(&settings.secret_key.derive("core.cursor")),
        components: vec![Arc::new(database.clone()), workers.broker_health()],
    }
}

fn domains(
    settings: &Settings,
    auth: &Auth,
    database: &Database,
    clock: &Clock,
    client: &Client,
) -> Result<Vec<Domain>, ComposeError> {
    let directory = Arc::new(AuthDirectory(auth.clone()));
    let authors = Arc::new(AuthAuthors(auth.clone()));
    let tracker = match &settings.projects.tracker_url {
        Some(url) => Some(Arc::new(HttpTracker::new(client, url)?) as Arc<dyn Tracker>),
        None => None,
    };
    let notifications = Notifications::new(
        database.clone(),
        clock.clone(),
        &settings.notifications,
        Arc::new(AuthLinks(auth.clone())),
    )?;
    Ok(vec![
        auth.domain(),
        ashlar_projects::domain(Projects::new(
            database.clone(),
            clock.clone(),
            directory,
            tracker,
        )),
        ashlar_posts::domain(Posts::new(database.clone(), clock.clone(), authors)),
        ashlar_notifications::domain(notifications),
    ])
}

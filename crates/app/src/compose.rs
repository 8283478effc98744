//! The one place that knows every domain. Adding one is a line in `domains`.

use std::sync::Arc;

use ashlar_auth::Auth;
use ashlar_core::{
    client::{Client, ClientSettings, SetupError},
    clock::Clock,
    database::Database,
    domain::Domain,
    http::{Api, Conflict, Parts},
    openapi::Info,
    page::CursorKey,
};
use ashlar_projects::{HttpTracker, Projects, ports::Tracker};

use crate::{adapters::AuthDirectory, settings::Settings};

const DESCRIPTION: &str = include_str!("api.md");

/// Why the parts do not make an API.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// Two domains mount the same route.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// An upstream's address cannot be used.
    #[error("cannot set up an upstream")]
    Upstream(#[from] SetupError),
}

/// The assembled API on `database`.
///
/// # Errors
///
/// When two domains mount the same route, or an upstream's address cannot be used.
pub fn api(settings: &Settings, database: Database, clock: Clock) -> Result<Api, ComposeError> {
    let auth = auth(settings, &database, &clock);
    let parts = Parts {
        info: Info {
            title: settings.app.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: DESCRIPTION.to_owned(),
        },
        settings: settings.http.clone(),
        authenticator: Some(auth.authenticator()),
        cursor_key: CursorKey::new(&settings.secret_key.derive("core.cursor")),
        components: vec![Arc::new(database.clone())],
    };
    Ok(Api::new(parts, domains(settings, &auth, database, clock)?)?)
}

/// Users and tokens, also for commands that need no server.
pub fn auth(settings: &Settings, database: &Database, clock: &Clock) -> Auth {
    Auth::new(database, clock, &settings.secret_key, &settings.auth)
}

fn domains(
    settings: &Settings,
    auth: &Auth,
    database: Database,
    clock: Clock,
) -> Result<Vec<Domain>, SetupError> {
    let client = Client::new(&ClientSettings::default(), clock.clone())?;
    let directory = Arc::new(AuthDirectory(auth.clone()));
    let tracker = match &settings.projects.tracker_url {
        Some(url) => Some(Arc::new(HttpTracker::new(&client, url)?) as Arc<dyn Tracker>),
        None => None,
    };
    Ok(vec![
        auth.domain(),
        ashlar_projects::domain(Projects::new(database, clock, directory, tracker)),
    ])
}

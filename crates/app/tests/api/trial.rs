//! A domain that misbehaves on request, mounted beside a real one.

use std::{error::Error, fmt, future::pending, sync::Arc, time::Duration};

use actix_web::web::Data;
use ashlar_app::compose;
use ashlar_core::{
    client::{Client, ClientSettings},
    domain::Domain,
    http::{Body, NoContent, Route},
    principal::{Authorized, Permission},
    problem::{Code, FieldError, Problem},
    settings::HttpSettings,
    valid::ValidJson,
};
use ashlar_testkit::{TestApp, World};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

/// What the faults' causes are called: nobody but the log may read it.
pub(crate) const CAUSE: &str = "the-cause-that-only-the-log-may-know";

/// The trial's routes, and auth's.
pub(crate) async fn serve(world: &World, tune: impl FnOnce(&mut HttpSettings)) -> TestApp {
    serve_gated(world, Arc::new(Gate::default()), tune).await
}

/// Where `GET /trial/wait` stops.
pub(crate) struct Gate {
    /// Gets a permit for each request that has come in.
    pub(crate) arrived: Semaphore,
    /// Lets one request go for each permit.
    pub(crate) leave: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            arrived: Semaphore::new(0),
            leave: Semaphore::new(0),
        }
    }
}

/// The same, where `GET /trial/wait` answers once `gate` lets it.
pub(crate) async fn serve_gated(
    world: &World,
    gate: Arc<Gate>,
    tune: impl FnOnce(&mut HttpSettings),
) -> TestApp {
    let settings = crate::settings(&[]);
    let client = Client::new(&ClientSettings::default(), world.clock()).expect("a client");
    let auth = compose::auth(&settings, &world.database(), &world.clock(), &client);
    let authenticator = auth.authenticator();
    world
        .serve_with(vec![auth.domain(), domain(gate)], authenticator, tune)
        .await
}

fn domain(gate: Arc<Gate>) -> Domain {
    Domain::new("trial", "What goes wrong on request")
        .state(gate)
        .mount([
            Route::get("/trial/panic", panics).named("panic", "Panic"),
            Route::get("/trial/fault", fails).named("fault", "Fail"),
            Route::get("/trial/hang", hangs).named("hang", "Hang"),
            Route::get("/trial/wait", waits).named("wait", "Wait"),
            Route::get("/trial/upstream", upstream)
                .named("upstream", "Rely on a third party")
                .fails(&[Code::BadUpstream]),
            Route::get("/trial/busy", busy)
                .named("busy", "Be asked too often")
                .fails(&[Code::TooManyRequests]),
            Route::get("/trial/conflict", conflicts)
                .named("conflict", "Collide")
                .fails(&[Code::Conflict]),
            Route::get("/trial/locked", locked).named("locked", "Ask for a permission"),
            Route::get("/trial/text", text).named("text", "Read a long text"),
            Route::post("/trial/echo", echo).named("echo", "Read what was written"),
        ])
}

/// A permission that nobody holds.
struct Impossible;

impl Permission for Impossible {
    const NAME: &'static str = "trial:impossible";
}

/// What is echoed.
#[derive(Debug, Serialize, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    /// Some text.
    #[garde(length(chars, min = 1, max = 2_000_000))]
    text: String,
}

async fn panics() -> NoContent {
    panic!("{CAUSE}");
}

async fn fails() -> Result<NoContent, Problem> {
    Err(Problem::unexpected(Cause))
}

async fn hangs() -> NoContent {
    pending().await
}

async fn waits(gate: Data<Arc<Gate>>) -> NoContent {
    gate.arrived.add_permits(1);
    let leave = gate.leave.acquire().await;
    leave.expect("the gate is never closed").forget();
    NoContent
}

async fn upstream() -> Result<NoContent, Problem> {
    Err(Problem::upstream(Code::BadUpstream, "oracle").caused_by(Cause))
}

async fn busy() -> Result<NoContent, Problem> {
    let wait = Duration::from_millis(1500);
    Err(Problem::new(Code::TooManyRequests, "Slow down").retry_after(wait))
}

async fn conflicts() -> Result<NoContent, Problem> {
    let field = FieldError::new("name", "is taken").value("Apollo");
    Err(Problem::conflict("The name is taken").with_field(field))
}

async fn locked(_: Authorized<Impossible>) -> NoContent {
    NoContent
}

async fn text() -> Body<String> {
    Body("ashlar ".repeat(2000))
}

async fn echo(note: ValidJson<Note>) -> Body<Note> {
    Body(note.into_inner())
}

#[derive(Debug)]
struct Cause;

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CAUSE)
    }
}

impl Error for Cause {}

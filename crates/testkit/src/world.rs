//! What one test has to itself: a database, a clock, its users, its servers.

use std::{
    fmt, io,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::rt::task::JoinHandle;
use ashlar_core::{
    clock::{Clock, ClockHand},
    database::{Database, Transaction},
    domain::Domain,
    events::{self, Event, EventId},
    http::{Api, Parts, Server, ServerHandle},
    openapi::Info,
    page::CursorKey,
    principal::Authenticator,
    settings::{HttpSettings, Reader, Source},
};
use chrono::{DateTime, Utc};

use crate::{
    Backend, Engines, Published, Scratch, TestApp, Tokens,
    database::{self, Home},
    statements,
};

/// One test's world. Cheap to clone; clones are the same world.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    backend: Backend,
    home: Home,
    database: Database,
    clock: Clock,
    hand: ClockHand,
    tokens: Arc<Tokens>,
    scratch: Scratch,
    servers: Mutex<Vec<(ServerHandle, JoinHandle<io::Result<()>>)>>,
}

impl World {
    /// A new world on `backend`, with a migrated, empty database.
    pub(crate) async fn open(backend: Backend) -> Self {
        statements::watch();
        let scratch = Scratch::new();
        let home = Home::make(backend, &scratch).await;
        let database = database::connect(home.url()).await;
        let (clock, hand) = Clock::manual();
        Self(Arc::new(Inner {
            backend,
            home,
            database,
            clock,
            hand,
            tokens: Arc::default(),
            scratch,
            servers: Mutex::default(),
        }))
    }

    /// The database, empty but for what migrations put there.
    pub fn database(&self) -> Database {
        self.0.database.clone()
    }

    /// The address of the database, for a process that shares it.
    pub fn database_url(&self) -> &str {
        self.0.home.url()
    }

    /// Which kind of database it is.
    pub fn backend(&self) -> Backend {
        self.0.backend
    }

    /// A folder of this world's own, gone with it.
    pub fn folder(&self) -> &Path {
        self.0.scratch.path()
    }

    /// The clock, which stands still at the time the world began.
    pub fn clock(&self) -> Clock {
        self.0.clock.clone()
    }

    /// What the clock tells.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Turns the clock forward.
    pub fn turn_clock(&self, by: Duration) {
        self.0.hand.advance(by);
    }

    /// Sets the clock, also backward.
    pub fn set_clock(&self, to: DateTime<Utc>) {
        self.0.hand.set(to);
    }

    /// The events that were published so far.
    pub async fn published(&self) -> Published {
        Published::read(&self.0.database).await
    }

    /// Publishes an event, as the domain that tells it would.
    pub async fn publish<E: Event>(&self, event: &E) -> EventId {
        let publish =
            async |transaction: &Transaction| events::publish(transaction, event, self.now()).await;
        self.0.database.transaction(publish).await.unwrap()
    }

    /// The authenticator of [`World::serve`], which knows whom [`TestApp::user`] and its kin signed
    /// in.
    pub fn authenticator(&self) -> Arc<Tokens> {
        Arc::clone(&self.0.tokens)
    }

    /// Serves `domains` on a free port, as production would, to users that the testkit signs in.
    pub async fn serve(&self, domains: Vec<Domain>) -> TestApp {
        self.serve_with(domains, self.authenticator(), |_| {}).await
    }

    /// As [`World::serve`], with another authenticator and with settings as `tune` leaves them.
    ///
    /// With `settings.tls` the app speaks HTTPS, and its clients trust that certificate alone.
    pub async fn serve_with(
        &self,
        domains: Vec<Domain>,
        authenticator: Arc<dyn Authenticator>,
        tune: impl FnOnce(&mut HttpSettings),
    ) -> TestApp {
        let mut settings = http_settings();
        tune(&mut settings);
        let parts = Parts {
            info: Info {
                title: "Test".into(),
                version: "0.0.0".into(),
                description: "Domains under test".into(),
            },
            settings,
            authenticator: Some(authenticator),
            cursor_key: CursorKey::new(&[7; 32]),
            components: vec![Arc::new(self.database())],
        };
        let engines = Engines::new(self, &domains);
        let api = Api::new(parts, domains).expect("the domains do not fit together");
        self.serve_api(&api).await.with_engines(engines)
    }

    /// Serves an API that is put together already, as its own settings say; their port should be 0.
    pub async fn serve_api(&self, api: &Api) -> TestApp {
        let server = Server::bind(api).expect("the server does not start");
        let port = server.addresses()[0].port();
        let handle = server.handle();
        let running = actix_web::rt::spawn(server.run());
        self.0
            .servers
            .lock()
            .unwrap()
            .push((handle.clone(), running));
        TestApp::new(api, port, handle, self.authenticator())
    }

    /// Stops what runs and removes what was made.
    pub(crate) async fn close(self) {
        let servers = std::mem::take(&mut *self.0.servers.lock().unwrap());
        for (handle, running) in servers {
            handle.abort().await;
            // Cut off on purpose, so how it ended does not matter.
            let _ = running.await;
        }
        self.0.home.leave(self.0.database.clone()).await;
        self.0.scratch.remove();
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("backend", &self.0.backend)
            .field("folder", &self.folder())
            .finish_non_exhaustive()
    }
}

/// The server's defaults, but on a free port, and with fewer threads than a test suite has tests.
fn http_settings() -> HttpSettings {
    let source = Source::from_pairs([("APP_ENV", "test"), ("PORT", "0"), ("HTTP_WORKERS", "2")]);
    let mut reader = Reader::new(source);
    let settings = HttpSettings::read(&mut reader);
    reader.finish().expect("the settings of tests are sound");
    settings
}

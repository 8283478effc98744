//! Which events have been handled, and when: told by the line `event_handled`, which the engine
//! writes once the handler's transaction is committed.

use std::{
    collections::HashMap,
    fmt::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::time::sleep;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer, filter::Targets, layer::Context, layer::SubscriberExt, util::SubscriberInitExt,
};

/// How long anything may take before the benchmark is given up.
const PATIENCE: Duration = Duration::from_secs(300);

/// When each event was handled, by its id. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Handled(Arc<Mutex<HashMap<String, Instant>>>);

impl Handled {
    /// Listens from now on, to the engine alone; what goes wrong there is printed.
    pub(crate) fn listen() -> Self {
        let handled = Self::default();
        let engine = Targets::new().with_target("ashlar_events", Level::DEBUG);
        let listener = Listener {
            handled: handled.clone(),
            said: Mutex::default(),
        }
        .with_filter(engine);
        tracing_subscriber::registry().with(listener).init();
        handled
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        self.with(HashMap::clear);
    }

    /// Waits until there are so many.
    pub(crate) async fn until(&self, events: usize) {
        let begun = Instant::now();
        while self.with(|all| all.len()) < events {
            assert!(begun.elapsed() < PATIENCE, "{events} events take too long");
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// When the event with this id was.
    pub(crate) fn at(&self, id: &str) -> Option<Instant> {
        self.with(|all| all.get(id).copied())
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, Instant>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Listener {
    handled: Handled,
    /// Printed last: what is away says so all the time.
    said: Mutex<String>,
}

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line::default();
        event.record(&mut line);
        if line.message == "event_handled" {
            let now = Instant::now();
            self.handled.with(|all| all.insert(line.event_id, now));
        } else if *event.metadata().level() <= Level::WARN {
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if *said != line.message {
                eprintln!("{}{}", line.message, line.rest);
                *said = line.message;
            }
        }
    }
}

/// What a line of the log says.
#[derive(Default)]
struct Line {
    message: String,
    event_id: String,
    rest: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            "event_id" => write!(self.event_id, "{value:?}"),
            // What goes right is not looked at, and costs nothing.
            name if self.message != "event_handled" => write!(self.rest, " {name}={value:?}"),
            _ => Ok(()),
        };
    }
}

//! What is known of the request that the current task works for: the log, outbound calls and the
//! statement counter read it without it being passed through every signature.

use std::{
    future::Future,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use uuid::Uuid;

mod trace;

tokio::task_local! {
    static CURRENT: Arc<RequestContext>;
}

/// One request's facts, shared by everything that works for it.
#[derive(Debug)]
pub struct RequestContext {
    /// The `X-Request-Id`: the client's if it was sane, else made here.
    pub request_id: Box<str>,
    /// The request's method.
    pub method: Box<str>,
    /// The request's path, without its query.
    pub path: Box<str>,
    user_id: OnceLock<Uuid>,
    traceparent: OnceLock<Box<str>>,
    statements: AtomicU32,
    database_nanos: AtomicU64,
}

impl RequestContext {
    /// A context of a request that has just begun.
    pub fn new(
        request_id: impl Into<Box<str>>,
        method: impl Into<Box<str>>,
        path: impl Into<Box<str>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            request_id: request_id.into(),
            method: method.into(),
            path: path.into(),
            user_id: OnceLock::new(),
            traceparent: OnceLock::new(),
            statements: AtomicU32::new(0),
            database_nanos: AtomicU64::new(0),
        })
    }

    /// Notes who is asking, once that is known; a second call changes nothing.
    pub fn identify(&self, user_id: Uuid) {
        let _ = self.user_id.set(user_id);
    }

    /// Who is asking, if that is known yet.
    pub fn user_id(&self) -> Option<Uuid> {
        self.user_id.get().copied()
    }

    /// Notes the trace that this belongs to, as whoever called here told it: its id stays, and the
    /// span becomes one of our own. What is no `traceparent` of W3C Trace Context is ignored.
    pub fn continue_trace(&self, traceparent: &str) {
        if let Some(own) = trace::continued(traceparent) {
            let _ = self.traceparent.set(own.into());
        }
    }

    /// What is told to whom is called from here (W3C Trace Context): a new trace, unless this
    /// belongs to one already.
    pub fn traceparent(&self) -> &str {
        self.traceparent.get_or_init(|| trace::begun().into())
    }

    /// Counts a database statement that took `elapsed`.
    pub fn count_statement(&self, elapsed: Duration) {
        self.statements.fetch_add(1, Relaxed);
        let nanos = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        self.database_nanos.fetch_add(nanos, Relaxed);
    }

    /// How many database statements ran so far, and how long they took together.
    pub fn statements(&self) -> (u32, Duration) {
        let nanos = self.database_nanos.load(Relaxed);
        (self.statements.load(Relaxed), Duration::from_nanos(nanos))
    }
}

/// Runs `future` with `context` as the current one.
pub fn scope<F: Future>(
    context: Arc<RequestContext>,
    future: F,
) -> impl Future<Output = F::Output> {
    CURRENT.scope(context, future)
}

/// Runs `work` with `context` as the current one (for a thread that works for a request).
pub fn sync_scope<T>(context: Arc<RequestContext>, work: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(context, work)
}

/// The context of the request that this task works for, if it works for one.
pub fn current() -> Option<Arc<RequestContext>> {
    CURRENT.try_with(Arc::clone).ok()
}

/// Looks at the current context without taking a share of it; `None` outside a request.
pub fn with<T>(look: impl FnOnce(&RequestContext) -> T) -> Option<T> {
    CURRENT.try_with(|context| look(context)).ok()
}

/// The trace that the current request belongs to (W3C Trace Context), for what is sent onward.
pub fn traceparent() -> Option<String> {
    with(|context| context.traceparent().to_owned())
}

/// The current request's id, for what is sent onward.
pub fn request_id() -> Option<Box<str>> {
    with(|context| context.request_id.clone())
}

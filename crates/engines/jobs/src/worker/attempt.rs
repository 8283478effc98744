//! One attempt at a job, from its thread to its outcome.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::SeqCst},
    },
    time::Duration,
};

use ashlar_core::{
    context::{self, RequestContext},
    jobs::{Control, Performer, Run},
    retry::Failure,
    threads::{Cut, Threads},
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::live::Order;
use crate::repository::{Claim, Claimed};

/// How long a job that is cancelled may take to come to an end by itself.
const CANCEL_GRACE: Duration = Duration::from_secs(5);

/// How long an attempt waits for its thread, which another may block, before it tries the next.
const PLACE: Duration = Duration::from_millis(500);

/// An attempt that may begin.
pub(super) struct Attempt {
    pub(super) claimed: Claimed,
    pub(super) version: u16,
    pub(super) performer: Performer,
    pub(super) run: Run,
    pub(super) context: Arc<RequestContext>,
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The job is done, and is to be marked so.
    Done,
    /// The job is done, and marked itself so.
    Completed,
    Failed(Failure),
    Cancelled,
    /// It is to be handed back.
    Unfinished,
    /// The job is another's by now.
    Lost,
}

/// Why an attempt failed that did not say so itself.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("it took longer than {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    #[error(transparent)]
    Cut(#[from] Cut),
}

impl Attempt {
    /// An attempt at what was claimed, with the worker's end of its [`Run`].
    pub(super) fn new(claimed: Claimed, performer: &Performer) -> (Arc<Self>, Control) {
        let attempt = u16::try_from(claimed.attempts).unwrap_or(u16::MAX);
        let is_last = claimed.attempts >= claimed.max_attempts;
        let (run, control) = Run::new(claimed.id, attempt, is_last, claimed.fence);
        let attempt = Self {
            version: version(&claimed),
            performer: performer.clone(),
            run,
            context: scope_of(&claimed),
            claimed,
        };
        (Arc::new(attempt), control)
    }

    pub(super) fn claim(&self) -> Claim {
        self.claimed.claim()
    }

    /// Does the job. Dropped, the job is dropped at its next `await`.
    pub(super) async fn perform(
        self: &Arc<Self>,
        threads: &Threads,
        orders: watch::Receiver<Order>,
    ) -> Outcome {
        let order = *orders.borrow();
        if order != Order::GoOn {
            return order.outcome();
        }
        let limit = self.performer.timeout();
        let ended = tokio::select! {
            biased;
            order = end(orders.clone()) => return order.outcome(),
            ended = timeout(limit, self.on_a_thread(threads)) => ended,
        };
        let order = *orders.borrow();
        match ended {
            Ok(Ok(Ok(()))) if self.run.is_completed() => Outcome::Completed,
            // Told to end, it may have ended before it was done.
            _ if order != Order::GoOn => order.outcome(),
            Ok(Ok(Ok(()))) => Outcome::Done,
            Ok(Ok(Err(failure))) => Outcome::Failed(failure),
            Ok(Err(cut)) => Outcome::Failed(Broken::Cut(cut).into()),
            Err(_) => Outcome::Failed(Broken::TimedOut(limit).into()),
        }
    }

    /// Does the job on the thread that has least to do; when a job that never awaits blocks that
    /// one, on another.
    async fn on_a_thread(self: &Arc<Self>, threads: &Threads) -> Result<Result<(), Failure>, Cut> {
        loop {
            let place = Place::default();
            let mut running = std::pin::pin!(threads.run({
                let (attempt, place) = (Arc::clone(self), place.clone());
                move || async move {
                    if !place.begin() {
                        // Nobody waits for it any more.
                        return Ok(());
                    }
                    let Self { claimed, run, .. } = &*attempt;
                    let (performer, version) = (&attempt.performer, attempt.version);
                    let job = performer.call(version, &claimed.payload, run);
                    context::scope(Arc::clone(&attempt.context), job).await
                }
            }));
            match timeout(PLACE, &mut running).await {
                Ok(ended) => return ended,
                Err(_) if place.withdraw() => {}
                Err(_) => return running.await,
            }
        }
    }
}

/// Whether an attempt has begun on a thread, or was withdrawn from it before.
#[derive(Clone, Default)]
struct Place(Arc<AtomicU8>);

impl Place {
    const BEGUN: u8 = 1;
    const WITHDRAWN: u8 = 2;

    /// Whether it may begin.
    fn begin(&self) -> bool {
        let taken = self.0.compare_exchange(0, Self::BEGUN, SeqCst, SeqCst);
        taken.is_ok()
    }

    /// Whether it has not begun, and never will.
    fn withdraw(&self) -> bool {
        let taken = self.0.compare_exchange(0, Self::WITHDRAWN, SeqCst, SeqCst);
        taken.is_ok()
    }
}

impl Order {
    /// How an attempt ends that obeys.
    fn outcome(self) -> Outcome {
        match self {
            Self::GoOn | Self::Stop | Self::HandBack => Outcome::Unfinished,
            Self::Cancel => Outcome::Cancelled,
            Self::Lost => Outcome::Lost,
        }
    }
}

/// Returns when the attempt must not go on, with the order that says so.
async fn end(mut orders: watch::Receiver<Order>) -> Order {
    loop {
        let order = *orders.borrow_and_update();
        let changed = match order {
            Order::HandBack | Order::Lost => return order,
            Order::Cancel => tokio::select! {
                () = sleep(CANCEL_GRACE) => return order,
                changed = orders.changed() => changed,
            },
            Order::GoOn | Order::Stop => orders.changed().await,
        };
        if changed.is_err() {
            // Nobody is left who could give orders.
            std::future::pending::<()>().await;
        }
    }
}

/// Whether `performer` can read what was claimed.
pub(super) fn can_read(performer: &Performer, claimed: &Claimed) -> bool {
    version(claimed) <= performer.version()
}

fn version(claimed: &Claimed) -> u16 {
    // What does not fit is newer than any.
    u16::try_from(claimed.version).unwrap_or(u16::MAX)
}

/// The job goes on in the name of the request that it came of.
fn scope_of(claimed: &Claimed) -> Arc<RequestContext> {
    let request_id = match &claimed.request_id {
        Some(request_id) => request_id.clone(),
        None => claimed.id.to_string(),
    };
    let context = RequestContext::new(request_id, "JOB", claimed.name.as_str());
    if let Some(traceparent) = &claimed.traceparent {
        context.continue_trace(traceparent);
    }
    context
}

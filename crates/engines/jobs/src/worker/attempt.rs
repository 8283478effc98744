//! One attempt at a job, from its thread to its outcome.

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    context::{self, RequestContext},
    jobs::{Control, Performer, Run},
    retry::Failure,
    threads::{Cut, Threads},
};
use tokio::{
    sync::{oneshot, watch},
    time::{sleep, timeout},
};

use super::live::Order;
use crate::repository::{Claim, Claimed};

/// How long a job that is cancelled may take to come to an end by itself.
const CANCEL_GRACE: Duration = Duration::from_secs(5);

/// How long an attempt waits for its thread, which another may block, before it tries the next.
const PLACE: Duration = Duration::from_millis(500);

/// How many it tries: when jobs block all of them for so long, another process may do better.
const PLACES: u32 = 60;

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
    #[error("every thread was blocked by another job")]
    Blocked,
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
            ended = self.on_a_thread(threads, limit) => ended,
        };
        let order = *orders.borrow();
        match ended {
            Ok(Ok(())) if self.run.is_completed() => Outcome::Completed,
            // Told to end, it may have ended before it was done.
            _ if order != Order::GoOn => order.outcome(),
            Ok(Ok(())) => Outcome::Done,
            Ok(Err(failure)) => Outcome::Failed(failure),
            Err(broken) => Outcome::Failed(broken.into()),
        }
    }

    /// Does the job on the thread that has least to do; when a job that never awaits blocks that
    /// one, on another. It has `limit` from when it begins: that it has to wait is no fault of its own.
    async fn on_a_thread(
        self: &Arc<Self>,
        threads: &Threads,
        limit: Duration,
    ) -> Result<Result<(), Failure>, Broken> {
        for _ in 0..PLACES {
            let (begin, mut begun) = oneshot::channel();
            let attempt = Arc::clone(self);
            let mut running = std::pin::pin!(threads.run(move || async move {
                if begin.send(()).is_err() {
                    // Nobody waits for it any more.
                    return Ok(());
                }
                let Self { claimed, run, .. } = &*attempt;
                let (performer, version) = (&attempt.performer, attempt.version);
                let job = performer.call(version, &claimed.payload, run);
                context::scope(Arc::clone(&attempt.context), job).await
            }));
            let has_begun = tokio::select! {
                biased;
                ended = &mut running => return Ok(ended?),
                begun = timeout(PLACE, &mut begun) => begun.is_ok(),
            };
            // What has not begun by now never will.
            begun.close();
            if has_begun || begun.try_recv().is_ok() {
                let ended = timeout(limit, running).await;
                return Ok(ended.map_err(|_| Broken::TimedOut(limit))??);
            }
        }
        Err(Broken::Blocked)
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

//! The jobs that this process holds: claimed, running, or done and not written yet.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ashlar_core::jobs::{Control, JobId, Progress};
use tokio::sync::watch;

use crate::repository::Claim;

/// What an attempt is told, the weightier later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// Go on.
    #[default]
    GoOn,
    /// The process is to stop: come to an end.
    Stop,
    /// Somebody wants it cancelled: come to an end.
    Cancel,
    /// The time to come to an end is over: it is handed back.
    HandBack,
    /// The job is another's by now.
    Lost,
}

/// The jobs that this process holds.
#[derive(Default)]
pub(super) struct Live(Mutex<HashMap<JobId, Held>>);

struct Held {
    fence: i64,
    control: Control,
    orders: watch::Sender<Order>,
}

impl Live {
    /// Holds a job from now on; answers where its attempt hears its orders.
    pub(super) fn hold(&self, claim: Claim, control: Control) -> watch::Receiver<Order> {
        let (orders, heard) = watch::channel(Order::GoOn);
        let held = Held {
            fence: claim.fence,
            control,
            orders,
        };
        // A claim of ours that we lost and took anew: the former attempt must end.
        if let Some(former) = self.lock().insert(claim.id, held) {
            former.order(Order::Lost);
        }
        heard
    }

    /// Lets go of a job, unless it is held by another claim by now.
    pub(super) fn release(&self, claim: Claim) {
        let mut held = self.lock();
        if held
            .get(&claim.id)
            .is_some_and(|held| held.fence == claim.fence)
        {
            held.remove(&claim.id);
        }
    }

    /// Every claim of a job that is held.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let held = self.lock();
        held.iter()
            .map(|(&id, held)| Claim {
                id,
                fence: held.fence,
            })
            .collect()
    }

    /// Whether this claim is held.
    pub(super) fn holds(&self, claim: Claim) -> bool {
        let held = self.lock();
        held.get(&claim.id)
            .is_some_and(|held| held.fence == claim.fence)
    }

    /// Gives an order to the attempt under `claim`.
    pub(super) fn order(&self, claim: Claim, order: Order) {
        let held = self.lock();
        if let Some(held) = held.get(&claim.id).filter(|held| held.fence == claim.fence) {
            held.order(order);
        }
    }

    /// Gives an order to every attempt.
    pub(super) fn order_all(&self, order: Order) {
        self.lock().values().for_each(|held| held.order(order));
    }

    /// What was reported since it was last asked.
    pub(super) fn reports(&self) -> Vec<(Claim, Progress)> {
        let mut all = self.lock();
        let mut reports = Vec::new();
        for (&id, held) in all.iter_mut() {
            // An attempt that has ended reports nothing more.
            if held.control.progress.has_changed().unwrap_or(false) {
                let progress = held.control.progress.borrow_and_update().clone();
                let fence = held.fence;
                reports.push((Claim { id, fence }, progress));
            }
        }
        reports
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Held>> {
        // The map is whole between any two statements, so a panic elsewhere poisons nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn order(&self, order: Order) {
        self.orders.send_if_modified(|current| {
            let is_weightier = order > *current;
            *current = order.max(*current);
            is_weightier
        });
        self.control.cancel.send_replace(true);
    }
}

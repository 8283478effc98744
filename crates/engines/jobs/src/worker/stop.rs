//! Coming to an end: what runs may finish, then it is asked to, then it is handed back.

use std::time::Duration;

use tokio::time::timeout;

use super::{lanes::Lanes, live::Order, unavailable};
use crate::repository::Claim;

/// How long jobs may take to come to an end once they were asked to.
const ASKED: Duration = Duration::from_secs(2);

/// How long what does not depend on jobs any more may take.
const LAST: Duration = Duration::from_secs(5);

impl Lanes {
    /// Ends what is under way.
    pub(super) async fn stop(mut self) {
        let grace = self.worker.engine.settings.shutdown_timeout;
        let waiting = self.take_waiting();
        self.give_back(&waiting).await;
        let mut unfinished = Vec::new();
        if timeout(grace, self.drained(&mut unfinished)).await.is_err() {
            self.worker.live.order_all(Order::Stop);
            let _ = timeout(ASKED, self.drained(&mut unfinished)).await;
            self.worker.live.order_all(Order::HandBack);
            // It ends at once, but for what the database keeps waiting.
            let _ = timeout(LAST, self.drained(&mut unfinished)).await;
        }
        self.give_back(&unfinished).await;
    }

    /// Waits until nothing runs any more, and gathers what is to be handed back.
    async fn drained(&mut self, unfinished: &mut Vec<Claim>) {
        while let Some(ended) = self.attempts.join_next().await {
            unfinished.extend(ended.ok().and_then(|ended| ended.unfinished));
        }
    }

    /// If the database does not let it, the leases run out, which takes longer.
    async fn give_back(&self, claims: &[Claim]) {
        match timeout(LAST, self.worker.hand_back(claims)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => unavailable(&error, "hand_back"),
            Err(_) => tracing::warn!(jobs = claims.len(), "jobs_not_handed_back"),
        }
    }
}

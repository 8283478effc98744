//! The queues that are worked on: how many jobs of each run, and how many are taken in advance.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use ashlar_core::{context, database::Work};
use sea_orm::DbErr;
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::{Instant, sleep},
};

use super::{PAUSE, Worker, take::Waiting, unavailable};
use crate::repository::Claim;

/// How much work is taken in advance: what is done in this time, so that the database is not asked
/// for each job, and no job waits here for long that another process could do.
const AHEAD: Duration = Duration::from_millis(25);

/// How many jobs are taken in advance at most.
const MOST_AHEAD: usize = 256;

/// What was taken in advance is given back when it did not begin within this time.
const STALE: Duration = Duration::from_secs(1);

/// How soon after a look for jobs the next may follow: under load many come at once.
const GATHER: Duration = Duration::from_millis(2);

/// The queues that are worked on.
pub(super) struct Lanes {
    pub(super) worker: Arc<Worker>,
    lanes: Vec<Lane>,
    pub(super) attempts: JoinSet<Ended>,
}

struct Lane {
    queue: &'static str,
    limit: usize,
    running: usize,
    waiting: VecDeque<Waiting>,
    /// How long a job takes, the later ones counting more.
    pace: Duration,
    /// Whether there may be jobs to take.
    has_more: bool,
}

/// An attempt that has ended.
pub(super) struct Ended {
    lane: usize,
    took: Duration,
    /// What is to be handed back.
    pub(super) unfinished: Option<Claim>,
}

impl Lanes {
    pub(super) fn new(worker: &Arc<Worker>) -> Self {
        let queues = &worker.engine.queues;
        Self {
            worker: Arc::clone(worker),
            lanes: queues
                .iter()
                .map(|(queue, &limit)| Lane::new(queue, limit))
                .collect(),
            attempts: JoinSet::new(),
        }
    }

    /// Takes jobs and runs them until `stopping` turns true. What runs then goes on.
    pub(super) async fn work(&mut self, mut stopping: watch::Receiver<bool>) {
        let mut signal = self.worker.engine.database.signal(Work::Jobs);
        while !*stopping.borrow_and_update() {
            signal.mark_unchanged();
            let looked = Instant::now();
            // Never dropped half way: what was claimed then would belong to nobody.
            let is_well = match self.take().await {
                Ok(()) => true,
                Err(error) => {
                    unavailable(&error, "claim");
                    false
                }
            };
            let may_take = self.lanes.iter().any(Lane::wants_more);
            if is_well && may_take {
                self.note_ended();
                continue;
            }
            self.wait(&mut signal, &mut stopping, looked, is_well).await;
        }
    }

    /// Waits for a reason to look for jobs, or to begin one that waits here.
    async fn wait(
        &mut self,
        signal: &mut watch::Receiver<u64>,
        stopping: &mut watch::Receiver<bool>,
        looked: Instant,
        is_well: bool,
    ) {
        let mut longest = self.worker.engine.poll_interval();
        if !is_well {
            longest = longest.min(PAUSE);
        }
        if self.lanes.iter().any(|lane| !lane.waiting.is_empty()) {
            longest = longest.min(STALE);
        }
        // Told of new jobs when all are busy anyway, it would only wake up in vain.
        let listens = is_well && self.lanes.iter().any(|lane| !lane.has_more);
        tokio::select! {
            Some(ended) = self.attempts.join_next() => {
                self.note(ended);
                self.note_ended();
            }
            // The signal is the database's own, which is held here.
            _ = signal.changed(), if listens => {
                sleep(GATHER.saturating_sub(looked.elapsed())).await;
                self.expect_more();
            }
            _ = stopping.changed() => {}
            () = sleep(longest) => self.expect_more(),
        }
    }

    /// Takes jobs for every queue that has room, and begins as many as may run.
    async fn take(&mut self) -> Result<(), DbErr> {
        for index in 0..self.lanes.len() {
            self.give_up_stale(index).await?;
            self.begin(index);
            let lane = &self.lanes[index];
            if lane.wants_more() {
                let (queue, room) = (lane.queue, lane.room());
                let taken = self.worker.claim(queue, room).await?;
                let lane = &mut self.lanes[index];
                lane.has_more = taken.claimed == room;
                lane.waiting.extend(taken.attempts);
                self.begin(index);
            }
        }
        Ok(())
    }

    /// Begins what waits, as far as the queue's size allows.
    fn begin(&mut self, index: usize) {
        let lane = &mut self.lanes[index];
        while lane.running < lane.limit
            && let Some(Waiting {
                attempt, orders, ..
            }) = lane.waiting.pop_front()
        {
            lane.running += 1;
            let worker = Arc::clone(&self.worker);
            let context = Arc::clone(&attempt.context);
            self.attempts.spawn(context::scope(context, async move {
                let begun = Instant::now();
                let unfinished = worker.attempt(attempt, orders).await;
                let took = begun.elapsed();
                Ended {
                    lane: index,
                    took,
                    unfinished,
                }
            }));
        }
    }

    /// Gives back what was taken in advance when those before it take longer than was thought.
    async fn give_up_stale(&mut self, index: usize) -> Result<(), DbErr> {
        let lane = &mut self.lanes[index];
        let is_stale = |waiting: &Waiting| waiting.since.elapsed() > STALE;
        if lane.running < lane.limit || !lane.waiting.front().is_some_and(is_stale) {
            return Ok(());
        }
        lane.pace = lane.pace.max(STALE);
        let claims = lane.take_waiting();
        self.worker.hand_back(&claims).await
    }

    /// Every claim that waits here to begin; none waits after that.
    pub(super) fn take_waiting(&mut self) -> Vec<Claim> {
        self.lanes.iter_mut().flat_map(Lane::take_waiting).collect()
    }

    fn expect_more(&mut self) {
        self.lanes.iter_mut().for_each(|lane| lane.has_more = true);
    }

    fn note_ended(&mut self) {
        while let Some(ended) = self.attempts.try_join_next() {
            self.note(ended);
        }
    }

    fn note(&mut self, ended: Result<Ended, JoinError>) {
        match ended {
            Ok(ended) => self.lanes[ended.lane].note(ended.took),
            // What runs in it neither panics nor is aborted before the end.
            Err(error) => {
                let error = &error as &(dyn std::error::Error + 'static);
                tracing::error!(error, "attempt_broken");
            }
        }
    }
}

impl Lane {
    fn new(queue: &'static str, limit: usize) -> Self {
        Self {
            queue,
            limit,
            running: 0,
            waiting: VecDeque::new(),
            // Until it is known better, nothing is taken in advance.
            pace: STALE,
            has_more: true,
        }
    }

    fn ahead(&self) -> usize {
        let pace = self.pace.as_nanos().max(1);
        let jobs = AHEAD.as_nanos() * self.limit as u128 / pace;
        usize::try_from(jobs).unwrap_or(MOST_AHEAD).min(MOST_AHEAD)
    }

    fn room(&self) -> usize {
        (self.limit + self.ahead()).saturating_sub(self.running + self.waiting.len())
    }

    /// Whether to ask for jobs: not before half of what was taken in advance has begun.
    fn wants_more(&self) -> bool {
        self.has_more && self.room() > 0 && self.waiting.len() <= self.ahead() / 2
    }

    fn note(&mut self, took: Duration) {
        self.running -= 1;
        self.pace = (self.pace * 7 + took) / 8;
    }

    fn take_waiting(&mut self) -> Vec<Claim> {
        let waiting = self.waiting.drain(..);
        waiting.map(|waiting| waiting.attempt.claim()).collect()
    }
}

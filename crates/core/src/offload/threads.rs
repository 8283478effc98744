//! Threads for what would hold up those that answer requests.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// What a thread gets of the processors.
#[derive(Clone, Copy, Debug)]
pub(super) enum Priority {
    /// What every thread gets.
    Equal,
    /// What others leave.
    Low,
}

/// How nice a thread of low priority is: beside a thread that answers requests, one gets about a tenth of a core, and a whole one where
/// nobody else wants it. Of Linux's 0 to 19; nicer still, and sign-ins would stand still while reads take all.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// What a thread does that has waited for work so long, and again after as long.
#[derive(Clone, Copy, Debug)]
pub(super) struct WhenIdle {
    pub(super) after: Duration,
    pub(super) call: fn(),
}

/// Something to compute.
type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads, which end when this is dropped and what they were given is done. They are none of tokio's: a
/// thread that was made nice once stays so, and tokio's blocking threads serve others, too.
#[derive(Clone, Debug)]
pub(super) struct Threads {
    jobs: mpsc::Sender<Job>,
}

impl Threads {
    /// So many of them; fewer where the system refuses one.
    pub(super) fn start(count: usize, priority: Priority, when_idle: WhenIdle) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..count {
            let waiting = Arc::clone(&waiting);
            let thread = thread::Builder::new().name("offload".to_owned());
            // Without any thread the channel has no end, and `run` says so.
            let _ = thread.spawn(move || {
                if matches!(priority, Priority::Low) {
                    be_nice();
                }
                work(&waiting, when_idle);
            });
        }
        Self { jobs }
    }

    /// Has a thread run `job`, as soon as one is free; `false` when there is none.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) -> bool {
        self.jobs.send(Box::new(job)).is_ok()
    }
}

/// Runs jobs until nobody is left who could send one.
fn work(waiting: &Mutex<mpsc::Receiver<Job>>, when_idle: WhenIdle) {
    // The lock is held while waiting, and not while running: jobs do not panic.
    let next = || {
        let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.recv_timeout(when_idle.after)
    };
    loop {
        match next() {
            Ok(job) => job(),
            Err(mpsc::RecvTimeoutError::Timeout) => (when_idle.call)(),
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Lets other threads go first. Where the system does not let it, all are equal.
fn be_nice() {
    // To Linux nobody in particular is the thread that asks; elsewhere it would be the whole process.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

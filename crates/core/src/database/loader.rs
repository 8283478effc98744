//! By-id reads that travel together: while one query is under way, the ids that are asked for
//! meanwhile wait for the next, which fetches all of them. No caller waits for company when the
//! database is idle, and a busy process needs a fraction of the statements.

use std::{
    collections::HashMap,
    error::Error,
    fmt,
    future::Future,
    hash::Hash,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use sea_orm::DbErr;
use tokio::sync::oneshot;

use super::watch::{self, Issued};
use crate::context;

/// How many ids one statement asks for at most.
const BATCH: usize = 256;

/// How many statements one worker has under way at once: a second one, so that a slow answer does
/// not hold up every read of the worker.
const LANES: usize = 2;

/// How long one statement may take before its callers are told that it is given up: above the
/// statement timeout, so it is for a connection whose other end is gone without a word.
const GIVE_UP: Duration = Duration::from_secs(35);

type Fetching<V> = Pin<Box<dyn Future<Output = Result<Vec<V>, DbErr>> + Send>>;
type Answer<V> = Result<Option<V>, LoadError>;

/// Reads `V`s by their key `K`, many in one statement. Cheap to clone; clones share the batches.
pub struct Loader<K, V>(Arc<Shared<K, V>>);

struct Shared<K, V> {
    fetch: Box<dyn Fn(Vec<K>) -> Fetching<V> + Send + Sync>,
    key: fn(&V) -> K,
    /// One queue a worker thread, so that reads neither contend nor wake another thread.
    queues: Box<[Mutex<Queue<K, V>>]>,
}

struct Queue<K, V> {
    waiting: Batch<K, V>,
    under_way: usize,
}

/// Why a read that travelled with others failed.
#[derive(Clone, Debug)]
pub struct LoadError(Option<Arc<DbErr>>);

impl<K, V> Loader<K, V>
where
    K: Copy + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// A loader that reads with `fetch`, which may leave out what does not exist, and tells apart
    /// what it read by `key`.
    pub fn new<F>(fetch: impl Fn(Vec<K>) -> F + Send + Sync + 'static, key: fn(&V) -> K) -> Self
    where
        F: Future<Output = Result<Vec<V>, DbErr>> + Send + 'static,
    {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let queue = || {
            Mutex::new(Queue {
                waiting: HashMap::new(),
                under_way: 0,
            })
        };
        Self(Arc::new(Shared {
            fetch: Box::new(move |keys| Box::pin(fetch(keys))),
            key,
            queues: (0..threads).map(|_| queue()).collect(),
        }))
    }

    /// The `V` with this key, if there is one.
    ///
    /// # Errors
    ///
    /// What the database said to the statement that this read travelled with.
    pub async fn get(&self, key: K) -> Result<Option<V>, LoadError> {
        let asked = Instant::now();
        let (answer, answered) = oneshot::channel();
        let queue = thread_number() % self.0.queues.len();
        let start = {
            let mut queue = self.0.queue(queue);
            queue.waiting.entry(key).or_default().push(answer);
            let start = queue.under_way < LANES;
            queue.under_way += usize::from(start);
            start
        };
        if start {
            // A task of its own: a caller that goes away must not take the others' answers along.
            tokio::spawn(drain(Arc::clone(&self.0), queue));
        }
        let answer = answered.await.unwrap_or(Err(LoadError(None)));
        context::with(|context| {
            context.count_statement(asked.elapsed());
            watch::saw(Issued::Read(std::any::type_name::<V>()));
        });
        answer
    }
}

impl<K, V> Clone for Loader<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> fmt::Debug for Loader<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Loader")
    }
}

impl<K, V> Shared<K, V> {
    fn queue(&self, number: usize) -> MutexGuard<'_, Queue<K, V>> {
        // The queue is whole between any two statements, so a panic elsewhere poisons nothing.
        self.queues[number]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lane that is given back even when the fetch panics; then nobody is left to answer those who
/// wait, so they are told at once.
struct Lane<K, V> {
    shared: Arc<Shared<K, V>>,
    queue: usize,
    returned: bool,
}

impl<K, V> Drop for Lane<K, V> {
    fn drop(&mut self) {
        if !self.returned {
            let mut queue = self.shared.queue(self.queue);
            queue.under_way -= 1;
            queue.waiting.clear();
        }
    }
}

/// Fetches what waits until nothing does.
async fn drain<K, V>(shared: Arc<Shared<K, V>>, queue: usize)
where
    K: Copy + Eq + Hash,
    V: Clone,
{
    let mut lane = Lane {
        shared,
        queue,
        returned: false,
    };
    while let Some(batch) = lane.next_batch() {
        let keys = batch.keys().copied().collect();
        let fetching = (lane.shared.fetch)(keys);
        match tokio::time::timeout(GIVE_UP, fetching).await {
            Ok(fetched) => hand_out(batch, fetched, lane.shared.key),
            // Their senders are dropped: everyone who waits learns it.
            Err(_) => drop(batch),
        }
    }
}

type Batch<K, V> = HashMap<K, Vec<oneshot::Sender<Answer<V>>>>;

impl<K: Copy + Eq + Hash, V> Lane<K, V> {
    /// What waits; when nothing does, the lane is given back under the same lock, so that whoever
    /// asks next starts a new one.
    fn next_batch(&mut self) -> Option<Batch<K, V>> {
        let mut queue = self.shared.queue(self.queue);
        if queue.waiting.is_empty() {
            queue.under_way -= 1;
            self.returned = true;
            return None;
        }
        if queue.waiting.len() <= BATCH {
            return Some(std::mem::take(&mut queue.waiting));
        }
        let keys: Vec<K> = queue.waiting.keys().take(BATCH).copied().collect();
        let batch = keys
            .iter()
            .filter_map(|key| queue.waiting.remove_entry(key));
        Some(batch.collect())
    }
}

fn hand_out<K: Eq + Hash, V: Clone>(
    mut batch: Batch<K, V>,
    fetched: Result<Vec<V>, DbErr>,
    key: fn(&V) -> K,
) {
    // A caller that went away meanwhile needs no answer.
    match fetched {
        Ok(values) => {
            for value in values {
                let mut waiters = batch.remove(&key(&value)).unwrap_or_default();
                let last = waiters.pop();
                for waiter in waiters {
                    let _ = waiter.send(Ok(Some(value.clone())));
                }
                if let Some(waiter) = last {
                    let _ = waiter.send(Ok(Some(value)));
                }
            }
            for waiter in batch.into_values().flatten() {
                let _ = waiter.send(Ok(None));
            }
        }
        Err(error) => {
            let error = LoadError(Some(Arc::new(error)));
            for waiter in batch.into_values().flatten() {
                let _ = waiter.send(Err(error.clone()));
            }
        }
    }
}

fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Relaxed);
    }
    NUMBER.with(|number| *number)
}

impl LoadError {
    /// Whether the database said nothing at all.
    pub(super) fn is_abandoned(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(_) => f.write_str("a batched read failed"),
            None => f.write_str("a batched read was given up"),
        }
    }
}

impl Error for LoadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .as_deref()
            .map(|error| error as &(dyn Error + 'static))
    }
}

impl From<LoadError> for crate::problem::Unexpected {
    fn from(error: LoadError) -> Self {
        Self::new(error)
    }
}

#[cfg(test)]
mod tests;

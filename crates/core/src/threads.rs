//! Threads for work that is not a request's: each runs many futures, which need not be `Send`, as
//! an actix worker does with handlers. One that blocks its thread does not hold up the others.
//!
//! Sockets and timers are waited for by a thread of their own: a connection that was opened here
//! goes back to the database's pool, and must answer whoever has it next, also when the thread that
//! opened it is blocked.

use std::{
    any::Any,
    fmt,
    future::Future,
    io,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use futures_util::FutureExt;
use tokio::{
    runtime,
    sync::{mpsc, oneshot},
    task::LocalSet,
};

type Local = Pin<Box<dyn Future<Output = ()>>>;
type Start = Box<dyn FnOnce() -> Local + Send>;

/// A fixed number of threads. Cheap to clone; they end when the last clone is gone, and with them
/// what they still run.
#[derive(Clone)]
pub struct Threads(Arc<[Thread]>);

struct Thread {
    starts: mpsc::UnboundedSender<Start>,
    load: Arc<AtomicUsize>,
}

/// Why work on one of the [`Threads`] came to no result.
#[derive(Debug, thiserror::Error)]
pub enum Cut {
    /// It panicked; what it said, if it said something.
    #[error("panicked: {0}")]
    Panicked(String),
    /// Its thread has ended.
    #[error("its thread has ended")]
    Ended,
}

impl Threads {
    /// `count` threads, at least one, called `name`.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn new(name: &str, count: usize) -> io::Result<Self> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(format!("{name}-io"))
            .enable_all()
            .build()?;
        let runtime = Arc::new(runtime);
        let threads: io::Result<Vec<Thread>> = (0..count.max(1))
            .map(|_| Thread::start(name, Arc::clone(&runtime)))
            .collect();
        Ok(Self(threads?.into()))
    }

    /// Runs what `start` makes on the thread that has least to do. When the answer is no longer
    /// waited for, it is dropped at its next `await`.
    ///
    /// # Errors
    ///
    /// When it panics.
    pub async fn run<T, F>(&self, start: impl FnOnce() -> F + Send + 'static) -> Result<T, Cut>
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let (mut answer, answered) = oneshot::channel();
        let Some(thread) = self.0.iter().min_by_key(|thread| thread.load.load(Relaxed)) else {
            return Err(Cut::Ended);
        };
        let busy = Busy::new(&thread.load);
        let begin: Start = Box::new(move || {
            Box::pin(async move {
                let _busy = busy;
                let work = AssertUnwindSafe(async { start().await }).catch_unwind();
                // Told in the moment it ends: by then another may block the thread.
                tokio::select! {
                    // When nobody is left to tell, nobody is.
                    outcome = work => drop(answer.send(outcome.map_err(panicked))),
                    () = answer.closed() => {}
                }
            })
        });
        thread.starts.send(begin).map_err(|_| Cut::Ended)?;
        answered.await.unwrap_or(Err(Cut::Ended))
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Threads").field(&self.0.len()).finish()
    }
}

impl Thread {
    fn start(name: &str, runtime: Arc<runtime::Runtime>) -> io::Result<Self> {
        let (starts, mut started) = mpsc::unbounded_channel::<Start>();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                // What is left at the end is dropped in here: a connection needs it to go back.
                let _within = runtime.enter();
                let local = LocalSet::new();
                local.block_on(&runtime, async move {
                    while let Some(start) = started.recv().await {
                        tokio::task::spawn_local(start());
                    }
                });
            })?;
        Ok(Self {
            starts,
            load: Arc::default(),
        })
    }
}

/// Counts as one that its thread has to do.
struct Busy(Arc<AtomicUsize>);

impl Busy {
    fn new(load: &Arc<AtomicUsize>) -> Self {
        load.fetch_add(1, Relaxed);
        Self(Arc::clone(load))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

fn panicked(panic: Box<dyn Any + Send>) -> Cut {
    Cut::Panicked(match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => match panic.downcast::<&str>() {
            Ok(text) => (*text).to_owned(),
            Err(_) => "without a word".to_owned(),
        },
    })
}

#[cfg(test)]
mod tests {
    use std::{rc::Rc, sync::mpsc as blocking, time::Duration};

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };

    use super::*;

    #[tokio::test]
    async fn what_is_not_send_runs_and_a_panic_is_told() {
        let threads = Threads::new("test", 2).unwrap();
        let sum = threads.run(|| async {
            let one = Rc::new(1);
            tokio::task::yield_now().await;
            *one + 1
        });
        assert_eq!(sum.await.unwrap(), 2);
        let panicked: Result<(), Cut> = threads.run(|| async { panic!("out of cheese") }).await;
        let Err(Cut::Panicked(said)) = panicked else {
            panic!("it did not panic");
        };
        assert_eq!(said, "out of cheese");
    }

    #[tokio::test]
    async fn one_that_blocks_its_thread_does_not_hold_up_the_next() {
        let threads = Threads::new("test", 2).unwrap();
        let (release, blocked) = blocking::channel::<()>();
        let blocking = tokio::spawn({
            let threads = threads.clone();
            async move {
                threads
                    .run(move || async move { blocked.recv().is_ok() })
                    .await
            }
        });
        for number in 0..10 {
            assert_eq!(
                threads.run(move || async move { number }).await.unwrap(),
                number
            );
        }
        release.send(()).unwrap();
        assert!(blocking.await.unwrap().unwrap());
    }

    #[tokio::test]
    async fn a_connection_outlives_the_freedom_of_the_thread_that_opened_it() {
        let threads = Threads::new("test", 1).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let opened = threads.run(move || TcpStream::connect(address));
        let mut opened = opened.await.unwrap().unwrap();
        let (release, blocked) = blocking::channel::<()>();
        let (begun, began) = oneshot::channel();
        let blocking = threads.run(move || async move {
            begun.send(()).unwrap();
            blocked.recv().is_ok()
        });
        let reading = async {
            began.await.unwrap();
            let mut accepted = listener.accept().await.unwrap().0;
            accepted.write_all(b"!").await.unwrap();
            let read = opened.read_u8();
            let read = tokio::time::timeout(Duration::from_secs(5), read).await;
            release.send(()).unwrap();
            read.unwrap().unwrap()
        };
        let (was_released, read) = tokio::join!(blocking, reading);
        assert!(was_released.unwrap());
        assert_eq!(read, b'!');
    }

    #[tokio::test]
    async fn what_ends_with_its_thread_ends_where_it_ran() {
        struct Goodbye(blocking::Sender<bool>);

        impl Drop for Goodbye {
            fn drop(&mut self) {
                // A connection that goes back to its pool needs that too.
                let _ = self.0.send(runtime::Handle::try_current().is_ok());
            }
        }

        let threads = Threads::new("test", 1).unwrap();
        let (goodbye, said) = blocking::channel();
        // More than the thread sees to before it looks whether it has to end.
        let unfinished = (0..500).map(|_| {
            let goodbye = Goodbye(goodbye.clone());
            threads.run(move || async move {
                let _goodbye = goodbye;
                std::future::pending::<()>().await
            })
        });
        let unfinished = futures_util::future::join_all(unfinished);
        let (release, blocked) = blocking::channel::<()>();
        let (begun, began) = oneshot::channel();
        let blocking = threads.run(move || async move {
            begun.send(()).unwrap();
            blocked.recv().is_ok()
        });
        tokio::select! {
            biased;
            _ = unfinished => unreachable!(),
            _ = blocking => unreachable!(),
            begun = began => begun.unwrap(),
        }
        drop(goodbye);
        drop(threads);
        release.send(()).unwrap();
        assert!(said.iter().all(|within| within));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_dropped() {
        let threads = Threads::new("test", 1).unwrap();
        let (alive, dropped) = oneshot::channel::<()>();
        let (begun, began) = oneshot::channel();
        let run = threads.run(move || async move {
            let _alive = alive;
            begun.send(()).unwrap();
            std::future::pending::<()>().await
        });
        tokio::select! {
            _ = run => unreachable!(),
            begun = began => begun.unwrap(),
        }
        assert!(dropped.await.is_err(), "it went with its work");
    }
}

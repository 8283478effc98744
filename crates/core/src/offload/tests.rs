//! What becomes of work under load, and of work whose caller goes away.

use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread::{self, ThreadId},
    time::Duration,
};

use super::*;
use crate::context::RequestContext;

/// Work that runs until the returned sender is dropped or used, and tells when it has begun.
fn held(began: mpsc::Sender<()>) -> (mpsc::Sender<()>, impl FnOnce() + Send + 'static) {
    let (release, released) = mpsc::channel();
    let work = move || {
        began.send(()).unwrap();
        let _ = released.recv();
    };
    (release, work)
}

async fn wait_for(began: &mpsc::Receiver<()>) {
    while began.try_recv().is_err() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn it_returns_what_the_work_returns() {
    assert_eq!(Offload::new(1, 0).run(|| 6 * 7).await.unwrap(), 42);
    assert_eq!(
        Offload::per_core(0, || {}).run(|| "done").await.unwrap(),
        "done"
    );
}

/// Each thread, also the one that waits behind the other.
#[tokio::test]
async fn a_thread_without_work_gives_back_what_it_keeps() {
    static GIVEN_BACK: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());
    let when_idle = WhenIdle {
        after: Duration::from_millis(10),
        call: || GIVEN_BACK.lock().unwrap().push(thread::current().id()),
    };
    let threads = Threads::start(2, Priority::Equal, when_idle);
    let gave_back = || {
        let known = GIVEN_BACK.lock().unwrap();
        known.iter().collect::<HashSet<_>>().len()
    };
    while gave_back() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(threads.run(|| ()));
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_recovers() {
    let offload = Offload::new(1, 1);
    let (tell, began) = mpsc::channel();
    let (release, work) = held(tell);
    let first = tokio::spawn({
        let offload = offload.clone();
        async move { offload.run(work).await }
    });
    wait_for(&began).await;

    let mut second = Box::pin(offload.run(|| 2));
    assert!(futures_util::poll!(second.as_mut()).is_pending());
    let third = offload.run(|| 3).await;
    assert!(matches!(third, Err(OffloadError::Overloaded)));

    release.send(()).unwrap();
    assert_eq!(second.await.unwrap(), 2);
    first.await.unwrap().unwrap();
    assert_eq!(offload.run(|| 4).await.unwrap(), 4);
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the sleep is the heavy work, and off the async threads"
)]
async fn no_more_than_the_bound_run_at_once() {
    let offload = Offload::new(2, 20);
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let all = (0..20).map(|_| {
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        offload.run(move || {
            most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
            thread::sleep(Duration::from_millis(2));
            running.fetch_sub(1, SeqCst);
        })
    });
    for done in futures_util::future::join_all(all).await {
        done.unwrap();
    }
    assert_eq!(most.load(SeqCst), 2);
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_queue() {
    let offload = Offload::new(1, 1);
    let (tell, began) = mpsc::channel();
    let (release, work) = held(tell);
    let first = tokio::spawn({
        let offload = offload.clone();
        async move { offload.run(work).await }
    });
    wait_for(&began).await;

    let started = Arc::new(AtomicUsize::new(0));
    let mut gone = Box::pin(offload.run({
        let started = Arc::clone(&started);
        move || started.fetch_add(1, SeqCst)
    }));
    assert!(futures_util::poll!(gone.as_mut()).is_pending());
    drop(gone);

    let next = offload.run(|| "next");
    release.send(()).unwrap();
    assert_eq!(next.await.unwrap(), "next");
    first.await.unwrap().unwrap();
    assert_eq!(started.load(SeqCst), 0);
}

#[tokio::test]
async fn work_that_began_keeps_its_place_when_its_caller_goes_away() {
    let offload = Offload::new(1, 0);
    let (tell, began) = mpsc::channel();
    let (release, work) = held(tell);
    let caller = tokio::spawn({
        let offload = offload.clone();
        async move { offload.run(work).await }
    });
    wait_for(&began).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());

    assert!(matches!(
        offload.run(|| ()).await,
        Err(OffloadError::Overloaded)
    ));
    release.send(()).unwrap();
    while offload.run(|| ()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_panic_is_an_error_and_frees_the_place() {
    let offload = Offload::new(1, 0);
    let error = offload.run(|| panic!("bad {}", "luck")).await.unwrap_err();
    assert!(matches!(error, OffloadError::Panicked(message) if message == "bad luck"));
    assert_eq!(offload.run(|| 1).await.unwrap(), 1);
}

#[tokio::test]
async fn the_work_sees_its_requests_context() {
    let offload = Offload::new(1, 0);
    let request = RequestContext::new("req-1", "GET", "/reports");
    let seen = context::scope(request, offload.run(context::request_id)).await;
    assert_eq!(seen.unwrap().as_deref(), Some("req-1"));
    assert_eq!(offload.run(context::request_id).await.unwrap(), None);
}

//! The circuit breaker, seen from outside.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use ashlar_core::client::{BreakerSettings, Kind, Upstream as Client, UpstreamSettings};
use tokio::time::{sleep, timeout};

use crate::{
    connect, settings,
    upstream::{Reply, Upstream},
};

/// Long enough that a busy machine gets a call in between.
const OPEN_FOR: Duration = Duration::from_millis(500);

/// A client that tries once, and opens its circuit after three failures.
fn careful(url: String, open_for: Duration) -> Client {
    connect(UpstreamSettings {
        retries: 0,
        breaker: BreakerSettings {
            failures: 3,
            open_for,
        },
        ..settings(url)
    })
}

/// An upstream that is ill until the flag is set.
async fn convalescent() -> (Upstream, Arc<AtomicBool>) {
    let well = Arc::new(AtomicBool::new(false));
    let seen = well.clone();
    let answer = move |_: &_| Reply::status(if seen.load(SeqCst) { 204 } else { 500 });
    (Upstream::start(answer).await, well)
}

async fn kind(client: &Client) -> Option<Kind> {
    client
        .post("/tasks")
        .send()
        .await
        .err()
        .map(|error| error.kind())
}

#[tokio::test]
async fn it_opens_probes_and_closes() {
    let (double, well) = convalescent().await;
    let client = careful(double.url(), OPEN_FOR);
    for _ in 0..3 {
        assert_eq!(kind(&client).await, Some(Kind::Status(500)));
    }
    let error = client.get("/tasks/7").send().await.unwrap_err();
    assert!(matches!(error.kind(), Kind::CircuitOpen { .. }), "{error}");
    assert_eq!(error.status(), 503);
    assert!(
        error.retry_after().is_some_and(|after| after <= OPEN_FOR),
        "{error}"
    );
    assert_eq!(double.requests().len(), 3, "an open circuit asks nothing");

    sleep(OPEN_FOR).await;
    assert_eq!(
        kind(&client).await,
        Some(Kind::Status(500)),
        "the probe finds it still ill"
    );
    assert!(matches!(
        kind(&client).await,
        Some(Kind::CircuitOpen { .. })
    ));
    assert_eq!(double.requests().len(), 4);

    well.store(true, SeqCst);
    sleep(OPEN_FOR).await;
    for _ in 0..5 {
        assert_eq!(kind(&client).await, None, "the probe closes it for all");
    }
}

#[tokio::test]
async fn one_probe_at_a_time_and_an_abandoned_one_is_replaced() {
    let double = Upstream::start(|request| match request.number {
        1..=3 => Reply::status(500),
        4 => Reply::silence(),
        _ => Reply::status(204),
    })
    .await;
    let client = careful(double.url(), Duration::ZERO);
    for _ in 0..3 {
        kind(&client).await;
    }
    let clone = client.clone();
    let probe = tokio::spawn(async move { kind(&clone).await });
    let arrives = async {
        while double.requests().len() < 4 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), arrives).await.unwrap();
    assert!(matches!(
        kind(&client).await,
        Some(Kind::CircuitOpen { .. })
    ));
    assert_eq!(double.requests().len(), 4);
    // As when our own client hangs up.
    probe.abort();
    assert!(probe.await.unwrap_err().is_cancelled());
    assert_eq!(kind(&client).await, None);
}

#[tokio::test]
async fn refusals_and_lies_do_not_open_it() {
    for status in [301, 400, 401, 404, 409, 422] {
        let double = Upstream::start(move |_| Reply::status(status)).await;
        let client = careful(double.url(), OPEN_FOR);
        for _ in 0..6 {
            assert_eq!(kind(&client).await, Some(Kind::Status(status)));
        }
    }
    let double = Upstream::start(|_| Reply::json("<html>")).await;
    let client = careful(double.url(), OPEN_FOR);
    for _ in 0..6 {
        let error = client.get("/t").json::<u8>().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid);
    }
}

#[tokio::test]
async fn illness_of_every_sort_opens_it() {
    let busy = |status| Reply::status(status);
    for reply in [busy(408), busy(429), busy(500), busy(503), Reply::close()] {
        let double = Upstream::start(move |_| reply.clone()).await;
        let client = careful(double.url(), OPEN_FOR);
        for _ in 0..3 {
            kind(&client).await;
        }
        assert!(matches!(
            kind(&client).await,
            Some(Kind::CircuitOpen { .. })
        ));
    }
    let gone = Upstream::gone();
    let client = careful(gone.url(), OPEN_FOR);
    for _ in 0..3 {
        assert_eq!(kind(&client).await, Some(Kind::Unreachable));
    }
    assert!(matches!(
        kind(&client).await,
        Some(Kind::CircuitOpen { .. })
    ));
}

#[tokio::test]
async fn retries_stop_when_it_opens_and_the_cause_is_told() {
    let double = Upstream::start(|_| Reply::status(502)).await;
    let client = connect(UpstreamSettings {
        retries: 10,
        breaker: BreakerSettings {
            failures: 3,
            open_for: OPEN_FOR * 60,
        },
        ..settings(double.url())
    });
    let error = client.get("/tasks/7").send().await.unwrap_err();
    assert_eq!(error.kind(), Kind::Status(502));
    assert_eq!(double.requests().len(), 3);
}

#[tokio::test]
async fn each_upstream_has_its_own() {
    let (ill, well) = (
        Upstream::start(|_| Reply::status(500)).await,
        Upstream::start(|_| Reply::status(204)).await,
    );
    let first = careful(ill.url(), OPEN_FOR);
    let second = careful(well.url(), OPEN_FOR);
    for _ in 0..4 {
        kind(&first).await;
    }
    assert!(matches!(kind(&first).await, Some(Kind::CircuitOpen { .. })));
    assert_eq!(kind(&second).await, None);
}

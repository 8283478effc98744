//! Reads that travel together.

use std::sync::atomic::AtomicU32;

use super::*;

#[tokio::test]
async fn reads_that_meet_travel_together() {
    let statements = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&statements);
    let loader = Loader::new(
        move |keys: Vec<u32>| {
            counter.fetch_add(1, Relaxed);
            async move {
                tokio::task::yield_now().await;
                Ok(keys.into_iter().filter(|key| key % 2 == 0).collect())
            }
        },
        |value: &u32| *value,
    );
    let reads = (0..600_u32).map(|key| loader.get(key % 300));
    let answers = futures_util::future::join_all(reads).await;
    for (index, answer) in answers.into_iter().enumerate() {
        let key = u32::try_from(index % 300).unwrap();
        assert_eq!(answer.unwrap(), (key % 2 == 0).then_some(key));
    }
    assert!(
        statements.load(Relaxed) <= 3,
        "{}",
        statements.load(Relaxed)
    );
    assert_eq!(loader.get(2).await.unwrap(), Some(2));
}

#[tokio::test]
async fn a_failure_reaches_everyone_and_does_not_last() {
    let tries = Arc::new(AtomicU32::new(0));
    let loader = Loader::new(
        move |keys: Vec<u32>| {
            let first = tries.fetch_add(1, Relaxed) == 0;
            async move {
                if first {
                    return Err(DbErr::Custom("gone".into()));
                }
                Ok(keys)
            }
        },
        |value: &u32| *value,
    );
    let (one, two) = tokio::join!(loader.get(1), loader.get(2));
    assert!(one.is_err() && two.is_err());
    assert_eq!(loader.get(1).await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_panic_gives_the_lane_back() {
    let tries = Arc::new(AtomicU32::new(0));
    let loader = Loader::new(
        move |keys: Vec<u32>| {
            let number = tries.fetch_add(1, Relaxed);
            async move {
                assert!(number > 3, "as the test wants it");
                Ok(keys)
            }
        },
        |value: &u32| *value,
    );
    for _ in 0..4 {
        assert!(loader.get(1).await.is_err());
    }
    assert_eq!(loader.get(1).await.unwrap(), Some(1));
}

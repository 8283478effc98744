//! That nobody can tell by the time, or by anything else, why a sign-in was refused.

use std::time::{Duration, Instant};

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use super::{ADA, PASSWORD, WRONG};
use crate::{Served, auth, execute, mail_links::sql_id};

/// What comparing with a hash costs by default: most of a sign-in's time.
const HASHING: [(&str, &str); 2] = [
    ("AUTH_ARGON2_MEMORY_KIB", "19456"),
    ("AUTH_ARGON2_ITERATIONS", "2"),
];

const ROUNDS: usize = 40;

/// How far the probability that one of two refusals takes longer may be from a half. With 40
/// samples each, chance alone gets this far four times in a million (its standard deviation is
/// 0.065); refusals of which one hashes and the other does not are near 0.5 apart.
const TELLING: f64 = 0.3;

/// The ways to be refused: an address that nobody has, a wrong password, the right one of somebody
/// who is suspended, any of somebody who has none.
const REFUSED: [(&str, &str); 4] = [
    ("nobody@example.org", PASSWORD),
    (ADA, WRONG),
    ("eve@example.org", PASSWORD),
    ("bob@example.org", PASSWORD),
];

/// A world in which each of [`REFUSED`] is what it says.
async fn refusing(world: &World) -> Served {
    let served = Served::of(world, auth(world, &HASHING)).await;
    let admin = served.admin("root@example.org").await;
    served.register(ADA).await.assert_status(201);
    let eve = served.user("eve@example.org").await;
    let suspended = json!({ "status": "suspended" });
    admin.patch(&eve, suspended).await.assert_status(200);
    let bob = served.user("bob@example.org").await;
    let id = sql_id(world, bob.id);
    execute(
        world,
        &format!("DELETE FROM passwords WHERE user_id = {id}"),
    )
    .await;
    served
}

/// The probability that one of `left` is more than one of `right`: the Mann–Whitney U statistic of
/// the two, by the number of pairs. It looks at ranks alone, so neither the speed of the machine
/// nor a few stalls move it.
fn probability_of_more(left: &[Duration], right: &[Duration]) -> f64 {
    let score = |left: &Duration, right: &Duration| match left.cmp(right) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let pairs = left
        .iter()
        .flat_map(|l| right.iter().map(move |r| score(l, r)));
    pairs.sum::<f64>() / (left.len() * right.len()) as f64
}

on_each_database! {
    /// Statistically. The ways take turns, in another order each round, so that what else the
    /// machine does hits all of them alike.
    async fn the_time_of_a_refusal_tells_nothing(world: World) {
        let served = refusing(&world).await;
        let mut times = [const { Vec::new() }; REFUSED.len()];
        for round in 0..ROUNDS {
            // The account's earlier wrong guesses are forgotten.
            world.turn_clock(Duration::from_secs(60 * 60));
            for turn in 0..REFUSED.len() {
                let way = (round + turn) % REFUSED.len();
                let (email, password) = REFUSED[way];
                let begin = Instant::now();
                served.login(email, password).await.assert_status(401);
                times[way].push(begin.elapsed());
            }
        }
        let pairs = (0..REFUSED.len()).flat_map(|right| (0..right).map(move |left| (left, right)));
        for (left, right) in pairs {
            let probability = probability_of_more(&times[left], &times[right]);
            let (left, right) = (REFUSED[left], REFUSED[right]);
            assert!(
                (probability - 0.5).abs() < TELLING,
                "{left:?} takes longer than {right:?} with a probability of {probability:.3}"
            );
        }
    }

    /// One comparison with a hash, and as many statements, whatever the reason.
    async fn each_refusal_takes_the_same_work(world: World) {
        let served = refusing(&world).await;
        for (email, password) in REFUSED {
            let before = served.auth.passwords_compared();
            let refused = served.login(email, password).await;
            refused.assert_error(401, "UNAUTHORIZED");
            // Let in, look up, write down.
            refused.assert_statements(3);
            assert_eq!(served.auth.passwords_compared(), before + 1, "{email}");
        }
    }
}

#[test]
fn the_statistic_tells_ranks() {
    let times = |millis: &[u64]| -> Vec<Duration> {
        millis
            .iter()
            .map(|millis| Duration::from_millis(*millis))
            .collect()
    };
    let (low, high) = (times(&[1, 2, 3]), times(&[4, 5, 600]));
    for (left, right, expected) in [(&low, &high, 0.0), (&high, &low, 1.0), (&low, &low, 0.5)] {
        assert!((probability_of_more(left, right) - expected).abs() < 1e-9);
    }
}

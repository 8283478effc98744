//! Guessing from one address, at whatever accounts, and addresses that are made up.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;
use serde_json::json;

use super::{ADA, PASSWORD, WRONG, behind_proxy, retry_after};
use crate::{Served, auth};

const SECOND: Duration = Duration::from_secs(1);

/// Ten guesses from an address, and another every three seconds.
const TEN: [(&str, &str); 1] = [("AUTH_ADDRESS_ATTEMPTS", "10")];

/// Twenty guesses from a network.
const TWO: [(&str, &str); 1] = [("AUTH_ADDRESS_ATTEMPTS", "2")];

fn victim(number: usize) -> String {
    format!("victim{number}@example.org")
}

on_each_database! {
    /// One password tried at many accounts.
    async fn spraying_is_throttled_by_address(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        for number in 0..10 {
            served.login_from("203.0.113.9", &victim(number), WRONG).await.assert_status(401);
        }
        let refused = served.login_from("203.0.113.9", &victim(10), WRONG).await;
        assert_eq!(retry_after(&refused), 3);
        world.turn_clock(2 * SECOND);
        assert_eq!(retry_after(&served.login_from("203.0.113.9", &victim(11), WRONG).await), 1);
        world.turn_clock(SECOND);
        served.login_from("203.0.113.9", &victim(12), WRONG).await.assert_status(401);
        retry_after(&served.login_from("203.0.113.9", &victim(13), WRONG).await);
        served.login_from("192.0.2.1", &victim(14), WRONG).await.assert_status(401);
        world.turn_clock(30 * SECOND);
        for number in 20..30 {
            served.login_from("203.0.113.9", &victim(number), WRONG).await.assert_status(401);
        }
    }

    /// Signing in to an account of one's own in between empties no bucket that others filled.
    async fn ones_own_account_does_not_help(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        served.register("eve@example.org").await.assert_status(201);
        let mut passed = 0;
        for number in 0..20 {
            served.login_from("203.0.113.9", "eve@example.org", PASSWORD).await;
            let guess = served.login_from("203.0.113.9", &victim(number), WRONG).await;
            passed += usize::from(guess.status() == 401);
        }
        assert_eq!(passed, 10);
    }

    /// Sign-ins that succeed are not counted, however many there are.
    async fn a_busy_office_is_not_throttled(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        served.register(ADA).await.assert_status(201);
        for _ in 0..30 {
            served.login_from("198.51.100.7", ADA, PASSWORD).await.assert_status(200);
        }
    }

    /// Of many guesses at once from an address, at as many accounts, no more pass than may.
    async fn guesses_at_once_are_counted(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        let victims: Vec<String> = (0..60).map(victim).collect();
        let guesses = victims.iter().map(|victim| served.login_from("203.0.113.9", victim, WRONG));
        let answers = join_all(guesses).await;
        let passed = answers.iter().filter(|answer| answer.status() == 401).count();
        let refused = answers.iter().filter(|answer| answer.status() == 429).count();
        assert_eq!((passed, refused), (10, 50));
    }

    /// Those of many at once that are refused fill no bucket: not that of their own address either.
    async fn refused_at_once_nothing_is_counted(world: World) {
        let served = behind_proxy(&world, &TWO).await;
        let address = |number: usize| format!("203.0.{number}.9");
        let addresses: Vec<String> = (0..40).map(address).collect();
        let guesses = addresses.iter().map(|address| served.login_from(address, ADA, WRONG));
        let answers = join_all(guesses).await;
        let passed = answers.iter().filter(|answer| answer.status() == 401).count();
        assert_eq!(passed, 5);
        for (number, (address, answer)) in addresses.iter().zip(&answers).enumerate() {
            let victim = victim(number);
            let guess = || served.login_from(address, &victim, WRONG);
            guess().await.assert_status(401);
            if answer.status() == 429 {
                guess().await.assert_status(401);
            }
            retry_after(&guess().await);
        }
    }

    /// An attacker whose address is throttled does nothing to the accounts that they name.
    async fn who_is_refused_fills_no_other_bucket(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        served.register(ADA).await.assert_status(201);
        for number in 0..10 {
            served.login_from("203.0.113.9", &victim(number), WRONG).await.assert_status(401);
        }
        for _ in 0..20 {
            retry_after(&served.login_from("203.0.113.9", ADA, WRONG).await);
        }
        for _ in 0..5 {
            served.login_from("192.0.2.1", ADA, WRONG).await.assert_status(401);
        }
    }

    /// A customer of IPv6 has 2⁶⁴ addresses, and is one client.
    async fn ipv6_is_throttled_by_64(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        for number in 0..10 {
            let address = format!("2001:db8:1:2:{number}::1");
            served.login_from(&address, &victim(number), WRONG).await.assert_status(401);
        }
        retry_after(&served.login_from("2001:db8:1:2:ffff::1", &victim(10), WRONG).await);
        served.login_from("2001:db8:1:3::1", &victim(11), WRONG).await.assert_status(401);
    }

    /// A network may do ten times what an address may.
    async fn a_network_is_throttled_as_a_whole(world: World) {
        let served = behind_proxy(&world, &TWO).await;
        for (prefix, elsewhere) in [("203.0.113.", "203.0.114.1"), ("2001:db8:1:", "2001:db8:2::1")] {
            let end = if prefix.ends_with(':') { "::1" } else { "" };
            for number in 0..20 {
                let address = format!("{prefix}{}{end}", number / 2 + 1);
                let answer = served.login_from(&address, &victim(number), WRONG).await;
                answer.assert_status(401);
            }
            let next = format!("{prefix}99{end}");
            retry_after(&served.login_from(&next, &victim(50), WRONG).await);
            served.login_from(elsewhere, &victim(60), WRONG).await.assert_status(401);
        }
    }

    /// Only a proxy that is trusted is believed, so nobody makes themselves many.
    async fn nobody_makes_up_addresses_without_a_proxy(world: World) {
        let served = Served::of(&world, auth(&world, &TEN)).await;
        for number in 0..10 {
            let address = format!("203.0.{number}.9");
            served.login_from(&address, &victim(number), WRONG).await.assert_status(401);
        }
        retry_after(&served.login_from("192.0.2.1", &victim(10), WRONG).await);
    }

    /// What stands left of the address that the proxy saw is the client's own invention.
    async fn nobody_makes_up_addresses_through_a_proxy(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        for number in 0..10 {
            let chain = format!("192.0.2.{number}, 127.0.0.2, 203.0.113.9, 127.0.0.3");
            served.login_from(&chain, &victim(number), WRONG).await.assert_status(401);
        }
        retry_after(&served.login_from("198.51.100.1, 203.0.113.9", &victim(10), WRONG).await);
        served.login_from("203.0.113.9, 198.51.100.1", &victim(11), WRONG).await.assert_status(401);
    }

    /// A clock that is set back neither keeps an address out for as long nor lets it guess freely.
    async fn a_clock_set_back_changes_little(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        let begin = world.now();
        world.turn_clock(1000 * 60 * SECOND);
        for number in 0..10 {
            served.login_from("203.0.113.9", &victim(number), WRONG).await.assert_status(401);
        }
        retry_after(&served.login_from("203.0.113.9", &victim(10), WRONG).await);
        world.set_clock(begin);
        served.login_from("203.0.113.9", &victim(11), WRONG).await.assert_status(401);
        assert_eq!(retry_after(&served.login_from("203.0.113.9", &victim(12), WRONG).await), 3);
        world.turn_clock(3 * SECOND);
        served.login_from("203.0.113.9", &victim(13), WRONG).await.assert_status(401);
    }

    /// Making accounts is counted, also where it succeeds, and apart from signing in.
    async fn registering_is_throttled(world: World) {
        let served = behind_proxy(&world, &TEN).await;
        let register = async |address: &str, number: usize| {
            let body = json!({ "email": victim(number), "display_name": "V", "password": PASSWORD });
            let post = served.app.anonymous().post("/api/v1/users");
            post.header("x-forwarded-for", address).json(&body).send().await
        };
        for number in 0..9 {
            register("203.0.113.9", number).await.assert_status(201);
        }
        register("203.0.113.9", 0).await.assert_status(409);
        assert_eq!(retry_after(&register("203.0.113.9", 10).await), 3);
        assert_eq!(retry_after(&register("203.0.113.9", 0).await), 3, "whoever has the address");
        register("192.0.2.1", 11).await.assert_status(201);
        served.login_from("203.0.113.9", &victim(0), PASSWORD).await.assert_status(200);
        world.turn_clock(3 * SECOND);
        register("203.0.113.9", 12).await.assert_status(201);
    }
}

//! Guessing at one account.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;

use super::{ADA, PASSWORD, WRONG, behind_proxy, retry_after};
use crate::{MINUTE, serve};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

on_each_database! {
    /// Five guesses are free; then each waits twice as long as the one before, up to a quarter of
    /// an hour, and no longer: nothing locks for good. (One is forgotten on the way there.) Waiting as long as is told suffices, and a
    /// second less does not. That somebody has the address makes no difference.
    async fn each_further_guess_waits_twice_as_long(world: World) {
        let served = serve(&world).await;
        served.register(ADA).await.assert_status(201);
        for email in [ADA, "nobody@example.org", "no address"] {
            for _ in 0..5 {
                served.login(email, WRONG).await.assert_status(401);
            }
            for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 900, 900, 900] {
                assert_eq!(retry_after(&served.login(email, WRONG).await), wait, "{email}");
                world.turn_clock((wait - 1) * SECOND);
                assert_eq!(retry_after(&served.login(email, WRONG).await), 1, "{email}");
                world.turn_clock(SECOND);
                served.login(email, WRONG).await.assert_status(401);
            }
        }
    }

    /// The right password is refused as a wrong one is: else guesses during the wait would tell.
    async fn a_wait_counts_for_right_guesses_too(world: World) {
        let served = serve(&world).await;
        served.register(ADA).await.assert_status(201);
        for _ in 0..5 {
            served.login(ADA, WRONG).await.assert_status(401);
        }
        retry_after(&served.login(ADA, PASSWORD).await);
        let form = [("username", ADA), ("password", PASSWORD)];
        let token = served.app.anonymous().post("/api/v1/auth/token").form(&form).send().await;
        retry_after(&token);
        retry_after(&served.login("ADA@Example.ORG", PASSWORD).await);
        world.turn_clock(SECOND);
        served.login(ADA, PASSWORD).await.assert_status(200);
    }

    /// Of two right guesses at once, the one that looked at the clock first may be counted last.
    async fn a_right_guess_keeps_no_earlier_one_waiting(world: World) {
        let served = serve(&world).await;
        served.register(ADA).await.assert_status(201);
        let begin = world.now();
        for _ in 0..2 {
            world.turn_clock(SECOND / 100);
            served.login(ADA, PASSWORD).await.assert_status(200);
            world.set_clock(begin);
            served.login(ADA, PASSWORD).await.assert_status(200);
        }
    }

    /// No password is hashed and nothing is written for a guess that is refused.
    async fn a_refused_guess_costs_next_to_nothing(world: World) {
        let served = serve(&world).await;
        served.register(ADA).await.assert_status(201);
        for email in [ADA, "nobody@example.org"] {
            for _ in 0..5 {
                served.login(email, WRONG).await.assert_status(401);
            }
            // The first of a minute is told to the audit log.
            retry_after(&served.login(email, WRONG).await);
            let before = served.auth.passwords_compared();
            for _ in 0..20 {
                let refused = served.login(email, WRONG).await;
                retry_after(&refused);
                refused.assert_statements(2);
            }
            assert_eq!(served.auth.passwords_compared(), before);
        }
    }

    /// One guess is forgotten each quarter of an hour.
    async fn guesses_are_forgotten_with_time(world: World) {
        let served = serve(&world).await;
        for _ in 0..5 {
            served.login(ADA, WRONG).await.assert_status(401);
        }
        world.turn_clock(15 * MINUTE);
        served.login(ADA, WRONG).await.assert_status(401);
        assert_eq!(retry_after(&served.login(ADA, WRONG).await), 1);
        world.turn_clock(5 * 15 * MINUTE);
        for _ in 0..5 {
            served.login(ADA, WRONG).await.assert_status(401);
        }
        assert_eq!(retry_after(&served.login(ADA, WRONG).await), 1);
    }

    /// In an hour an attacker gets fewer than a hundred guesses at an account (OWASP ASVS 4.0,
    /// 2.2.1), also with the laxest settings.
    async fn an_hour_of_guessing_is_fewer_than_a_hundred(world: World) {
        let lax = [("AUTH_ACCOUNT_ATTEMPTS", "20"), ("AUTH_ACCOUNT_MAX_DELAY", "60")];
        let served = behind_proxy(&world, &lax).await;
        let end = world.now() + 60 * MINUTE;
        let mut guesses = 0;
        while world.now() < end {
            let address = format!("198.51.{}.1", guesses % 200);
            let answer = served.login_from(&address, ADA, WRONG).await;
            match answer.status() {
                429 => world.turn_clock(retry_after(&answer) * SECOND),
                _ => guesses += 1,
            }
        }
        assert!((60..100).contains(&guesses), "{guesses}");
    }

    /// Brute force over many addresses is brute force at one account.
    async fn many_addresses_do_not_help(world: World) {
        let served = behind_proxy(&world, &[]).await;
        served.register(ADA).await.assert_status(201);
        let mut passed = 0;
        for network in 0..40 {
            let address = format!("203.{network}.113.9");
            if served.login_from(&address, ADA, WRONG).await.status() == 401 {
                passed += 1;
            }
        }
        assert_eq!(passed, 5);
    }

    /// Who hammers at an account from elsewhere keeps nobody out who comes from where they signed
    /// in before; and who comes from a new place waits at most a quarter of an hour.
    async fn the_owner_gets_in_from_a_known_network(world: World) {
        let served = behind_proxy(&world, &[]).await;
        served.register(ADA).await.assert_status(201);
        served.login_from("198.51.100.7", ADA, PASSWORD).await.assert_status(200);
        let mut wait = 0;
        for network in 0..14 {
            world.turn_clock(wait * SECOND);
            wait = served.hammer(&format!("203.{network}.113.9"), ADA).await;
        }
        assert_eq!(wait, 900);
        for _ in 0..10 {
            served.login_from("198.51.100.7", ADA, PASSWORD).await.assert_status(200);
            served.login_from("198.51.100.99", ADA, PASSWORD).await.assert_status(200);
        }
        let elsewhere = served.login_from("192.0.2.1", ADA, PASSWORD).await;
        assert_eq!(retry_after(&elsewhere), 900, "and the owner's success helped nobody else");
        world.turn_clock(900 * SECOND);
        served.login_from("192.0.2.1", ADA, PASSWORD).await.assert_status(200);
        served.hammer("203.0.113.9", ADA).await;
        served.login_from("192.0.2.1", ADA, PASSWORD).await.assert_status(200);
    }

    /// Each network that is known is throttled for itself.
    async fn guesses_from_a_known_network_count_there(world: World) {
        let served = behind_proxy(&world, &[]).await;
        served.register(ADA).await.assert_status(201);
        for home in ["198.51.100.7", "2001:db8:1::7"] {
            served.login_from(home, ADA, PASSWORD).await.assert_status(200);
        }
        assert_eq!(served.hammer("198.51.100.8", ADA).await, 1);
        retry_after(&served.login_from("198.51.100.7", ADA, PASSWORD).await);
        served.login_from("2001:db8:1:9::9", ADA, PASSWORD).await.assert_status(200);
        assert_eq!(served.hammer("192.0.2.1", ADA).await, 1);
    }

    /// The owner who signs in meanwhile gives a neighbour, who guesses from the same network, no guess more.
    async fn a_neighbour_gets_no_guess_by_the_owners_success(world: World) {
        let served = behind_proxy(&world, &[]).await;
        served.register(ADA).await.assert_status(201);
        served.login_from("198.51.100.7", ADA, PASSWORD).await.assert_status(200);
        let end = world.now() + 60 * MINUTE;
        let mut guesses = 0;
        while world.now() < end {
            let answer = served.login_from("198.51.100.8", ADA, WRONG).await;
            match answer.status() {
                429 => world.turn_clock(retry_after(&answer) * SECOND),
                _ => guesses += 1,
            }
            // Refused while a wait is due, as everybody there.
            served.login_from("198.51.100.7", ADA, PASSWORD).await;
        }
        assert!((5..20).contains(&guesses), "{guesses}");
    }

    /// What is known is forgotten after three months without a sign-in.
    async fn a_network_is_known_for_three_months(world: World) {
        let served = behind_proxy(&world, &[]).await;
        served.register(ADA).await.assert_status(201);
        served.login_from("198.51.100.7", ADA, PASSWORD).await.assert_status(200);
        world.turn_clock(89 * DAY);
        served.hammer("203.0.113.9", ADA).await;
        served.login_from("198.51.100.7", ADA, PASSWORD).await.assert_status(200);
        world.turn_clock(91 * DAY);
        served.hammer("203.0.113.9", ADA).await;
        retry_after(&served.login_from("198.51.100.7", ADA, PASSWORD).await);
    }

    /// Guesses at once count before any of them is over.
    async fn of_a_hundred_guesses_at_once_five_pass(world: World) {
        let served = serve(&world).await;
        served.register(ADA).await.assert_status(201);
        for email in [ADA, "nobody@example.org"] {
            let before = served.auth.passwords_compared();
            let guesses = join_all((0..100).map(|_| served.login(email, WRONG))).await;
            let passed = guesses.iter().filter(|answer| answer.status() == 401).count();
            let refused = guesses.iter().filter(|answer| answer.status() == 429).count();
            assert_eq!((passed, refused), (5, 95), "{email}");
            assert_eq!(served.auth.passwords_compared(), before + 5);
        }
    }

    /// Processes count together, and after a restart go on.
    async fn guesses_at_several_processes_are_counted_together(world: World) {
        let (one, other) = (serve(&world).await, serve(&world).await);
        for _ in 0..2 {
            one.login(ADA, WRONG).await.assert_status(401);
            other.login(ADA, WRONG).await.assert_status(401);
        }
        one.login(ADA, WRONG).await.assert_status(401);
        retry_after(&other.login(ADA, WRONG).await);
        retry_after(&serve(&world).await.login(ADA, WRONG).await);
    }

    /// A clock that is set back neither locks an account for as long nor opens it.
    async fn a_clock_set_back_changes_little(world: World) {
        let served = serve(&world).await;
        served.register(ADA).await.assert_status(201);
        let begin = world.now();
        world.turn_clock(3 * DAY);
        assert_eq!(served.hammer("198.51.100.7", ADA).await, 1);
        world.set_clock(begin);
        let guesses = [(); 20].map(|()| served.login(ADA, WRONG));
        let mut passed = 0;
        for guess in guesses {
            passed += usize::from(guess.await.status() == 401);
        }
        assert_eq!(passed, 1);
        assert_eq!(retry_after(&served.login(ADA, PASSWORD).await), 900);
        world.turn_clock(900 * SECOND);
        served.login(ADA, PASSWORD).await.assert_status(200);
    }
}

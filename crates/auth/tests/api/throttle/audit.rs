//! What is written down of guesses, and what is not.

use std::time::Duration;

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use super::{ADA, PASSWORD, WRONG, behind_proxy, entries, retry_after, texts};
use crate::{MINUTE, serve};

const HOUR: Duration = Duration::from_secs(60 * 60);

on_each_database! {
    /// The audit log knows whose password was guessed at, from where, and why it was refused.
    async fn a_failed_sign_in_is_written_down(world: World) {
        let served = behind_proxy(&world, &[]).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user(ADA).await;
        served.login_from("203.0.113.9", ADA, WRONG).await.assert_status(401);
        served.login_from("203.0.113.9", "nobody@example.org", WRONG).await.assert_status(401);
        admin.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        served.login_from("203.0.113.9", ADA, PASSWORD).await.assert_status(401);
        let failed = entries(&world, "login.failed").await;
        let reasons = ["wrong_password", "unknown_email", "suspended"];
        assert_eq!(failed, reasons.map(|reason| json!({ "reason": reason })));
        let about = "SELECT address FROM audit_log WHERE action = 'login.failed' \
            AND user_id IS NOT NULL AND actor_id IS NULL";
        assert_eq!(texts(&world, about).await, ["203.0.113.9", "203.0.113.9"]);
    }

    /// Once a minute for each bucket: an attacker must not write the log full.
    async fn a_refusal_is_written_down_once_a_minute(world: World) {
        let served = serve(&world).await;
        for email in [ADA, "nobody@example.org"] {
            for _ in 0..5 {
                served.login(email, WRONG).await.assert_status(401);
            }
            for _ in 0..10 {
                retry_after(&served.login(email, WRONG).await);
            }
        }
        let throttled = entries(&world, "login.throttled").await;
        assert_eq!(throttled, [json!({ "bucket": "account" }), json!({ "bucket": "account" })]);
        for expected in 3..6 {
            world.turn_clock(MINUTE);
            while served.login(ADA, WRONG).await.status() != 429 {}
            for _ in 0..10 {
                retry_after(&served.login(ADA, WRONG).await);
            }
            assert_eq!(entries(&world, "login.throttled").await.len(), expected);
        }
    }

    /// Nothing that is throttled can be told from its row.
    async fn neither_accounts_nor_addresses_are_stored(world: World) {
        let served = behind_proxy(&world, &[]).await;
        served.register(ADA).await.assert_status(201);
        served.login_from("203.0.113.9", ADA, PASSWORD).await.assert_status(200);
        let keys = texts(&world, "SELECT key_hash FROM auth_throttles").await;
        // Those of the registration and the sign-in: a client and a network each, the account's
        // others, and its known network.
        assert_eq!(keys.len(), 6);
        for key in keys {
            assert_eq!(key.len(), 43, "256 bits: {key}");
            assert!(!key.contains(['@', '.', ':']), "{key}");
        }
    }

    /// What says nothing any more goes, once a day; what is known stays for its three months.
    async fn old_rows_are_removed_each_day(world: World) {
        let served = behind_proxy(&world, &[]).await;
        served.app.settle().await;
        served.register(ADA).await.assert_status(201);
        served.login_from("198.51.100.7", ADA, PASSWORD).await.assert_status(200);
        for number in 0..20 {
            let email = format!("victim{number}@example.org");
            served.login_from("203.0.113.9", &email, WRONG).await.assert_status(401);
        }
        let count = async || texts(&world, "SELECT key_hash FROM auth_throttles").await.len();
        assert_eq!(count().await, 28);
        for _ in 0..49 {
            world.turn_clock(HOUR);
            served.app.settle().await;
        }
        assert_eq!(count().await, 1);
        world.turn_clock(90 * 24 * HOUR);
        served.app.settle().await;
        assert_eq!(count().await, 0);
    }
}

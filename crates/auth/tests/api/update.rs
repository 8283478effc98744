//! `PUT` and `PATCH /users/{user_id}`.

use std::time::Duration;

use ashlar_contracts::users::UserEmailChanged;
use ashlar_testkit::{World, on_each_database};
use futures_util::future::join;
use serde_json::json;

use crate::{PASSWORD, mail_links, serve};

on_each_database! {
    /// PATCH changes what it names, PUT the whole; each is the next version.
    async fn changes_ones_own_record(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        world.turn_clock(Duration::from_secs(1));
        let patched = ada.patch(&ada, json!({ "display_name": "Countess" })).await;
        // Who is asking, in which session, the row, and the event.
        patched.assert_status(200).assert_statements(4);
        let user = patched.json();
        assert_eq!(user["display_name"], "Countess");
        assert_eq!(user["email"], "ada@example.org");
        assert_eq!(user["version"], 2);
        assert_eq!(patched.header("etag"), Some("\"2\""));
        assert!(user["updated_at"].as_str() > user["created_at"].as_str(), "{user}");

        let whole = json!({ "email": "ada@example.org", "display_name": "Ada" });
        let put = ada.client.put(ada.path()).json(&whole).send().await;
        put.assert_status(200);
        assert_eq!(put.json()["display_name"], "Ada");
        assert_eq!(put.json()["version"], 3);
        assert_eq!(ada.get(&ada).await.json(), put.json());

        let half = json!({ "email": "x@example.org" });
        let refused = ada.client.put(ada.path()).json(&half).send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(refused.error_fields(), ["display_name"]);
        for body in [json!({ "email": null }), json!({ "email": "x" }), json!({ "id": ada.id })] {
            ada.patch(&ada, body).await.assert_error(422, "VALIDATION_ERROR");
        }
    }

    /// What names no field makes no new version, but is held against `If-Match` all the same.
    async fn a_change_of_nothing_changes_nothing(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let same = ada.patch(&ada, json!({})).await;
        same.assert_status(200);
        assert_eq!(same.json(), ada.get(&ada).await.json());
        let stale = ada.client.patch(ada.path()).header("if-match", "\"2\"");
        stale.json(&json!({})).send().await.assert_error(412, "PRECONDITION_FAILED");
    }

    /// It is changed where it is confirmed; for admins too, and in another case as well.
    async fn ones_own_address_is_not_changed_here(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let root = served.admin("root@example.org").await;
        for (member, email) in [(&ada, "new@example.org"), (&ada, "ADA@example.org"),
            (&root, "new@example.org")] {
            let whole = json!({ "email": email, "display_name": "X" });
            let put = member.client.put(member.path()).json(&whole).send().await;
            for refused in [put, member.patch(member, json!({ "email": email })).await] {
                refused.assert_error(422, "VALIDATION_ERROR");
                assert_eq!(refused.error_fields(), ["email"]);
                assert!(refused.text().contains("POST /api/v1/auth/change-email"), "{}", refused.text());
            }
            assert_eq!(member.me().await.json()["version"], 1);
        }
    }

    /// By who manages users: it is verified no more, and the old address is told.
    async fn an_admin_changes_the_address_of_another(world: World) {
        let served = serve(&world).await;
        let root = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let token = mail_links::verification(&world, &served).await;
        mail_links::redeem(&ada.client, "verify-email", &token).await.assert_status(204);
        served.register("bob@example.org").await.assert_status(201);
        let taken = root.patch(&ada, json!({ "email": "BOB@example.org" })).await;
        taken.assert_error(409, "CONFLICT");
        assert_eq!(taken.error_message(), "Email already registered");
        assert_eq!(root.get(&ada).await.json()["email_verified"], true);

        let same = json!({ "email": "ada@example.org", "display_name": "Countess" });
        let put = root.client.put(ada.path()).json(&same).send().await;
        assert_eq!(put.assert_status(200).json()["email_verified"], true, "it has not changed");
        let changed = root.patch(&ada, json!({ "email": "Lovelace@example.org" })).await;
        assert_eq!(changed.assert_status(200).json()["email_verified"], false);
        served.login("lovelace@EXAMPLE.org", PASSWORD).await.assert_status(200);
        served.login("ada@example.org", PASSWORD).await.assert_status(401);
        let told = world.published().await.of::<UserEmailChanged>();
        assert_eq!(told.len(), 1);
        assert_eq!((&*told[0].previous_email, &*told[0].email), ("ada@example.org", "Lovelace@example.org"));
        let by_root = format!("select count(*) from audit_log where action = 'email.changed' and actor_id = {}", mail_links::sql_id(&world, root.id));
        assert_eq!(mail_links::count(&world, &by_root).await, 1);
        served.register("ada@example.org").await.assert_status(201);
    }

    /// 412 for the wrong version, on each way to change a user.
    async fn a_change_is_meant_for_a_version(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let name = json!({ "display_name": "A" });
        let role = json!({ "role": "admin" });
        let whole = json!({ "email": "ada@example.org", "display_name": "A" });
        let patch = |body| admin.client.patch(ada.path()).json(body);
        let put = || admin.client.put(ada.path()).json(&whole);
        let delete = || admin.client.delete(ada.path());
        for request in [patch(&name), patch(&role), put(), delete()] {
            let stale = request.header("if-match", "\"7\"").send().await;
            stale.assert_error(412, "PRECONDITION_FAILED");
        }
        patch(&name).header("if-match", "\"1\"").send().await.assert_status(200);
        patch(&role).header("if-match", "\"2\", \"9\"").send().await.assert_status(200);
        put().header("if-match", "*").send().await.assert_status(200);
        delete().header("if-match", "\"4\"").send().await.assert_status(204);
        put().send().await.assert_error(404, "NOT_FOUND");
        patch(&role).header("if-match", "\"1\"").send().await.assert_error(404, "NOT_FOUND");
    }

    /// Neither oneself nor, seen from there, anybody else.
    async fn nobody_makes_an_admin_of_themselves(world: World) {
        let served = serve(&world).await;
        served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        for body in [json!({ "role": "admin" }), json!({ "status": "active" }),
            json!({ "role": "user" }), json!({ "display_name": "A", "role": "admin" })] {
            let refused = ada.patch(&ada, body.clone()).await;
            refused.assert_error(403, "FORBIDDEN");
            assert_eq!(refused.error_message(), "Insufficient permissions");
            ada.patch(&bob, body).await.assert_error(404, "NOT_FOUND");
        }
        assert_eq!(ada.me().await.json()["version"], 1);
        ada.patch(&bob, json!({ "display_name": "A" })).await.assert_error(404, "NOT_FOUND");
    }

    /// What an admin changes counts from the next request on, with the token that is there.
    async fn a_change_of_standing_counts_at_once(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let list = || ada.client.get("/api/v1/users").send();
        list().await.assert_status(403);
        let promoted = admin.patch(&ada, json!({ "role": "admin" })).await;
        promoted.assert_status(200);
        assert_eq!(promoted.json()["role"], "admin");
        list().await.assert_status(200);
        admin.patch(&ada, json!({ "role": "user" })).await.assert_status(200);
        list().await.assert_status(403);
        admin.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        crate::assert_unauthorized(&ada.me().await, "User not found");
        admin.patch(&ada, json!({ "status": "active" })).await.assert_status(200);
        // Who was suspended signs in anew.
        crate::assert_unauthorized(&ada.me().await, "Invalid authentication credentials");
        served.member("ada@example.org", &ada.id.to_string()).await.me().await.assert_status(200);
    }

    /// Somebody must be left who can manage users.
    async fn the_last_active_admin_remains(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        for body in [json!({ "role": "user" }), json!({ "status": "suspended" })] {
            let refused = admin.patch(&admin, body).await;
            refused.assert_error(409, "CONFLICT");
        }
        let same = json!({ "role": "admin", "status": "active" });
        admin.patch(&admin, same).await.assert_status(200);
        // One who is suspended cannot manage anything, so does not count.
        let other = served.admin("other@example.org").await;
        admin.patch(&other, json!({ "status": "suspended" })).await.assert_status(200);
        admin.patch(&admin, json!({ "role": "user" })).await.assert_status(409);
        admin.patch(&other, json!({ "status": "active" })).await.assert_status(200);
        admin.patch(&admin, json!({ "role": "user" })).await.assert_status(200);
        // Who was suspended signs in anew.
        let other = served.member("other@example.org", &other.id.to_string()).await;
        other.delete(&other).await.assert_status(409);
    }

    /// Two admins who demote each other at the same moment: one of them wins.
    async fn two_admins_cannot_demote_each_other(world: World) {
        let served = serve(&world).await;
        let one = served.admin("one@example.org").await;
        let two = served.admin("two@example.org").await;
        for _ in 0..5 {
            let demotion = json!({ "role": "user" });
            let (first, second) = join(
                one.patch(&two, demotion.clone()),
                two.patch(&one, demotion),
            )
            .await;
            // The loser's demotion failed, or came when the loser was an admin no more.
            let mut statuses = [first.status(), second.status()];
            statuses.sort_unstable();
            assert_eq!(statuses[0], 200, "{statuses:?}");
            assert!([403, 404, 409].contains(&statuses[1]), "{statuses:?}");
            let (winner, loser) = if first.status() == 200 { (&one, &two) } else { (&two, &one) };
            winner.patch(loser, json!({ "role": "admin" })).await.assert_status(200);
        }
    }
}

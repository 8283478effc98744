//! How many sessions there may be, and who ends those of others.

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    MINUTE, Member, PASSWORD, Served, assert_unauthorized, auth, column, mail_links::open_sessions,
    serve,
};

const ADA: &str = "ada@example.org";
const SESSIONS: &str = "/api/v1/auth/sessions";
const INVALID: &str = "Invalid authentication credentials";

impl Member {
    async fn end_sessions_of(&self, other: &Self) -> ashlar_testkit::TestResponse {
        let path = format!("{}/sessions", other.path());
        self.client.delete(path).send().await
    }
}

async fn own_session(member: &Member) -> String {
    let list = member.client.get(SESSIONS).send().await.json();
    let rows = list["data"].as_array().unwrap().clone();
    let own = rows.iter().find(|row| row["current"] == true).unwrap();
    own["id"].as_str().unwrap().to_owned()
}

on_each_database! {
    /// One more than there may be ends the one that was used longest ago, and no other.
    async fn one_more_ends_the_one_used_longest_ago(world: World) {
        let served = Served::of(&world, auth(&world, &[("AUTH_SESSIONS_MAX", "3")])).await;
        let first = served.user(ADA).await;
        let id = first.id.to_string();
        world.turn_clock(MINUTE);
        let login = served.login(ADA, PASSWORD).await.json();
        let second = served.app.bearer(login["access_token"].as_str().unwrap());
        world.turn_clock(MINUTE);
        let third = served.member(ADA, &id).await;
        world.turn_clock(MINUTE);
        let body = json!({ "refresh_token": login["refresh_token"] });
        let refresh = served.app.anonymous().post("/api/v1/auth/refresh").json(&body);
        refresh.send().await.assert_status(200);
        served.user("bob@example.org").await;

        let fourth = served.member(ADA, &id).await;
        assert_unauthorized(&first.me().await, INVALID);
        world.turn_clock(MINUTE);
        let fifth = served.member(ADA, &id).await;
        assert_unauthorized(&third.me().await, INVALID);
        second.get("/api/v1/auth/me").send().await.assert_status(200);
        fourth.me().await.assert_status(200);
        fifth.me().await.assert_status(200);
        assert_eq!(open_sessions(&world, first.id).await, 3);
        let why = "SELECT details FROM audit_log WHERE action = 'session.ended' ORDER BY id";
        assert_eq!(column(&world, why).await, [r#"{"why":"displaced","sessions":1}"#; 2]);
    }

    /// Also of those that begin at the same time there are no more than that.
    async fn sign_ins_at_once_keep_to_it(world: World) {
        let served = Served::of(&world, auth(&world, &[("AUTH_SESSIONS_MAX", "2")])).await;
        let ada = served.user(ADA).await;
        let logins = join_all((0..4).map(|_| served.login(ADA, PASSWORD))).await;
        assert!(logins.iter().all(|login| login.status() == 200));
        assert_eq!(open_sessions(&world, ada.id).await, 2);
    }

    /// Whoever finds a sign-in that was left open can leave it, and signs nobody out elsewhere.
    async fn ending_another_session_asks_for_a_recent_proof(world: World) {
        let served = serve(&world).await;
        let desk = served.user(ADA).await;
        let phone = served.member(ADA, &desk.id.to_string()).await;
        let (own, other) = (own_session(&desk).await, own_session(&phone).await);
        world.turn_clock(15 * MINUTE);
        let end = async |id: &str| desk.client.delete(format!("{SESSIONS}/{id}")).send().await;
        end(&other).await.assert_error(403, "STEP_UP_REQUIRED");
        for except_current in [true, false] {
            let all = desk.client.delete(SESSIONS).query("except_current", except_current);
            all.send().await.assert_error(403, "STEP_UP_REQUIRED");
        }
        assert_eq!(open_sessions(&world, desk.id).await, 2);
        end(&own).await.assert_status(204);
        assert_unauthorized(&desk.me().await, INVALID);
        phone.me().await.assert_status(200);
        phone.client.post("/api/v1/auth/logout").send().await.assert_status(204);
    }

    /// Who manages users signs them out everywhere, if they may do no more than themselves.
    async fn managers_end_the_sessions_of_others(world: World) {
        let roles = [("AUTH_ROLES", "support=users:manage")];
        let served = Served::of(&world, auth(&world, &roles)).await;
        let admin = served.admin("root@example.org").await;
        let (ada, eve) = (served.user(ADA).await, served.user("eve@example.org").await);
        let support = served.user("support@example.org").await;
        admin.patch(&support, json!({ "role": "support" })).await.assert_status(200);
        eve.end_sessions_of(&ada).await.assert_error(403, "FORBIDDEN");
        ada.end_sessions_of(&ada).await.assert_error(403, "FORBIDDEN");
        support.end_sessions_of(&admin).await.assert_error(403, "FORBIDDEN");
        let factors = format!("{}/second-factors", admin.path());
        support.client.delete(factors).send().await.assert_error(403, "FORBIDDEN");
        admin.me().await.assert_status(200);
        support.end_sessions_of(&ada).await.assert_status(204);
        assert_unauthorized(&ada.me().await, INVALID);
        eve.me().await.assert_status(200);
        let by = "SELECT details FROM audit_log WHERE action = 'session.ended' AND actor_id <> user_id";
        assert_eq!(column(&world, by).await, [r#"{"why":"ended","sessions":1}"#]);
        let nobody = format!("/api/v1/users/{}/sessions", ashlar_core::principal::UserId::new());
        admin.client.delete(nobody).send().await.assert_error(404, "NOT_FOUND");
        world.turn_clock(15 * MINUTE);
        admin.end_sessions_of(&eve).await.assert_error(403, "STEP_UP_REQUIRED");
        eve.me().await.assert_status(200);
    }

    /// What one does to others, and for good to oneself, asks for a recent proof; one's own name does
    /// not.
    async fn changing_others_asks_for_a_recent_proof(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user(ADA).await;
        world.turn_clock(15 * MINUTE);
        for changes in [
            json!({ "role": "admin" }),
            json!({ "status": "suspended" }),
            json!({ "email": "eve@example.org" }),
            json!({ "display_name": "Eve" }),
        ] {
            admin.patch(&ada, changes).await.assert_error(403, "STEP_UP_REQUIRED");
        }
        admin.patch(&admin, json!({ "role": "user" })).await.assert_error(403, "STEP_UP_REQUIRED");
        admin.delete(&ada).await.assert_error(403, "STEP_UP_REQUIRED");
        ada.delete(&ada).await.assert_error(403, "STEP_UP_REQUIRED");
        ada.patch(&ada, json!({ "display_name": "Ada L." })).await.assert_status(200);
        let again = served.member(ADA, &ada.id.to_string()).await;
        again.delete(&ada).await.assert_status(204);
    }
}

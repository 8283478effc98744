//! `/auth/sessions` and `POST /auth/logout`.

use std::time::Duration;

use actix_web::test::TestRequest;
use ashlar_core::principal::Principal;
use ashlar_testkit::{World, on_each_database};
use serde_json::{Value, json};

use crate::{MINUTE, Member, PASSWORD, Served, assert_unauthorized, audited, column, serve};

const INVALID: &str = "Invalid authentication credentials";
const SESSIONS: &str = "/api/v1/auth/sessions";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Member {
    /// The sessions that it may see.
    async fn sessions(&self) -> Vec<Value> {
        let list = self.client.get(SESSIONS).send().await;
        list.assert_status(200);
        list.json()["data"].as_array().unwrap().clone()
    }

    /// The id of the session that it is signed in with.
    async fn session(&self) -> String {
        let sessions = self.sessions().await;
        let current = sessions.iter().find(|one| one["current"] == true).unwrap();
        current["id"].as_str().unwrap().to_owned()
    }

    async fn end(&self, session: &str) -> u16 {
        let path = format!("{SESSIONS}/{session}");
        self.client.delete(path).send().await.status()
    }
}

impl Served {
    /// Who is asking with this token.
    async fn principal(&self, member: &Member) -> Principal {
        let header = ("authorization", format!("Bearer {}", member.token));
        let request = TestRequest::default()
            .insert_header(header)
            .to_srv_request();
        let authenticator = self.auth.authenticator();
        let authentication = authenticator.authenticate(request.head()).unwrap();
        authentication.await.map_err(|_| "refused").unwrap()
    }

    async fn again(&self, member: &Member, email: &str) -> Member {
        self.member(email, &member.id.to_string()).await
    }
}

on_each_database! {
    /// One's own, the newest first, and which of them asks.
    async fn lists_ones_own(world: World) {
        let served = serve(&world).await;
        let desk = served.user("ada@example.org").await;
        served.user("bob@example.org").await;
        world.turn_clock(MINUTE);
        let body = json!({ "email": "ada@example.org", "password": PASSWORD });
        let login = served.app.anonymous().post("/api/v1/auth/login").json(&body);
        let login = login.header("user-agent", "Telephone/1.0").send().await.json();
        world.turn_clock(MINUTE);
        let token = json!({ "refresh_token": login["refresh_token"] });
        let refresh = served.app.anonymous().post("/api/v1/auth/refresh").json(&token);
        refresh.send().await.assert_status(200);

        let sessions = desk.sessions().await;
        assert_eq!(sessions.len(), 2);
        let (phone, own) = (&sessions[0], &sessions[1]);
        assert_eq!(phone["user_agent"], "Telephone/1.0");
        assert_eq!(phone["address"], "127.0.0.1");
        assert_eq!(phone["methods"], json!(["pwd"]));
        assert_eq!((&phone["current"], &own["current"]), (&json!(false), &json!(true)));
        assert!(phone["last_used_at"].as_str() > phone["created_at"].as_str(), "{phone}");
        assert_eq!(own["last_used_at"], own["created_at"]);
        assert!(own["expires_at"].as_str() > own["created_at"].as_str());
        assert_eq!(own.as_object().unwrap().len(), 8, "nothing of its tokens: {own}");

        let page = desk.client.get(SESSIONS).query("limit", 1).send().await;
        page.assert_statements(1);
        let cursor = page.json()["pagination"]["next_cursor"].as_str().unwrap().to_owned();
        let next = desk.client.get(SESSIONS).query("limit", 1).query("after", cursor);
        let next = next.send().await.json();
        assert_eq!(next["data"][0]["id"], own["id"]);
        assert_eq!(next["pagination"]["has_next"], false);
    }

    /// Ended, expired and idle ones are none.
    async fn lists_none_that_is_over(world: World) {
        let served = serve(&world).await;
        let idle = served.user("ada@example.org").await;
        let ended = served.again(&idle, "ada@example.org").await;
        ended.client.post("/api/v1/auth/logout").send().await.assert_status(204);
        assert_eq!(idle.sessions().await.len(), 1);
        world.turn_clock(14 * DAY);
        let now = served.again(&idle, "ada@example.org").await;
        assert_eq!(now.sessions().await.len(), 1);
        assert_eq!(now.sessions().await[0]["current"], true);
    }

    /// Its tokens are refused from the next request on; anybody else's is not there.
    async fn ends_one(world: World) {
        let served = serve(&world).await;
        let desk = served.user("ada@example.org").await;
        let phone = served.again(&desk, "ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        let (phones, bobs) = (phone.session().await, bob.session().await);
        assert_eq!(desk.end(&bobs).await, 404);
        assert_eq!(bob.end(&phones).await, 404);
        assert_eq!(desk.end("00000000-0000-7000-8000-000000000000").await, 404);
        assert_eq!(desk.end("x").await, 400);
        bob.me().await.assert_status(200);

        assert_eq!(desk.end(&phones).await, 204);
        assert_unauthorized(&phone.me().await, INVALID);
        assert_eq!(desk.end(&phones).await, 404, "it is over");
        desk.me().await.assert_status(200);
        assert_eq!(desk.end(&desk.session().await).await, 204);
        assert_unauthorized(&desk.me().await, INVALID);
        assert_eq!(ended_count(&world).await, 2);
    }

    /// Signed out everywhere else, and then here.
    async fn ends_all(world: World) {
        let served = serve(&world).await;
        let desk = served.user("ada@example.org").await;
        let phone = served.again(&desk, "ada@example.org").await;
        let tablet = served.again(&desk, "ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        let others = desk.client.delete(SESSIONS).query("except_current", true);
        others.send().await.assert_status(204);
        for ended in [&phone, &tablet] {
            assert_unauthorized(&ended.me().await, INVALID);
        }
        desk.me().await.assert_status(200);
        assert_eq!(ended_count(&world).await, 1, "one entry for what was done at once");
        desk.client.delete(SESSIONS).query("except", "x").send().await.assert_status(422);
        desk.client.delete(SESSIONS).send().await.assert_status(204);
        assert_unauthorized(&desk.me().await, INVALID);
        bob.me().await.assert_status(200);
    }

    /// This session alone; a bearer gets no cookies removed that it does not have.
    async fn signs_out(world: World) {
        let served = serve(&world).await;
        let desk = served.user("ada@example.org").await;
        let phone = served.again(&desk, "ada@example.org").await;
        let out = phone.client.post("/api/v1/auth/logout").send().await;
        out.assert_status(204);
        assert_eq!(out.header("set-cookie"), None);
        assert_unauthorized(&phone.me().await, INVALID);
        let again = phone.client.post("/api/v1/auth/logout").send().await;
        assert_unauthorized(&again, INVALID);
        desk.me().await.assert_status(200);
        assert_eq!(audited(&world).await.last().unwrap(), "session.ended");
    }

    /// Nobody who is not signed in has sessions.
    async fn strangers_have_none(world: World) {
        let served = serve(&world).await;
        let nobody = served.app.anonymous();
        let path = format!("{SESSIONS}/00000000-0000-7000-8000-000000000000");
        for request in [
            nobody.get(SESSIONS),
            nobody.delete(SESSIONS),
            nobody.delete(path),
            nobody.post("/api/v1/auth/logout"),
        ] {
            assert_unauthorized(&request.send().await, "Not authenticated");
        }
    }

    /// Who is suspended or deleted is signed out for good; another role changes no session.
    async fn a_change_of_standing_ends_sessions(world: World) {
        let served = serve(&world).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        admin.patch(&ada, json!({ "role": "admin" })).await.assert_status(200);
        ada.me().await.assert_status(200);
        admin.patch(&ada, json!({ "role": "user", "status": "suspended" })).await.assert_status(200);
        admin.delete(&bob).await.assert_status(204);
        admin.patch(&ada, json!({ "status": "active" })).await.assert_status(200);
        assert_unauthorized(&ada.me().await, INVALID);
        let query = "SELECT COALESCE(revoked_for, '-') FROM sessions ORDER BY id";
        assert_eq!(column(&world, query).await, ["-", "standing_changed", "standing_changed"]);
        assert_eq!(ended_count(&world).await, 2);
    }

    /// Fifteen minutes after the sign-in it is no recent proof any more.
    async fn a_proof_of_identity_is_recent_for_a_while(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        assert!(served.principal(&ada).await.is_recent);
        world.turn_clock(15 * MINUTE - Duration::from_micros(1));
        assert!(served.principal(&ada).await.is_recent);
        world.turn_clock(Duration::from_micros(1));
        let later = served.principal(&ada).await;
        assert!(!later.is_recent);
        assert_eq!(later.user_id, ada.id);
        let again = served.again(&ada, "ada@example.org").await;
        assert!(served.principal(&again).await.is_recent);
        assert!(!served.principal(&ada).await.is_recent, "each session by itself");
    }

    /// What a client calls itself can write into no list, log or header.
    async fn a_user_agent_is_kept_as_plain_text(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let body = json!({ "email": "ada@example.org", "password": PASSWORD });
        let login = || served.app.anonymous().post("/api/v1/auth/login").json(&body);
        let hostile = b"x\t\xe2\x80\xae\x85{\"level\":\"ERROR\"}\xff<script>".as_slice();
        login().header("user-agent", hostile).send().await.assert_status(200);
        login().header("user-agent", "y".repeat(2000)).send().await.assert_status(200);
        let sessions = ada.sessions().await;
        assert_eq!(sessions[0]["user_agent"], "y".repeat(255));
        assert_eq!(sessions[1]["user_agent"], "x{\"level\":\"ERROR\"}<script>");
        let kept = column(&world, "SELECT COALESCE(user_agent, '') FROM audit_log").await;
        assert!(kept.iter().all(|agent| agent.bytes().all(|byte| (b' '..=b'~').contains(&byte))));
    }

    /// Thirty days after its end nobody needs to know of a session any more.
    async fn those_over_since_long_are_deleted(world: World) {
        let served = serve(&world).await;
        let ended = served.user("ada@example.org").await;
        let other = served.again(&ended, "ada@example.org").await;
        ended.client.post("/api/v1/auth/logout").send().await.assert_status(204);
        served.app.settle().await;
        let count = async || column(&world, "SELECT 'x' FROM sessions").await.len();
        world.turn_clock(29 * DAY);
        served.app.settle().await;
        assert_eq!(count().await, 2);
        world.turn_clock(2 * DAY);
        served.app.settle().await;
        assert_eq!(count().await, 1, "the ended one is gone");
        assert_unauthorized(&ended.me().await, INVALID);
        assert_unauthorized(&other.me().await, INVALID);
        world.turn_clock(30 * DAY);
        served.app.settle().await;
        assert_eq!(count().await, 0);
    }
}

async fn ended_count(world: &World) -> usize {
    let actions = audited(world).await;
    actions
        .iter()
        .filter(|action| *action == "session.ended")
        .count()
}

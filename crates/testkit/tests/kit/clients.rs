//! Who is signed in, and what an answer tells.

use ashlar_core::principal::{Permission, UserId};
use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;
use serde_json::json;

use crate::{notes, panic_of};

on_each_database! {
    async fn a_user_is_signed_in_in_one_line(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let alice = app.user();
        let created = alice.post("/api/v1/notes").json(&json!({ "text": "hello" })).send().await;
        created.assert_status(200);
        assert_eq!(created.json()["text"], "hello");
        assert_eq!(created.json()["author"], alice.user_id().to_string());
        assert_ne!(alice.user_id(), app.user().user_id());

        let again = app.sign_in(alice.user_id(), &[]);
        assert_ne!(again.token(), alice.token());
        let created = again.post("/api/v1/notes").json(&json!({ "text": "hello" })).send().await;
        assert_eq!(created.json()["author"], alice.user_id().to_string());
    }

    async fn permissions_are_given_by_name(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let secret = "/api/v1/notes/secret";
        app.anonymous().get(secret).send().await.assert_error(401, "UNAUTHORIZED");
        app.user().get(secret).send().await.assert_error(403, "FORBIDDEN");
        let reader = app.user_with(&[notes::ReadNotes::NAME]);
        let read = reader.get(secret).send().await;
        assert_eq!(read.parse::<UserId>(), reader.user_id());
        app.bearer("test.forged").get(secret).send().await.assert_error(401, "UNAUTHORIZED");
    }

    async fn an_answer_tells_its_statements(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let counted = app.anonymous().get("/api/v1/notes/count").send().await;
        counted.assert_status(200).assert_statements(2);
        assert_eq!(counted.json(), 0);
        app.anonymous().get("/api/v1/health/live").send().await.assert_statements(0);
        let told = panic_of(async {
            counted.assert_statements(1);
        })
        .await;
        assert!(told.contains("expected 1 statements, got 2"), "{told}");
        assert!(told.contains("\n   2 × SELECT") && told.contains("FROM"), "{told}");

        let quiet = world
            .serve_with(vec![notes::domain(world.database())], world.authenticator(), |settings| {
                settings.server_timing = false;
            })
            .await;
        let counted = quiet.anonymous().get("/api/v1/notes/count").send().await;
        assert_eq!(counted.header("server-timing"), None);
    }

    async fn queries_bodies_and_headers_arrive(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let nobody = app.anonymous();
        let live = nobody.get("/api/v1/health/live?a=1").query("b", "x y&z").header("x-request-id", "mine");
        let live = live.send().await;
        assert_eq!(live.header("x-request-id"), Some("mine"));
        let form = app.user().post("/api/v1/notes").form(&[("text", "a&b")]).send().await;
        form.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
        let broken = app.user().post("/api/v1/notes").header("content-type", "application/json");
        broken.body("{").send().await.assert_error(400, "BAD_REQUEST");
        let told = panic_of(async {
            live.assert_status(204);
        })
        .await;
        assert!(told.contains("expected 204, got GET /api/v1/health/live → 200 OK {\"alive\":true}"), "{told}");
    }

    async fn a_stopped_app_is_gone_and_the_database_stays(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let client = app.anonymous();
        // At once, so that every connection of the pool served a thread that ends.
        let requests = (0..8).map(|_| client.get("/api/v1/notes/count").send());
        for response in join_all(requests).await {
            response.assert_status(200);
        }
        app.stop().await;
        client.get("/api/v1/health/live").try_send().await.expect_err("nobody listens");

        let next = world.serve(vec![notes::domain(world.database())]).await;
        let requests = (0..8).map(|_| next.anonymous().get("/api/v1/notes/count").send());
        for response in join_all(requests).await {
            response.assert_status(200);
        }
    }
}

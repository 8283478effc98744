//! What the contract does not foresee fails the test; only `.unchecked()` lets it pass.

use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{notes, panic_of};

on_each_database! {
    async fn an_unlisted_status_is_caught(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let path = format!("/api/v1/notes/{}", notes::unknown());
        let told = panic_of(async {
            app.user().delete(&path).send().await;
        })
        .await;
        assert!(told.contains("DELETE /api/v1/notes/{note_id} lists 204, 400, 500, 503, but not 409"), "{told}");
        assert!(told.contains("It is pinned"), "the body is shown: {told}");

        let response = app.user().delete(&path).unchecked().send().await;
        response.assert_error(409, "CONFLICT");
    }

    async fn a_body_unlike_its_schema_is_caught(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let told = panic_of(async {
            app.anonymous().get("/api/v1/notes/lie").send().await;
        })
        .await;
        assert!(told.contains("\"seven\" is not of type \"integer\""), "{told}");

        let response = app.anonymous().get("/api/v1/notes/lie").unchecked().send().await;
        assert_eq!(response.assert_status(200).json(), "seven");
    }

    async fn what_is_listed_passes(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let (alice, nobody) = (app.user(), app.anonymous());
        let note = format!("/api/v1/notes/{}", notes::unknown());
        alice.get(&note).send().await.assert_error(404, "NOT_FOUND");
        alice.get("/api/v1/notes/nonsense").send().await.assert_error(400, "BAD_REQUEST");
        for shape in ["application/json", "application/problem+json", "application/vnd.vben+json"] {
            let response = alice.get(&note).header("accept", shape).send().await;
            assert_eq!(response.header("content-type"), Some(shape));
            assert_eq!(response.error_code(), "NOT_FOUND");
            assert_eq!(response.error_message(), "Note not found");
        }
        let refused = nobody.post("/api/v1/notes").json(&json!({ "text": "x" })).send().await;
        refused.assert_error(401, "UNAUTHORIZED");
        let invalid = alice.post("/api/v1/notes").json(&json!({ "text": "" })).send().await;
        invalid.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(invalid.error_fields(), ["text"]);
    }

    async fn what_no_route_answers_passes(world: World) {
        let app = world.serve(vec![notes::domain(world.database())]).await;
        let nobody = app.anonymous();
        nobody.get("/api/v1/nowhere").send().await.assert_error(404, "NOT_FOUND");
        nobody.put("/api/v1/notes").send().await.assert_error(405, "METHOD_NOT_ALLOWED");
        nobody.get("/api/v1/notes/hidden").send().await.assert_status(200);
        nobody.get("/openapi.json").send().await.assert_status(200);
        let live = nobody.request(reqwest::Method::HEAD, "/api/v1/health/live").send().await;
        live.assert_status(200);
        let options = nobody.request(reqwest::Method::OPTIONS, "/api/v1/notes").send().await;
        options.assert_status(204);
    }
}

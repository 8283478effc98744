//! `GET /posts/{post_id}`.

use ashlar_core::principal::UserId;
use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{draft, path_of, published, serve};

on_each_database! {
    async fn everybody_who_is_signed_in_reads_what_is_published(world: World) {
        let app = serve(&world).await;
        let made = published(&app.user(), "Arches").await;
        let read = app.user().get(path_of(&made)).send().await;
        // The post, and its author's name.
        read.assert_status(200).assert_statements(2);
        assert_eq!(read.json(), made);
        app.anonymous().get(path_of(&made)).send().await.assert_error(401, "UNAUTHORIZED");
    }

    async fn somebody_elses_draft_cannot_be_told_from_a_missing_post(world: World) {
        let app = serve(&world).await;
        let (alice, eve) = (app.user(), app.user());
        let made = draft(&alice, "Arches").await;
        assert_eq!(alice.get(path_of(&made)).send().await.assert_status(200).json(), made);
        let missing = format!("/api/v1/posts/{}", UserId::new());
        let hidden = eve.get(path_of(&made)).send().await;
        let none = eve.get(missing).send().await;
        hidden.assert_error(404, "NOT_FOUND");
        none.assert_error(404, "NOT_FOUND");
        assert_eq!(hidden.error_message(), none.error_message());
        assert_eq!(hidden.error()["details"], none.error()["details"]);
        assert_eq!(hidden.statements(), none.statements());
    }

    async fn an_admin_sees_no_more_than_others(world: World) {
        let app = serve(&world).await;
        let made = draft(&app.user(), "Arches").await;
        let admin = app.user_with(&["users:manage"]);
        admin.get(path_of(&made)).send().await.assert_error(404, "NOT_FOUND");
    }

    async fn an_author_who_is_gone_has_no_name(world: World) {
        let app = serve(&world).await;
        let nobody: UserId = "00000000-0000-0000-0000-000000000000".parse().expect("an id");
        let made = published(&app.sign_in(nobody, &[]), "Arches").await;
        let read = app.user().get(path_of(&made)).send().await.assert_status(200).json();
        assert_eq!(read["author"], json!(null));
        assert_eq!(read["author_id"], nobody.to_string());
    }

    async fn a_client_that_has_the_version_gets_304(world: World) {
        let app = serve(&world).await;
        let made = published(&app.user(), "Arches").await;
        let reader = app.user();
        let first = reader.get(path_of(&made)).send().await;
        let tag = first.header("etag").expect("it has a version");
        let again = reader.get(path_of(&made)).header("if-none-match", tag).send().await;
        again.assert_status(304);
        assert!(again.bytes().is_empty());
        // A tag that does not tell the author's name may be of before they changed it.
        let other = reader.get(path_of(&made)).header("if-none-match", "\"1\"").send().await;
        other.assert_status(200);
    }

    async fn a_malformed_id_is_a_bad_request_that_names_the_parameter(world: World) {
        let alice = serve(&world).await.user();
        for (path, field) in [("posts/1", "post_id"), ("posts/%00", "post_id"), ("users/me/posts", "user_id")] {
            let refused = alice.get(format!("/api/v1/{path}")).send().await;
            refused.assert_error(400, "BAD_REQUEST");
            assert_eq!(refused.error_fields(), [field]);
        }
    }
}

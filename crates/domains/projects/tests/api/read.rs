//! `GET /projects/{project_id}`.

use ashlar_core::principal::UserId;
use ashlar_testkit::{World, on_each_database};

use crate::{path_of, project, serve};

on_each_database! {
    async fn one_statement_reads_it(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let read = alice.get(path_of(&made)).send().await;
        read.assert_status(200).assert_statements(1);
        assert_eq!(read.json(), made);
        assert_eq!(read.header("cache-control"), Some("private, no-cache"));
    }

    async fn somebody_elses_cannot_be_told_from_a_missing_one(world: World) {
        let app = serve(&world).await;
        let (alice, eve) = (app.user(), app.user());
        let made = project(&alice, "apollo").await;
        let missing = format!("/api/v1/projects/{}", UserId::new());
        let others = eve.get(path_of(&made)).send().await.assert_error(404, "NOT_FOUND").json();
        let none = eve.get(missing).send().await.assert_error(404, "NOT_FOUND").json();
        assert_eq!(others["error"]["message"], none["error"]["message"]);
        assert_eq!(others["error"]["details"], none["error"]["details"]);
    }

    async fn a_malformed_id_is_a_bad_request_that_names_the_parameter(world: World) {
        let alice = serve(&world).await.user();
        for id in ["1", "x", "%20", "00000000-0000-0000-0000-00000000000g", "%00", "%ff"] {
            let refused = alice.get(format!("/api/v1/projects/{id}")).send().await;
            refused.assert_error(400, "BAD_REQUEST");
            assert_eq!(refused.json()["error"]["details"][0]["field"], "project_id");
        }
    }

    async fn a_client_that_has_the_version_gets_304(world: World) {
        let alice = serve(&world).await.user();
        let made = project(&alice, "apollo").await;
        let cached = |tag: &'static str| alice.get(path_of(&made)).header("if-none-match", tag);
        let same = cached("\"1\"").send().await;
        same.assert_status(304);
        assert!(same.bytes().is_empty());
        assert_eq!(same.header("etag"), Some("\"1\""));
        cached("W/\"1\"").send().await.assert_status(304);
        cached("\"9\", \"1\"").send().await.assert_status(304);
        cached("*").send().await.assert_status(304);
        cached("\"2\"").send().await.assert_status(200);
    }

    async fn a_read_that_travels_with_others_answers_each_its_own(world: World) {
        let alice = serve(&world).await.user();
        let mut made = Vec::new();
        for number in 0..5 {
            made.push(project(&alice, &format!("p{number}")).await);
        }
        let reads = (0..60).map(|index| alice.get(path_of(&made[index % 5])).send());
        for (index, read) in futures_util::future::join_all(reads).await.into_iter().enumerate() {
            assert_eq!(read.assert_status(200).json(), made[index % 5]);
        }
    }
}

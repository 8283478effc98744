//! Listing and reading jobs.

use ashlar_core::{
    jobs::{
        Job, JobId,
        table::{ActiveModel, State},
    },
    principal::Permission,
};
use ashlar_jobs::ReadJobs;
use ashlar_testkit::{World, on_each_database};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::{Letter, as_it_comes, in_an_hour, operator, send, set};

fn ids(page: &Value) -> Vec<String> {
    let rows = page["data"].as_array().expect("a list");
    let id = |row: &Value| row["id"].as_str().expect("an id").to_owned();
    rows.iter().map(id).collect()
}

fn texts(ids: &[JobId]) -> Vec<String> {
    ids.iter().map(JobId::to_string).collect()
}

on_each_database! {
    async fn the_newest_come_first_page_by_page(world: World) {
        let (operator, _app) = operator(&world).await;
        let mut sent = Vec::new();
        for to in ["a", "b", "c"] {
            sent.push(send(&world, to, as_it_comes).await);
        }
        sent.reverse();
        let first = operator.get("/api/v1/admin/jobs?limit=2").send().await;
        let first = first.assert_status(200).assert_statements(1).json();
        assert_eq!(ids(&first), texts(&sent[..2]));
        let next = first["pagination"]["next_cursor"].as_str().expect("there is more");
        let second = operator.get("/api/v1/admin/jobs").query("limit", 2).query("after", next);
        assert_eq!(ids(&second.send().await.assert_status(200).json()), texts(&sent[2..]));
        let counted = operator.get("/api/v1/admin/jobs?sort=id&page=1").send().await.json();
        sent.reverse();
        assert_eq!(ids(&counted), texts(&sent));
        assert_eq!(counted["pagination"]["total"], 3);
    }

    async fn filters_narrow_the_list(world: World) {
        let (operator, _app) = operator(&world).await;
        let waiting = send(&world, "a", in_an_hour).await;
        let failed = send(&world, "b", as_it_comes).await;
        set(&world, failed, ActiveModel {
            state: Set(State::Failed),
            queue: Set("other".into()),
            ..Default::default()
        }).await;
        for (query, expected) in [
            ("state=failed", vec![failed]),
            ("state=scheduled", vec![waiting]),
            ("state=running", vec![]),
            ("queue=post", vec![waiting]),
            ("queue=other&state=failed", vec![failed]),
            ("name=post.send", vec![failed, waiting]),
            ("name=post", vec![]),
        ] {
            let page = operator.get(format!("/api/v1/admin/jobs?{query}")).send().await;
            assert_eq!(ids(&page.assert_status(200).json()), texts(&expected), "{query}");
        }
        let odd = operator.get("/api/v1/admin/jobs?state=odd").send().await;
        assert_eq!(odd.assert_error(422, "VALIDATION_ERROR").error_fields(), ["state"]);
    }

    async fn a_payload_that_is_no_json_is_shown_as_it_is(world: World) {
        let (operator, _app) = operator(&world).await;
        let id = send(&world, "ada", as_it_comes).await;
        set(&world, id, ActiveModel {
            payload: Set("no json".into()),
            errors: Set(Some("none either".into())),
            ..Default::default()
        }).await;
        let read = operator.get(format!("/api/v1/admin/jobs/{id}")).send().await;
        let read = read.assert_status(200).json();
        assert_eq!((&read["payload"], &read["errors"]), (&json!("no json"), &json!([])));
    }

    async fn the_payload_and_the_failures_are_told_of_a_single_job_only(world: World) {
        let (operator, _app) = operator(&world).await;
        let id = send(&world, "ada", as_it_comes).await;
        let errors = json!([
            {"at": "2026-05-01T08:00:00Z", "attempt": 1, "chain": ["cannot send", "refused"]},
        ]);
        set(&world, id, ActiveModel {
            state: Set(State::Running),
            attempts: Set(2),
            progress: Set(40),
            message: Set(Some("Licking the stamp".into())),
            errors: Set(Some(errors.to_string())),
            ..Default::default()
        }).await;
        let read = operator.get(format!("/api/v1/admin/jobs/{id}")).send().await;
        let read = read.assert_status(200).assert_statements(1).json();
        assert_eq!(read["payload"], json!({"to": "ada"}));
        assert_eq!(read["errors"], errors);
        assert_eq!(read["name"], Letter::NAME);
        assert_eq!(read["state"], "running");
        assert_eq!((&read["progress"], &read["attempts"]), (&json!(40), &json!(2)));
        assert_eq!(read["message"], "Licking the stamp");
        let listed = operator.get("/api/v1/admin/jobs").send().await.json();
        assert_eq!(listed["data"][0]["message"], "Licking the stamp");
        assert_eq!(listed["data"][0].get("payload"), None);
        assert_eq!(listed["data"][0].get("errors"), None);
    }

    async fn nobody_sees_or_changes_jobs_without_the_permission(world: World) {
        let (operator, app) = operator(&world).await;
        let id = send(&world, "a", as_it_comes).await;
        let missing = JobId::new();
        operator.get(format!("/api/v1/admin/jobs/{missing}")).send().await.assert_error(404, "NOT_FOUND");
        operator.get("/api/v1/admin/jobs/7").send().await.assert_error(400, "BAD_REQUEST");
        let reads = ["jobs".to_owned(), format!("jobs/{id}"), "schedules".into()];
        for path in reads {
            let path = format!("/api/v1/admin/{path}");
            app.anonymous().get(&path).send().await.assert_error(401, "UNAUTHORIZED");
            app.user().get(&path).send().await.assert_error(403, "FORBIDDEN");
            app.user_with(&[ReadJobs::NAME]).get(&path).send().await.assert_status(200);
        }
        for verb in ["retry", "cancel"] {
            let path = format!("/api/v1/admin/jobs/{id}/{verb}");
            app.anonymous().post(&path).send().await.assert_error(401, "UNAUTHORIZED");
            app.user_with(&[ReadJobs::NAME]).post(&path).send().await.assert_error(403, "FORBIDDEN");
        }
    }
}

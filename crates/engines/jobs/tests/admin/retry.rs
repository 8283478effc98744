//! Retrying a job.

use ashlar_core::{
    database::Work,
    jobs::{
        JobId,
        table::{ActiveModel, State},
    },
};
use ashlar_testkit::{World, on_each_database};
use sea_orm::ActiveValue::Set;
use serde_json::json;

use crate::{alone, as_it_comes, job, operator, send, set};

/// What a worker leaves of a job that is over.
fn over(world: &World, state: State) -> ActiveModel {
    ActiveModel {
        state: Set(state),
        attempts: Set(10),
        fence: Set(10),
        progress: Set(70),
        errors: Set(Some("[]".into())),
        cancel_requested: Set(state == State::Cancelled),
        finished_at: Set(Some(world.now())),
        ..Default::default()
    }
}

on_each_database! {
    async fn a_failed_or_cancelled_job_begins_anew(world: World) {
        let (operator, _app) = operator(&world).await;
        for state in [State::Failed, State::Cancelled] {
            let id = send(&world, "a", as_it_comes).await;
            set(&world, id, over(&world, state)).await;
            world.turn_clock(std::time::Duration::from_secs(60));
            let signal = world.database().signal(Work::Jobs);
            let retried = operator.post(format!("/api/v1/admin/jobs/{id}/retry")).send().await;
            let retried = retried.assert_status(200).assert_statements(1).json();
            assert_eq!(retried["state"], "pending");
            assert_eq!(retried["finished_at"], json!(null));
            let row = job(&world, id).await;
            assert_eq!((row.state, row.attempts, row.fence), (State::Pending, 0, 11));
            assert_eq!((row.progress, row.cancel_requested), (0, false));
            assert_eq!((row.run_at, row.finished_at), (world.now(), None));
            assert_eq!(row.errors.as_deref(), Some("[]"));
            assert!(signal.has_changed().expect("the database is there"));
        }
    }

    async fn a_job_that_is_not_over_or_is_done_is_left_alone(world: World) {
        let (operator, _app) = operator(&world).await;
        for state in [State::Scheduled, State::Pending, State::Running, State::Completed] {
            let id = send(&world, "a", as_it_comes).await;
            set(&world, id, ActiveModel { state: Set(state), ..Default::default() }).await;
            let before = job(&world, id).await;
            let refused = operator.post(format!("/api/v1/admin/jobs/{id}/retry")).send().await;
            let message = refused.assert_error(409, "CONFLICT").error_message();
            assert!(message.contains(state.as_str()), "{message}");
            assert_eq!(job(&world, id).await, before);
        }
        let missing = JobId::new();
        let path = format!("/api/v1/admin/jobs/{missing}/retry");
        operator.post(path).send().await.assert_error(404, "NOT_FOUND");
    }

    async fn two_of_a_key_do_not_run_beside_each_other(world: World) {
        let (operator, _app) = operator(&world).await;
        let old = send(&world, "a", alone).await;
        set(&world, old, over(&world, State::Failed)).await;
        let new = send(&world, "a", alone).await;
        assert_ne!(old, new);
        let path = format!("/api/v1/admin/jobs/{old}/retry");
        let refused = operator.post(&path).send().await;
        let message = refused.assert_error(409, "CONFLICT").error_message();
        assert!(message.contains("unique key"), "{message}");
        assert_eq!(job(&world, old).await.state, State::Failed);
        set(&world, new, over(&world, State::Completed)).await;
        operator.post(&path).send().await.assert_status(200);
    }
}

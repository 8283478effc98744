//! Cancelling a job.

use ashlar_core::{
    database::Work,
    jobs::{
        JobId,
        table::{ActiveModel, State},
    },
};
use ashlar_testkit::{World, on_each_database};
use sea_orm::ActiveValue::Set;

use crate::{alone, as_it_comes, in_an_hour, job, operator, send, set};

on_each_database! {
    async fn a_job_that_waits_is_over_at_once(world: World) {
        let (operator, _app) = operator(&world).await;
        for enqueue in [as_it_comes, in_an_hour, alone] {
            let id = send(&world, "a", enqueue).await;
            let cancelled = operator.post(format!("/api/v1/admin/jobs/{id}/cancel")).send().await;
            let cancelled = cancelled.assert_status(200).assert_statements(1).json();
            assert_eq!(cancelled["state"], "cancelled");
            let row = job(&world, id).await;
            assert_eq!((row.state, row.finished_at), (State::Cancelled, Some(world.now())));
        }
        // The key is free again.
        send(&world, "a", alone).await;
    }

    async fn a_job_that_runs_is_told_to_end(world: World) {
        let (operator, _app) = operator(&world).await;
        let id = send(&world, "a", as_it_comes).await;
        let running = ActiveModel { state: Set(State::Running), ..Default::default() };
        set(&world, id, running).await;
        let signal = world.database().signal(Work::Jobs);
        let path = format!("/api/v1/admin/jobs/{id}/cancel");
        let told = operator.post(&path).send().await.assert_status(200).json();
        assert_eq!((&told["state"], &told["cancel_requested"]), (&"running".into(), &true.into()));
        let row = job(&world, id).await;
        assert_eq!((row.state, row.finished_at, row.cancel_requested), (State::Running, None, true));
        assert!(signal.has_changed().expect("the database is there"));
        operator.post(&path).send().await.assert_status(200);
    }

    async fn a_job_that_is_over_stays_as_it_is(world: World) {
        let (operator, _app) = operator(&world).await;
        for state in [State::Completed, State::Failed, State::Cancelled] {
            let id = send(&world, "a", as_it_comes).await;
            let over = ActiveModel {
                state: Set(state),
                finished_at: Set(Some(world.now())),
                ..Default::default()
            };
            set(&world, id, over).await;
            let before = job(&world, id).await;
            let refused = operator.post(format!("/api/v1/admin/jobs/{id}/cancel")).send().await;
            let message = refused.assert_error(409, "CONFLICT").error_message();
            assert!(message.contains(state.as_str()), "{message}");
            assert_eq!(job(&world, id).await, before);
        }
        let path = format!("/api/v1/admin/jobs/{}/cancel", JobId::new());
        operator.post(path).send().await.assert_error(404, "NOT_FOUND");
    }
}

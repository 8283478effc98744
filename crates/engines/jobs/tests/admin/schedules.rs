//! Listing schedules.

use ashlar_core::{
    jobs::{Job, Schedule},
    principal::Permission,
};
use ashlar_jobs::{JobAdmin, ReadJobs, Scheduler};
use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use crate::{Close, at, jobs, minutes};

on_each_database! {
    async fn the_last_and_the_next_time_are_told(world: World) {
        world.set_clock(at("2026-05-01T07:59:00Z"));
        let hourly = Schedule::new("accounts.hourly", "0 * * * *", || Close);
        let nightly = Schedule::new("accounts.nightly", "0 2 * * *", || Close)
            .time_zone("Europe/Berlin");
        let scheduler = Scheduler::new(world.database(), world.clock(), [hourly.clone()])
            .expect("it can be used");
        scheduler.tick().await.expect("it ticks");
        world.turn_clock(minutes(2));
        scheduler.tick().await.expect("it ticks");
        let ran = jobs(&world, Close::NAME).await;
        let admin = JobAdmin::new(world.database(), world.clock())
            .with_schedules([nightly, hourly]);
        let app = world.serve(vec![admin.domain()]).await;
        let operator = app.user_with(&[ReadJobs::NAME]);
        let listed = operator.get("/api/v1/admin/schedules").send().await;
        let listed = listed.assert_status(200).assert_statements(1).json();
        assert_eq!(listed, json!({"data": [
            {
                "id": "accounts.hourly",
                "job": Close::NAME,
                "cron": "0 * * * *",
                "time_zone": "UTC",
                "last_run_at": "2026-05-01T08:00:00Z",
                "last_job_id": ran[0].id,
                "next_run_at": "2026-05-01T09:00:00Z",
            },
            {
                "id": "accounts.nightly",
                "job": Close::NAME,
                "cron": "0 2 * * *",
                "time_zone": "Europe/Berlin",
                "last_run_at": null,
                "last_job_id": null,
                "next_run_at": "2026-05-02T00:00:00Z",
            },
        ]}));
    }
}

//! Schedules: once for each of their times, whatever clocks and processes do.

use std::error::Error;

use ashlar_core::jobs::{CatchUp, Job, Schedule};
use ashlar_jobs::{ScheduleError, Scheduler};
use ashlar_testkit::{World, on_each_database};
use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use serde::{Deserialize, Serialize, Serializer};

use crate::{Close, at, jobs, minutes, told};

/// Cannot be written.
#[derive(Deserialize)]
struct Broken;

impl Serialize for Broken {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("out of ink"))
    }
}

impl Job for Broken {
    const NAME: &'static str = "accounts.broken";
}

fn schedule(cron: &'static str) -> Schedule {
    Schedule::new("accounts.close", cron, || Close)
}

fn scheduler(world: &World, schedule: Schedule) -> Scheduler {
    Scheduler::new(world.database(), world.clock(), [schedule]).expect("it can be used")
}

async fn tick(scheduler: &Scheduler) -> DateTime<Utc> {
    let next = scheduler.tick().await.expect("it ticks");
    next.expect("there is a next time")
}

/// When the jobs were enqueued that closed accounts.
async fn runs(world: &World) -> Vec<DateTime<Utc>> {
    let jobs = jobs(world, Close::NAME).await;
    jobs.into_iter().map(|job| job.created_at).collect()
}

on_each_database! {
    async fn a_new_schedule_begins_with_its_next_time(world: World) {
        world.set_clock(at("2026-05-01T08:00:30Z"));
        let hourly = scheduler(&world, schedule("0 * * * *"));
        assert_eq!(tick(&hourly).await, at("2026-05-01T09:00:00Z"));
        world.set_clock(at("2026-05-01T08:59:59.999999Z"));
        assert_eq!(tick(&hourly).await, at("2026-05-01T09:00:00Z"));
        assert!(runs(&world).await.is_empty());
        world.set_clock(at("2026-05-01T09:00:00Z"));
        for _ in 0..3 {
            assert_eq!(tick(&hourly).await, at("2026-05-01T10:00:00Z"));
        }
        assert_eq!(runs(&world).await, [at("2026-05-01T09:00:00Z")]);
    }

    async fn many_processes_run_a_time_once(world: World) {
        world.set_clock(at("2026-05-01T08:30:00Z"));
        let processes: Vec<_> = (0..8).map(|_| scheduler(&world, schedule("0 * * * *"))).collect();
        join_all(processes.iter().map(tick)).await;
        for hour in 1..=3 {
            world.turn_clock(minutes(60));
            join_all(processes.iter().map(tick)).await;
            assert_eq!(runs(&world).await.len(), hour);
        }
    }

    async fn missed_times_are_told_and_made_up_for_as_the_policy_says(world: World) {
        for (policy, made_up) in [(CatchUp::Skip, 0), (CatchUp::Once, 1), (CatchUp::Each(2), 2)] {
            let before = runs(&world).await.len();
            let id = match policy {
                CatchUp::Skip => "accounts.skip",
                CatchUp::Once => "accounts.once",
                CatchUp::Each(_) => "accounts.each",
            };
            world.set_clock(at("2026-05-01T07:30:00Z"));
            let hourly = Schedule::new(id, "0 * * * *", || Close).catch_up(policy);
            let hourly = scheduler(&world, hourly);
            tick(&hourly).await;
            world.set_clock(at("2026-05-01T10:30:00Z"));
            let (next, lines) = told(tick(&hourly)).await;
            assert_eq!(next, at("2026-05-01T11:00:00Z"));
            let warning = lines.iter().find(|line| line.starts_with("WARN schedule_missed"));
            let warning = warning.expect("it is told");
            for part in [id, "missed=3", "since=2026-05-01 08:00:00 UTC"] {
                assert!(warning.contains(part), "{warning}");
            }
            assert_eq!(runs(&world).await.len() - before, made_up, "{policy:?}");
            let (_, lines) = told(tick(&hourly)).await;
            assert_eq!(lines, [""; 0]);
        }
    }

    async fn a_clock_that_is_put_back_repeats_nothing(world: World) {
        world.set_clock(at("2026-05-01T08:59:00Z"));
        let hourly = scheduler(&world, schedule("0 * * * *"));
        tick(&hourly).await;
        world.turn_clock(minutes(1));
        tick(&hourly).await;
        world.set_clock(at("2026-04-30T23:30:00Z"));
        assert_eq!(tick(&hourly).await, at("2026-05-01T10:00:00Z"));
        world.set_clock(at("2026-05-01T09:00:01Z"));
        tick(&hourly).await;
        assert_eq!(runs(&world).await.len(), 1);
        world.set_clock(at("2026-05-01T10:00:01Z"));
        tick(&hourly).await;
        assert_eq!(runs(&world).await.len(), 2);
    }

    async fn a_clock_that_was_years_ahead_does_not_stop_a_schedule(world: World) {
        world.set_clock(at("2031-01-01T08:30:00Z"));
        let hourly = scheduler(&world, schedule("0 * * * *"));
        tick(&hourly).await;
        world.set_clock(at("2026-05-01T08:30:00Z"));
        let (next, lines) = told(tick(&hourly)).await;
        assert_eq!(next, at("2026-05-01T09:00:00Z"));
        assert!(lines[0].starts_with("WARN schedule_ahead"), "{lines:?}");
        world.turn_clock(minutes(30));
        tick(&hourly).await;
        assert_eq!(runs(&world).await, [at("2026-05-01T09:00:00Z")]);
    }

    async fn a_changed_expression_or_zone_takes_effect_at_once(world: World) {
        world.set_clock(at("2026-05-01T08:30:00Z"));
        tick(&scheduler(&world, schedule("0 12 * * *"))).await;
        world.turn_clock(minutes(10));
        let berlin = schedule("0 12 * * *").time_zone("Europe/Berlin");
        assert_eq!(tick(&scheduler(&world, berlin)).await, at("2026-05-01T10:00:00Z"));
        // Eight o'clock is over: it was never this schedule's time.
        world.turn_clock(minutes(10));
        let early = scheduler(&world, schedule("0 8 * * *"));
        assert_eq!(tick(&early).await, at("2026-05-02T08:00:00Z"));
        assert!(runs(&world).await.is_empty());
    }

    async fn two_releases_with_two_expressions_lose_no_time(world: World) {
        world.set_clock(at("2026-05-01T08:59:30Z"));
        let old = scheduler(&world, schedule("15 * * * *"));
        let new = scheduler(&world, schedule("0 9 * * *"));
        tick(&new).await;
        tick(&old).await;
        world.turn_clock(minutes(1));
        tick(&new).await;
        tick(&old).await;
        tick(&new).await;
        assert_eq!(runs(&world).await, [at("2026-05-01T09:00:30Z")]);
    }

    async fn what_cannot_be_written_does_not_stop_the_others(world: World) {
        world.set_clock(at("2026-05-01T08:30:00Z"));
        let broken = Schedule::new("accounts.broken", "0 * * * *", || Broken);
        let both = [broken, schedule("0 * * * *")];
        let both = Scheduler::new(world.database(), world.clock(), both).expect("they can be used");
        tick(&both).await;
        world.turn_clock(minutes(30));
        let (next, lines) = told(tick(&both)).await;
        assert_eq!(next, at("2026-05-01T10:00:00Z"));
        assert!(lines.iter().any(|line| line.starts_with("ERROR schedule_failed")), "{lines:?}");
        assert_eq!(runs(&world).await.len(), 1);
    }

    async fn a_schedule_that_cannot_be_used_is_named(world: World) {
        let refused = |schedules: Vec<Schedule>| {
            Scheduler::new(world.database(), world.clock(), schedules).expect_err("it is refused")
        };
        let cron = refused(vec![schedule("0 25 * * *")]);
        assert_eq!(cron.to_string(), "the schedule \"accounts.close\" cannot be used");
        let reason = cron.source().expect("there is a reason").to_string();
        assert_eq!(reason, "the cron expression \"0 25 * * *\" is not valid");
        let zone = refused(vec![schedule("0 5 * * *").time_zone("Europe/Atlantis")]);
        assert!(matches!(zone, ScheduleError::Timetable("accounts.close", _)));
        let twice = refused(vec![schedule("0 5 * * *"), schedule("0 6 * * *")]);
        assert!(matches!(twice, ScheduleError::Duplicate("accounts.close")));
        let none = Scheduler::new(world.database(), world.clock(), []).expect("it is idle");
        assert_eq!(none.tick().await.expect("it ticks"), None);
    }
}

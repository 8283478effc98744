//! A clock that jumps: a day ahead, and a year back.

use std::{future::pending, time::Duration};

use ashlar_core::jobs::{Enqueue, JobId, table::State};
use ashlar_testkit::{World, on_each_database};
use sea_orm::EntityTrait;

use crate::{
    Effect, Trials, assert_each_once, count_in, effects, enqueue, eventually, jobs, prepare,
    until_completed, while_working,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

const LEASE: [(&str, &str); 1] = [("JOBS_LEASE", "2")];

on_each_database! {
    async fn jobs_that_run_and_wait_are_done_once(world: World) {
        prepare(&world).await;
        let today = world.now();
        let tomorrow = today + DAY;
        enqueue(&world, &effects(0..200, 25), today).await;
        let [one, other] = [0; 2].map(|_| jobs(&world, trials(&world, false).domain(), &LEASE));
        let jumps = async {
            for (done, now) in [(40, tomorrow), (80, tomorrow - YEAR), (120, today), (160, tomorrow)] {
                let is_done = async || count_in(&world, "state = 'completed'").await >= done;
                eventually("they work", is_done).await;
                world.set_clock(now);
            }
            until_completed(&world).await;
        };
        while_working(&one, while_working(&other, jumps)).await;
        assert_each_once(world.database().connection(), "effects", 0..200).await;
    }

    /// Its clock was a year ahead of what the others believe now.
    async fn a_dead_workers_lease_is_no_longer_than_any(world: World) {
        prepare(&world).await;
        let now = world.now();
        world.set_clock(now + YEAR);
        enqueue(&world, &effects(0..2, 0), world.now()).await;
        let stalling = jobs(&world, trials(&world, true).domain(), &LEASE);
        let is_at_work = async || count_in(&world, "state = 'running'").await == 2;
        tokio::select! {
            () = Box::pin(stalling.run(pending())) => unreachable!("nobody stops it"),
            () = eventually("it is at work", is_at_work) => {}
        }
        world.set_clock(now);
        let others = jobs(&world, trials(&world, false).domain(), &LEASE);
        while_working(&others, until_completed(&world)).await;
        assert_each_once(world.database().connection(), "effects", 0..2).await;
        assert_eq!(count_in(&world, "attempts = 2").await, 2);
    }

    async fn what_is_scheduled_comes_when_its_time_is_there(world: World) {
        prepare(&world).await;
        let today = world.now();
        let jobs = jobs(&world, trials(&world, false).domain(), &LEASE);
        let within_a_day = schedule(&world, 0, HOUR).await;
        let scenario = async {
            world.set_clock(today + DAY);
            until(&world, within_a_day, State::Completed).await;
            let later = schedule(&world, 1, HOUR).await;

            world.set_clock(today + DAY - YEAR);
            let soon = schedule(&world, 2, HOUR).await;
            world.turn_clock(HOUR);
            until(&world, soon, State::Completed).await;
            assert_eq!(state(&world, later).await, State::Scheduled);

            world.set_clock(today + DAY + HOUR);
            until(&world, later, State::Completed).await;
        };
        while_working(&jobs, scenario).await;
        assert_each_once(world.database().connection(), "effects", 0..3).await;
    }
}

fn trials(world: &World, stalls: bool) -> Trials {
    Trials {
        database: world.database(),
        clock: world.clock(),
        stalls,
    }
}

async fn schedule(world: &World, number: u32, after: Duration) -> JobId {
    let transaction = world.database().begin().await.unwrap();
    let effect = Effect { number, millis: 0 };
    let enqueue = Enqueue::new(&effect).after(after);
    let id = enqueue.within(&transaction, world.now()).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

async fn state(world: &World, id: JobId) -> State {
    let found = ashlar_core::jobs::table::Entity::find_by_id(id);
    let row = found.one(world.database().connection()).await;
    row.unwrap().expect("there is such a job").state
}

async fn until(world: &World, id: JobId, wanted: State) {
    eventually(wanted.as_str(), async || state(world, id).await == wanted).await;
}

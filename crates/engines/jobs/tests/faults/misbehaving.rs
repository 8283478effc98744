//! Jobs that panic, hang, block their thread, and fail, among many that do none of that.

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use ashlar_core::{
    domain::Domain,
    jobs::{
        Job, Perform, Run,
        table::{Column, Entity, Model, State},
    },
    retry::{Failure, Retry},
};
use ashlar_testkit::{World, on_each_database};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use crate::{count_in, enqueue, eventually, jobs, random, while_working};

const GOOD: u32 = 200;

/// How long the good ones may take in all, those included that a blocked thread takes along.
const REASONABLE: Duration = Duration::from_secs(15);

/// How long one of the bad ones may take, and what is said of one that takes longer.
const LIMIT: Duration = Duration::from_millis(200);
const TOO_LONG: &str = "it took longer than 0.2 s";

/// Longer than any retry waits.
const MINUTE: Duration = Duration::from_secs(60);

/// Notes its number after a while.
#[derive(Serialize, Deserialize)]
struct Good(u32);

impl Job for Good {
    const NAME: &'static str = "trial.good";
    /// One that shares its thread with a job that blocks it stands still until this is over, and is
    /// begun anew on another thread.
    const TIMEOUT: Duration = Duration::from_secs(1);
}

/// Is done at once, and may not take long.
#[derive(Serialize, Deserialize)]
struct Brief;

impl Job for Brief {
    const NAME: &'static str = "trial.brief";
    const TIMEOUT: Duration = LIMIT;
}

/// Misbehaves, each time.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Bad {
    Panics,
    Hangs,
    Fails,
}

impl Job for Bad {
    const NAME: &'static str = "trial.bad";
    const RETRY: Retry = Retry {
        attempts: 3,
        first: Duration::from_secs(10),
        longest: Duration::from_secs(15),
    };
    const TIMEOUT: Duration = LIMIT;
}

/// Never lets its thread go.
#[derive(Serialize, Deserialize)]
struct Blocks;

impl Job for Blocks {
    const NAME: &'static str = "trial.blocks";
    /// Each of its attempts costs a thread.
    const RETRY: Retry = Retry {
        attempts: 2,
        ..Bad::RETRY
    };
    const TIMEOUT: Duration = LIMIT;
}

#[derive(Clone)]
struct Trials {
    noted: Arc<Mutex<BTreeSet<u32>>>,
    /// Until the other end is gone, whoever receives from it blocks.
    blocked: Arc<Mutex<mpsc::Receiver<()>>>,
}

impl Trials {
    /// With what lets blocked threads go when it is dropped.
    fn new() -> (Self, mpsc::Sender<()>) {
        let (release, blocked) = mpsc::channel();
        let trials = Self {
            noted: Arc::default(),
            blocked: Arc::new(Mutex::new(blocked)),
        };
        (trials, release)
    }
}

impl Perform<Good> for Trials {
    async fn perform(&self, Good(number): Good, _: &Run) -> Result<(), Failure> {
        sleep(Duration::from_millis(random(20))).await;
        self.noted.lock().unwrap().insert(number);
        Ok(())
    }
}

impl Perform<Brief> for Trials {
    async fn perform(&self, _: Brief, _: &Run) -> Result<(), Failure> {
        Ok(())
    }
}

impl Perform<Bad> for Trials {
    async fn perform(&self, bad: Bad, _: &Run) -> Result<(), Failure> {
        match bad {
            Bad::Panics => panic!("out of cheese"),
            Bad::Hangs => std::future::pending().await,
            Bad::Fails => Err(io::Error::other("no luck").into()),
        }
    }
}

impl Perform<Blocks> for Trials {
    async fn perform(&self, _: Blocks, _: &Run) -> Result<(), Failure> {
        let _ = self.blocked.lock().unwrap().recv();
        Ok(())
    }
}

on_each_database! {
    async fn the_others_are_done_and_they_are_dead_in_the_end(world: World) {
        let (trials, release) = Trials::new();
        let settings = [("JOBS_CONCURRENCY", "8"), ("JOBS_THREADS", "4")];
        let jobs = jobs(&world, domain(&trials), &settings);
        let now = world.now();
        let good: Vec<Good> = (0..GOOD).map(Good).collect();
        let (first, last) = good.split_at(GOOD as usize / 2);
        enqueue(&world, first, now).await;
        enqueue(&world, &[Bad::Panics, Bad::Hangs, Bad::Fails], now).await;
        enqueue(&world, &[Blocks], now).await;
        enqueue(&world, last, now).await;

        let scenario = async {
            let begun = Instant::now();
            pass_time_until(&world, "name = 'trial.good' AND state <> 'completed'").await;
            assert!(begun.elapsed() < REASONABLE, "{:?}", begun.elapsed());
            assert_eq!(trials.noted.lock().unwrap().len(), GOOD as usize);
            pass_time_until(&world, "finished_at IS NULL").await;
        };
        while_working(&jobs, scenario).await;
        let expected = [("panicked: out of cheese", 3), (TOO_LONG, 3), ("no luck", 3), (TOO_LONG, 2)];
        assert_eq!(deaths(&world).await, expected.map(|(said, attempts)| (said.to_owned(), attempts)));
        drop(release);
    }

    /// Though it is longer than they may take.
    async fn the_wait_for_a_thread_is_not_their_time(world: World) {
        let (trials, release) = Trials::new();
        let jobs = jobs(&world, domain(&trials), &[("JOBS_CONCURRENCY", "8")]);
        let scenario = async {
            enqueue(&world, &[Blocks], world.now()).await;
            let is_blocked = async || trials.blocked.try_lock().is_err();
            eventually("a thread is blocked", is_blocked).await;
            enqueue(&world, &[const { Brief }; 100], world.now()).await;
            let brief = "name = 'trial.brief' AND state = 'completed' AND attempts = 1";
            let is_done = async || count_in(&world, "state IN ('pending', 'running')").await == 0;
            eventually("nothing is left", is_done).await;
            assert_eq!(count_in(&world, brief).await, 100);
        };
        while_working(&jobs, scenario).await;
        drop(release);
    }
}

fn domain(trials: &Trials) -> Domain {
    Domain::new("trial", "Tries things out")
        .performs::<Good>(trials.clone())
        .performs::<Brief>(trials.clone())
        .performs::<Bad>(trials.clone())
        .performs::<Blocks>(trials.clone())
}

/// Turns the clock whenever nothing is left to do now, until there is no job like `open` any more.
async fn pass_time_until(world: &World, open: &str) {
    eventually("all is over", async || {
        if count_in(world, "state IN ('pending', 'running')").await == 0 {
            world.turn_clock(MINUTE);
        }
        count_in(world, open).await == 0
    })
    .await;
}

/// What the last attempt at each dead job failed with, and how many there were. Of the attempts before, one may
/// have taken too long instead: the thread that it ran on was blocked before it could tell how it ended.
async fn deaths(world: &World) -> Vec<(String, usize)> {
    #[derive(Deserialize)]
    struct Entry {
        chain: [String; 1],
    }
    let dead = Entity::find()
        .filter(Column::State.eq(State::Failed))
        .order_by_asc(Column::Name)
        .order_by_desc(Column::Payload);
    let rows = dead.all(world.database().connection()).await.unwrap();
    let death = |row: Model| {
        let mut errors: Vec<Entry> = serde_json::from_str(&row.errors.unwrap()).unwrap();
        let attempts = errors.len();
        let Entry { chain: [said] } = errors.pop().expect("it failed");
        (said, attempts)
    };
    rows.into_iter().map(death).collect()
}

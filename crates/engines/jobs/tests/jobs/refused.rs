//! Domains that do not fit together.

use ashlar_core::{
    domain::Domain,
    jobs::{Job, Schedule},
    settings::{Reader, Source},
};
use ashlar_jobs::{Jobs, JobsError, JobsSettings};
use ashlar_testkit::{World, on_each_database};

use crate::{Trial, domain, trial};

on_each_database! {
    async fn two_who_perform_the_same_job_are_refused(world: World) {
        let one = domain(async |_: Trial, _| Ok(()));
        let other = domain(async |_: Trial, _| Ok(()));
        let error = put_together(&world, &[one, other]).unwrap_err();
        assert!(matches!(error, JobsError::PerformedTwice(Trial::NAME)), "{error}");
    }

    async fn a_schedule_whose_job_nobody_performs_is_refused(world: World) {
        let schedule = Schedule::new("trial.daily", "0 2 * * *", || trial(""));
        let domain = Domain::new("trial", "Tries things out").schedule(schedule);
        let error = put_together(&world, &[domain]).unwrap_err();
        let message = "nobody performs trial.try, the job of the schedule trial.daily";
        assert_eq!(error.to_string(), message);
    }
}

fn put_together(world: &World, domains: &[Domain]) -> Result<Jobs, JobsError> {
    let mut reader = Reader::new(Source::from_pairs([("APP_ENV", "test")]));
    let settings = JobsSettings::read(&mut reader);
    Jobs::new(world.database(), world.clock(), domains, &settings)
}

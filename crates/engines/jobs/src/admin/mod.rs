//! What an operator sees of jobs and schedules, and may do about them: for the routes and for the
//! command line.

mod schemas;
mod router;
mod service;
mod repository;
mod error;

use ashlar_core::{clock::Clock, database::Database, domain::Domain, principal::Permission};

pub use error::AdminError;
pub use schemas::{
    AttemptFailure, JobDetail, JobFilters, JobResponse, JobSort, ScheduleList, ScheduleResponse,
};
pub use service::JobAdmin;

/// To see jobs, with what is in them, and schedules.
pub struct ReadJobs;

impl Permission for ReadJobs {
    const NAME: &'static str = "jobs:read";
}

/// To retry and cancel jobs.
pub struct ManageJobs;

impl Permission for ManageJobs {
    const NAME: &'static str = "jobs:manage";
}

/// What the app mounts.
pub fn domain(database: Database, clock: Clock) -> Domain {
    JobAdmin::new(database, clock).domain()
}

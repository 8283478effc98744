#![doc = include_str!("../README.md")]

mod settings;
mod engine;
mod error;
mod repository;
mod worker;
mod scheduler;
mod admin;

pub use admin::{
    AdminError, AttemptFailure, JobAdmin, JobDetail, JobFilters, JobResponse, JobSort, ManageJobs,
    ReadJobs, ScheduleList, ScheduleResponse, domain,
};
pub use engine::Jobs;
pub use error::JobsError;
pub use scheduler::{ScheduleError, Scheduler, TimetableError};
pub use settings::{JobsSettings, QueueSize};

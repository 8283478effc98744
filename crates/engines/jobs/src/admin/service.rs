//! What an operator may do.

use ashlar_core::{
    clock::Clock,
    database::{Database, Work, violated_constraint},
    domain::Domain,
    jobs::{JobId, Schedule, table::State},
    page::{Page, PageRequest},
};
use sea_orm::DbErr;

use super::{
    AdminError, repository, router,
    schemas::{JobDetail, JobFilters, JobResponse, JobSort, ScheduleList, ScheduleResponse},
};
use crate::scheduler::{self, Timetable};

/// The jobs and schedules of the whole cluster, in an operator's hands.
#[derive(Clone, Debug)]
pub struct JobAdmin {
    database: Database,
    clock: Clock,
    schedules: Vec<Schedule>,
}

impl JobAdmin {
    /// The jobs in `database`.
    pub fn new(database: Database, clock: Clock) -> Self {
        Self {
            database,
            clock,
            schedules: Vec::new(),
        }
    }

    /// Lists these schedules too where no worker has seen them yet.
    pub fn with_schedules(mut self, schedules: impl IntoIterator<Item = Schedule>) -> Self {
        self.schedules.extend(schedules);
        self
    }

    /// What the app mounts.
    pub fn domain(self) -> Domain {
        Domain::new("jobs", "Jobs and schedules, for those who run the system")
            .table::<ashlar_core::jobs::table::Entity>()
            .table::<ashlar_core::jobs::background::table::Entity>()
            .table::<scheduler::table::Entity>()
            .state(self)
            .mount(router::routes())
    }

    /// A page of the jobs.
    ///
    /// # Errors
    ///
    /// Only unexpected ones.
    pub async fn list(
        &self,
        filters: &JobFilters,
        page: &PageRequest<JobSort>,
    ) -> Result<Page<JobResponse>, AdminError> {
        let page = repository::list(self.database.connection(), filters, page).await?;
        Ok(page.map(JobResponse::from))
    }

    /// A job, with its payload and its failures.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`].
    pub async fn read(&self, id: JobId) -> Result<JobDetail, AdminError> {
        let row = repository::find(self.database.connection(), id).await?;
        row.map(JobDetail::from).ok_or(AdminError::NotFound)
    }

    /// Has a failed or cancelled job done after all: at once, with all its attempts before it. Its
    /// failures so far stay with it.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`], [`AdminError::NotRetried`], [`AdminError::KeyTaken`].
    pub async fn retry(&self, id: JobId) -> Result<JobResponse, AdminError> {
        let now = self.clock.now();
        let retried = repository::retry(self.database.connection(), id, now)
            .await
            .map_err(key_taken)?;
        match retried {
            Some(row) => {
                self.database.wake(Work::Jobs);
                tracing::info!(job_id = %row.id, job = row.name, "job_retried");
                Ok(row.into())
            }
            None => Err(AdminError::NotRetried(self.state(id).await?)),
        }
    }

    /// Cancels a job: one that waits at once, one that runs as soon as its worker hears of it.
    ///
    /// # Errors
    ///
    /// [`AdminError::NotFound`], [`AdminError::NotCancelled`].
    pub async fn cancel(&self, id: JobId) -> Result<JobResponse, AdminError> {
        let now = self.clock.now();
        match repository::cancel(self.database.connection(), id, now).await? {
            Some(row) => {
                // The worker that runs it looks for this when it is woken.
                self.database.wake(Work::Jobs);
                tracing::info!(job_id = %row.id, job = row.name, "job_cancel_requested");
                Ok(row.into())
            }
            None => Err(AdminError::NotCancelled(self.state(id).await?)),
        }
    }

    /// Every schedule that a worker has seen, and those of this process.
    ///
    /// # Errors
    ///
    /// Only unexpected ones.
    pub async fn schedules(&self) -> Result<ScheduleList, AdminError> {
        let rows = scheduler::repository::all(self.database.connection()).await?;
        let mut data: Vec<_> = rows.into_iter().map(ScheduleResponse::from).collect();
        for schedule in &self.schedules {
            if data.iter().all(|known| known.id != schedule.id()) {
                data.push(self.unseen(schedule));
            }
        }
        data.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(ScheduleList { data })
    }

    /// A schedule that no worker has seen yet.
    fn unseen(&self, schedule: &Schedule) -> ScheduleResponse {
        let timetable = Timetable::parse(schedule.cron(), schedule.zone()).ok();
        ScheduleResponse {
            id: schedule.id().to_owned(),
            job: schedule.job().to_owned(),
            cron: schedule.cron().to_owned(),
            time_zone: schedule.zone().to_owned(),
            last_run_at: None,
            last_job_id: None,
            next_run_at: timetable.and_then(|timetable| timetable.next(self.clock.now())),
        }
    }

    /// The state of a job that a change did not fit.
    async fn state(&self, id: JobId) -> Result<State, AdminError> {
        let row = repository::find(self.database.connection(), id).await?;
        row.map(|row| row.state).ok_or(AdminError::NotFound)
    }
}

fn key_taken(error: DbErr) -> AdminError {
    match violated_constraint(&error).as_deref() {
        Some(repository::UNIQUE_KEY) => AdminError::KeyTaken,
        _ => error.into(),
    }
}

//! The routes: parse, call one service method, answer.

use actix_web::web::Data;
use ashlar_core::{
    http::{Body, Route},
    jobs::Enqueued,
    page::{ListQuery, Page},
    principal::Authorized,
    problem::Code,
    valid::PathId,
};

use super::{
    AdminError, JobAdmin, ManageJobs, ReadJobs,
    schemas::{JobDetail, JobFilters, JobResponse, JobSort, ScheduleList},
};

pub(super) fn routes() -> [Route; 5] {
    [
        Route::get("/admin/jobs", list)
            .named("list_jobs", "List jobs")
            .about("The newest first. Finished ones are kept for some days."),
        Route::get("/admin/jobs/{job_id}", read)
            .named("read_job", "Read a job with its payload and its failures")
            .fails(&[Code::NotFound]),
        Route::post("/admin/jobs/{job_id}/retry", retry)
            .named("retry_job", "Retry a failed or cancelled job")
            .about("It begins at once, with all its attempts before it.")
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::post("/admin/jobs/{job_id}/cancel", cancel)
            .named("cancel_job", "Cancel a job")
            .about("One that waits is cancelled at once; one that runs is told to end, and ended.")
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::get("/admin/schedules", schedules).named(
            "list_schedules",
            "List schedules with their last and next times",
        ),
    ]
}

async fn list(
    admin: Data<JobAdmin>,
    _: Authorized<ReadJobs>,
    query: ListQuery<JobFilters, JobSort>,
) -> Result<Page<JobResponse>, AdminError> {
    admin.list(&query.filters, &query.page).await
}

async fn read(
    admin: Data<JobAdmin>,
    _: Authorized<ReadJobs>,
    id: PathId<Enqueued>,
) -> Result<Body<JobDetail>, AdminError> {
    admin.read(id.0).await.map(Body)
}

async fn retry(
    admin: Data<JobAdmin>,
    _: Authorized<ManageJobs>,
    id: PathId<Enqueued>,
) -> Result<Body<JobResponse>, AdminError> {
    admin.retry(id.0).await.map(Body)
}

async fn cancel(
    admin: Data<JobAdmin>,
    _: Authorized<ManageJobs>,
    id: PathId<Enqueued>,
) -> Result<Body<JobResponse>, AdminError> {
    admin.cancel(id.0).await.map(Body)
}

async fn schedules(
    admin: Data<JobAdmin>,
    _: Authorized<ReadJobs>,
) -> Result<Body<ScheduleList>, AdminError> {
    admin.schedules().await.map(Body)
}

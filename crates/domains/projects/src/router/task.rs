//! The routes of tasks: under their project to list and add, on their own otherwise.

use actix_web::web::Data;
use ashlar_core::{
    http::{Created, NoContent, Route, Versioned},
    page::{ListQuery, Page},
    principal::Principal,
    problem::Code,
    valid::{ETag, IfMatch, PathId, ValidJson},
};

use crate::{
    error::ProjectError,
    model::{Project, Task},
    schemas::{
        TaskCreate, TaskDetail, TaskFilters, TaskReplace, TaskResponse, TaskSort, TaskUpdate,
    },
    service::Projects,
};

pub(super) fn routes() -> [Route; 6] {
    [
        Route::get("/projects/{project_id}/tasks", list)
            .named("list_tasks", "List a project's tasks")
            .fails(&[Code::NotFound]),
        Route::post("/projects/{project_id}/tasks", create)
            .named("create_task", "Add a task to a project")
            .fails(&[Code::NotFound]),
        Route::get("/tasks/{task_id}", read)
            .named("read_task", "Read a task")
            .about("With what the external tracker knows of it, when it is linked to one.")
            .fails(&[
                Code::NotFound,
                Code::BadUpstream,
                Code::UpstreamUnavailable,
                Code::UpstreamTimeout,
            ]),
        Route::put("/tasks/{task_id}", replace)
            .named("replace_task", "Replace a task")
            .about("Sets every field; what is absent takes its default.")
            .fails(&[Code::NotFound]),
        Route::patch("/tasks/{task_id}", update)
            .named("update_task", "Change a task")
            .about("Absent fields stay as they are; null clears. A change of nothing makes no new version.")
            .fails(&[Code::NotFound]),
        Route::delete("/tasks/{task_id}", delete)
            .named("delete_task", "Delete a task")
            .fails(&[Code::NotFound]),
    ]
}

async fn list(
    projects: Data<Projects>,
    owner: Principal,
    project: PathId<Project>,
    query: ListQuery<TaskFilters, TaskSort>,
) -> Result<Page<TaskResponse>, ProjectError> {
    projects
        .list_tasks(owner.user_id, project.0, &query.filters, &query.page)
        .await
}

async fn create(
    projects: Data<Projects>,
    owner: Principal,
    project: PathId<Project>,
    task: ValidJson<TaskCreate>,
) -> Result<Created<TaskResponse>, ProjectError> {
    let task = projects
        .create_task(owner.user_id, project.0, task.into_inner())
        .await?;
    Ok(Created {
        location: format!("/api/v1/tasks/{}", task.id),
        etag: ETag::of_version(task.version),
        body: task,
    })
}

async fn read(
    projects: Data<Projects>,
    owner: Principal,
    id: PathId<Task>,
) -> Result<Versioned<TaskDetail>, ProjectError> {
    let task = projects.read_task(owner.user_id, id.0).await?;
    let version = task.local.version;
    let etag = match &task.external {
        Some(external) => ETag::of_version_with(version, external),
        None => ETag::of_version(version),
    };
    Ok(Versioned { etag, body: task })
}

async fn replace(
    projects: Data<Projects>,
    owner: Principal,
    id: PathId<Task>,
    expected: IfMatch,
    task: ValidJson<TaskReplace>,
) -> Result<Versioned<TaskResponse>, ProjectError> {
    let changes = task.into_inner().into();
    projects
        .update_task(owner.user_id, id.0, &expected.0, changes)
        .await
        .map(versioned)
}

async fn update(
    projects: Data<Projects>,
    owner: Principal,
    id: PathId<Task>,
    expected: IfMatch,
    changes: ValidJson<TaskUpdate>,
) -> Result<Versioned<TaskResponse>, ProjectError> {
    let changes = changes.into_inner();
    projects
        .update_task(owner.user_id, id.0, &expected.0, changes)
        .await
        .map(versioned)
}

async fn delete(
    projects: Data<Projects>,
    owner: Principal,
    id: PathId<Task>,
    expected: IfMatch,
) -> Result<NoContent, ProjectError> {
    projects
        .delete_task(owner.user_id, id.0, &expected.0)
        .await?;
    Ok(NoContent)
}

fn versioned(task: TaskResponse) -> Versioned<TaskResponse> {
    Versioned {
        etag: ETag::of_version(task.version),
        body: task,
    }
}

//! The routes of projects.

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
    model::Project,
    schemas::{
        ProjectCreate, ProjectFilters, ProjectReplace, ProjectResponse, ProjectSort, ProjectUpdate,
    },
    service::Projects,
};

pub(super) fn routes() -> [Route; 6] {
    [
        Route::get("/projects", list).named("list_projects", "List your projects"),
        Route::post("/projects", create)
            .named("create_project", "Create a project")
            .fails(&[Code::Conflict]),
        Route::get("/projects/{project_id}", read)
            .named("read_project", "Read a project")
            .fails(&[Code::NotFound]),
        Route::put("/projects/{project_id}", replace)
            .named("replace_project", "Replace a project")
            .about("Sets every changeable field; what is absent is cleared. The slug stays.")
            .fails(&[Code::NotFound]),
        Route::patch("/projects/{project_id}", update)
            .named("update_project", "Change a project")
            .about("Absent fields stay as they are; null clears. A change of nothing makes no new version.")
            .fails(&[Code::NotFound]),
        Route::delete("/projects/{project_id}", delete)
            .named("delete_project", "Delete a project and its tasks")
            .fails(&[Code::NotFound]),
    ]
}

async fn list(
    projects: Data<Projects>,
    owner: Principal,
    query: ListQuery<ProjectFilters, ProjectSort>,
) -> Result<Page<ProjectResponse>, ProjectError> {
    projects
        .list(owner.user_id, &query.filters, &query.page)
        .await
}

async fn create(
    projects: Data<Projects>,
    owner: Principal,
    project: ValidJson<ProjectCreate>,
) -> Result<Created<ProjectResponse>, ProjectError> {
    let project = projects.create(owner.user_id, project.into_inner()).await?;
    Ok(Created {
        location: format!("/api/v1/projects/{}", project.id),
        etag: ETag::of_version(project.version),
        body: project,
    })
}

async fn read(
    projects: Data<Projects>,
    owner: Principal,
    id: PathId<Project>,
) -> Result<Versioned<ProjectResponse>, ProjectError> {
    projects.read(owner.user_id, id.0).await.map(versioned)
}

async fn replace(
    projects: Data<Projects>,
    owner: Principal,
    id: PathId<Project>,
    expected: IfMatch,
    project: ValidJson<ProjectReplace>,
) -> Result<Versioned<ProjectResponse>, ProjectError> {
    let changes = project.into_inner().into();
    projects
        .update(owner.user_id, id.0, &expected.0, changes)
        .await
        .map(versioned)
}

async fn update(
    projects: Data<Projects>,
    owner: Principal,
    id: PathId<Project>,
    expected: IfMatch,
    changes: ValidJson<ProjectUpdate>,
) -> Result<Versioned<ProjectResponse>, ProjectError> {
    let changes = changes.into_inner();
    projects
        .update(owner.user_id, id.0, &expected.0, changes)
        .await
        .map(versioned)
}

async fn delete(
    projects: Data<Projects>,
    owner: Principal,
    id: PathId<Project>,
    expected: IfMatch,
) -> Result<NoContent, ProjectError> {
    projects.delete(owner.user_id, id.0, &expected.0).await?;
    Ok(NoContent)
}

fn versioned(project: ProjectResponse) -> Versioned<ProjectResponse> {
    Versioned {
        etag: ETag::of_version(project.version),
        body: project,
    }
}

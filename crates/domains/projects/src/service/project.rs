//! The use cases of projects.

use ashlar_core::{
    database::{Transaction, violated_constraint},
    page::{Page, PageRequest},
    principal::UserId,
    problem::Unexpected,
    record::Expected,
};
use sea_orm::DbErr;

use super::Projects;
use crate::{
    entity::project::Model,
    error::ProjectError,
    model::ProjectId,
    repository::project,
    schemas::{ProjectCreate, ProjectFilters, ProjectResponse, ProjectSort, ProjectUpdate},
};

impl Projects {
    /// A page of `owner`'s projects.
    ///
    /// # Errors
    ///
    /// Only unexpected ones.
    pub async fn list(
        &self,
        owner: UserId,
        filters: &ProjectFilters,
        page: &PageRequest<ProjectSort>,
    ) -> Result<Page<ProjectResponse>, ProjectError> {
        let page = project::list(self.db.connection(), owner, filters, page).await?;
        Ok(page.map(ProjectResponse::from))
    }

    /// Creates a project of `owner`.
    ///
    /// # Errors
    ///
    /// [`ProjectError::SlugTaken`].
    pub async fn create(
        &self,
        owner: UserId,
        project: ProjectCreate,
    ) -> Result<ProjectResponse, ProjectError> {
        let now = self.clock.now();
        let row = project::insert(self.db.connection(), owner, project, now)
            .await
            .map_err(slug_taken)?;
        Ok(row.into())
    }

    /// One of `owner`'s projects.
    ///
    /// # Errors
    ///
    /// [`ProjectError::ProjectNotFound`].
    pub async fn read(
        &self,
        owner: UserId,
        id: ProjectId,
    ) -> Result<ProjectResponse, ProjectError> {
        let row = self.by_id.get(id).await.map_err(Unexpected::from)?;
        row.filter(|row| row.owner_id == owner)
            .map(ProjectResponse::from)
            .ok_or(ProjectError::ProjectNotFound)
    }

    /// Changes one of `owner`'s projects, if it is at an expected version.
    ///
    /// # Errors
    ///
    /// [`ProjectError::ProjectNotFound`], [`ProjectError::Stale`].
    pub async fn update(
        &self,
        owner: UserId,
        id: ProjectId,
        expected: &Expected,
        changes: ProjectUpdate,
    ) -> Result<ProjectResponse, ProjectError> {
        if changes.is_empty() {
            return self.unchanged(owner, id, expected).await;
        }
        let now = self.clock.now();
        match project::update(self.db.connection(), owner, id, expected, changes, now).await? {
            Some(row) => Ok(row.into()),
            None => Err(self.why_not(owner, id).await),
        }
    }

    /// Deletes one of `owner`'s projects, and its tasks with it, if it is at an expected version.
    ///
    /// # Errors
    ///
    /// [`ProjectError::ProjectNotFound`], [`ProjectError::Stale`].
    pub async fn delete(
        &self,
        owner: UserId,
        id: ProjectId,
        expected: &Expected,
    ) -> Result<(), ProjectError> {
        let now = self.clock.now();
        if project::delete(self.db.connection(), owner, id, expected, now).await? {
            return Ok(());
        }
        Err(self.why_not(owner, id).await)
    }

    /// Deletes every project of a user who is gone, and their tasks with them.
    ///
    /// # Errors
    ///
    /// Only unexpected ones.
    pub async fn forget_owner(
        &self,
        transaction: &Transaction,
        owner: UserId,
    ) -> Result<(), ProjectError> {
        let deleted = project::delete_all(transaction, owner, self.clock.now()).await?;
        tracing::info!(user_id = %owner, deleted, "projects_of_user_deleted");
        Ok(())
    }

    /// What an empty change answers: it makes no new version.
    async fn unchanged(
        &self,
        owner: UserId,
        id: ProjectId,
        expected: &Expected,
    ) -> Result<ProjectResponse, ProjectError> {
        let project = self.read(owner, id).await?;
        if !expected.allows(project.version) {
            return Err(ProjectError::Stale);
        }
        Ok(project)
    }

    /// Why a change met no row: the project is gone, or it has another version.
    async fn why_not(&self, owner: UserId, id: ProjectId) -> ProjectError {
        match project::exists(self.db.connection(), owner, id).await {
            Ok(true) => ProjectError::Stale,
            Ok(false) => ProjectError::ProjectNotFound,
            Err(error) => error.into(),
        }
    }
}

fn slug_taken(error: DbErr) -> ProjectError {
    match violated_constraint(&error).as_deref() {
        Some(project::UNIQUE_SLUG) => ProjectError::SlugTaken,
        _ => error.into(),
    }
}

impl From<Model> for ProjectResponse {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            owner_id: row.owner_id,
            name: row.name,
            description: row.description,
            slug: row.slug,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

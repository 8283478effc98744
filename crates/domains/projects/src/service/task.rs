//! The use cases of tasks. A task is read and changed by its project's owner.

use ashlar_core::{
    page::{Page, PageRequest},
    principal::UserId,
    record::Expected,
};

use super::Projects;
use crate::{
    entity::task::Model,
    error::ProjectError,
    model::{ProjectId, TaskId},
    repository::task,
    schemas::{TaskCreate, TaskDetail, TaskFilters, TaskResponse, TaskSort, TaskUpdate},
};

impl Projects {
    /// A page of the tasks of one of `owner`'s projects.
    ///
    /// # Errors
    ///
    /// [`ProjectError::ProjectNotFound`].
    pub async fn list_tasks(
        &self,
        owner: UserId,
        project: ProjectId,
        filters: &TaskFilters,
        page: &PageRequest<TaskSort>,
    ) -> Result<Page<TaskResponse>, ProjectError> {
        self.read(owner, project).await?;
        let page = task::list(self.db.connection(), project, filters, page).await?;
        Ok(page.map(TaskResponse::from))
    }

    /// Adds a task to one of `owner`'s projects.
    ///
    /// # Errors
    ///
    /// [`ProjectError::ProjectNotFound`], [`ProjectError::UnknownAssignee`].
    pub async fn create_task(
        &self,
        owner: UserId,
        project: ProjectId,
        task: TaskCreate,
    ) -> Result<TaskResponse, ProjectError> {
        self.read(owner, project).await?;
        self.check_assignee(task.assignee_id).await?;
        let row = task::insert(self.db.connection(), project, task, self.clock.now()).await?;
        Ok(row.into())
    }

    /// A task, with what the external tracker knows of it.
    ///
    /// # Errors
    ///
    /// [`ProjectError::TaskNotFound`], [`ProjectError::Tracker`].
    pub async fn read_task(&self, owner: UserId, id: TaskId) -> Result<TaskDetail, ProjectError> {
        let local = self.find_task(owner, id).await?;
        let external = match (&self.tracker, &local.external_task_id) {
            (Some(tracker), Some(external)) => Some(tracker.detail(external).await?),
            _ => None,
        };
        Ok(TaskDetail { local, external })
    }

    /// Changes a task, if it is at an expected version.
    ///
    /// # Errors
    ///
    /// [`ProjectError::TaskNotFound`], [`ProjectError::UnknownAssignee`], [`ProjectError::Stale`].
    pub async fn update_task(
        &self,
        owner: UserId,
        id: TaskId,
        expected: &Expected,
        changes: TaskUpdate,
    ) -> Result<TaskResponse, ProjectError> {
        if changes.is_empty() {
            let task = self.find_task(owner, id).await?;
            return if expected.allows(task.version) {
                Ok(task)
            } else {
                Err(ProjectError::Stale)
            };
        }
        self.check_assignee(changes.new_assignee()).await?;
        let now = self.clock.now();
        match task::update(self.db.connection(), owner, id, expected, changes, now).await? {
            Some(row) => Ok(row.into()),
            None => Err(self.why_no_task(owner, id).await),
        }
    }

    /// Deletes a task, if it is at an expected version.
    ///
    /// # Errors
    ///
    /// [`ProjectError::TaskNotFound`], [`ProjectError::Stale`].
    pub async fn delete_task(
        &self,
        owner: UserId,
        id: TaskId,
        expected: &Expected,
    ) -> Result<(), ProjectError> {
        let now = self.clock.now();
        if task::delete(self.db.connection(), owner, id, expected, now).await? {
            return Ok(());
        }
        Err(self.why_no_task(owner, id).await)
    }

    async fn find_task(&self, owner: UserId, id: TaskId) -> Result<TaskResponse, ProjectError> {
        let row = task::find(self.db.connection(), owner, id).await?;
        row.map(TaskResponse::from)
            .ok_or(ProjectError::TaskNotFound)
    }

    async fn check_assignee(&self, assignee: Option<UserId>) -> Result<(), ProjectError> {
        match assignee {
            Some(user) if !self.directory.exists(user).await? => Err(ProjectError::UnknownAssignee),
            _ => Ok(()),
        }
    }

    /// Why a change met no row: the task is gone, or it has another version.
    async fn why_no_task(&self, owner: UserId, id: TaskId) -> ProjectError {
        match self.find_task(owner, id).await {
            Ok(_) => ProjectError::Stale,
            Err(error) => error,
        }
    }
}

impl From<Model> for TaskResponse {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            project_id: row.project_id,
            title: row.title,
            status: row.status,
            priority: row.priority,
            due_date: row.due_date,
            assignee_id: row.assignee_id,
            external_task_id: row.external_task_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

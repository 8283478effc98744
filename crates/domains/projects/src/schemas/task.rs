//! A task on the wire.

use ashlar_core::{
    calendar::Day,
    page::{Direction, SortKey},
    principal::UserId,
    valid::Change,
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Priority, ProjectId, Status, TaskId};

/// A new task.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskCreate {
    /// What is to be done.
    #[garde(length(chars, min = 1, max = 200))]
    #[schemars(example = &"Order the stone")]
    pub title: String,
    /// How far it is.
    #[serde(default)]
    #[garde(skip)]
    pub status: Status,
    /// How much it matters.
    #[serde(default)]
    #[garde(skip)]
    pub priority: Priority,
    /// The day by which it is to be done.
    #[serde(default)]
    #[garde(skip)]
    pub due_date: Option<Day>,
    /// Who does it: a registered user.
    #[serde(default)]
    #[garde(skip)]
    pub assignee_id: Option<UserId>,
    /// Its id in the external tracker; not `.` or `..`, which are no ids in a URL.
    #[serde(default)]
    #[garde(
        length(chars, min = 1, max = 100),
        pattern(r"^(?:[^.\x00][^\x00]*|\.[^.\x00][^\x00]*|\.\.[^\x00]+)$")
    )]
    pub external_task_id: Option<String>,
}

/// A task as a whole (PUT): an absent field takes its default.
pub type TaskReplace = TaskCreate;

/// Changes to a task (PATCH): absent fields stay, null clears.
#[derive(Debug, Default, PartialEq, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskUpdate {
    /// What is to be done.
    #[garde(length(chars, min = 1, max = 200))]
    pub title: Change<String>,
    /// How far it is.
    #[garde(skip)]
    pub status: Change<Status>,
    /// How much it matters.
    #[garde(skip)]
    pub priority: Change<Priority>,
    /// The day by which it is to be done.
    #[garde(skip)]
    pub due_date: Change<Option<Day>>,
    /// Who does it: a registered user.
    #[garde(skip)]
    pub assignee_id: Change<Option<UserId>>,
    /// Its id in the external tracker.
    #[garde(
        length(chars, min = 1, max = 100),
        pattern(r"^(?:[^.\x00][^\x00]*|\.[^.\x00][^\x00]*|\.\.[^\x00]+)$")
    )]
    pub external_task_id: Change<Option<String>>,
}

impl TaskUpdate {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Who shall do it from now on, if the change says so.
    pub fn new_assignee(&self) -> Option<UserId> {
        match self.assignee_id {
            Change::Set(assignee) => assignee,
            Change::Keep => None,
        }
    }
}

impl From<TaskReplace> for TaskUpdate {
    fn from(whole: TaskReplace) -> Self {
        Self {
            title: Change::Set(whole.title),
            status: Change::Set(whole.status),
            priority: Change::Set(whole.priority),
            due_date: Change::Set(whole.due_date),
            assignee_id: Change::Set(whole.assignee_id),
            external_task_id: Change::Set(whole.external_task_id),
        }
    }
}

/// A task.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TaskResponse {
    /// Its id.
    pub id: TaskId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// What is to be done.
    pub title: String,
    /// How far it is.
    pub status: Status,
    /// How much it matters.
    pub priority: Priority,
    /// The day by which it is to be done.
    pub due_date: Option<Day>,
    /// Who does it.
    pub assignee_id: Option<UserId>,
    /// Its id in the external tracker.
    pub external_task_id: Option<String>,
    /// Counts its changes; the `ETag` is made of it.
    pub version: i64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A task with what the external tracker knows of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskDetail {
    /// The task itself.
    pub local: TaskResponse,
    /// The tracker's answer as it is; null when the task is not linked, or no tracker is set up.
    pub external: Option<serde_json::Value>,
}

/// Which tasks to list.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskFilters {
    /// Those that are this far.
    #[garde(skip)]
    pub status: Option<Status>,
    /// Those that matter this much.
    #[garde(skip)]
    pub priority: Option<Priority>,
    /// Those that this user does.
    #[garde(skip)]
    pub assignee_id: Option<UserId>,
    /// Those due before this day.
    #[garde(skip)]
    pub due_before: Option<Day>,
    /// Those due after this day.
    #[garde(skip)]
    pub due_after: Option<Day>,
    /// Those whose title contains this, in whatever case.
    #[garde(length(chars, min = 1, max = 200))]
    pub q: Option<String>,
}

/// What tasks can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskSort {
    /// When they were created.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
    /// Their title.
    Title,
    /// How much they matter.
    Priority,
    /// When they are due; those without a day come last.
    DueDate,
}

impl SortKey for TaskSort {
    const ALL: &'static [Self] = &[
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::Title,
        Self::Priority,
        Self::DueDate,
    ];
    const DEFAULT: (Self, Direction) = (Self::CreatedAt, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Title => "title",
            Self::Priority => "priority",
            Self::DueDate => "due_date",
        }
    }
}

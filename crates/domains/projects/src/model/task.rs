//! A task's value types.

use ashlar_core::{
    ids::{Id, Identified},
    stored::Unknown,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Marks the ids of tasks.
pub enum Task {}

impl Identified for Task {
    const PARAMETER: &'static str = "task_id";
}

/// The id of a task.
pub type TaskId = Id<Task>;

/// How far a task is. Any may follow any: people reopen what was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TaskStatus")]
pub enum Status {
    /// Not begun.
    #[default]
    Todo,
    /// Begun.
    InProgress,
    /// Done.
    Done,
    /// Not to be done any more.
    Cancelled,
}

/// How much a task matters. Sorted from low to urgent.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TaskPriority")]
pub enum Priority {
    /// When there is time.
    Low,
    /// As it comes.
    #[default]
    Medium,
    /// Before others.
    High,
    /// Now.
    Urgent,
}

impl Status {
    pub(crate) const ALL: [Self; 4] = [Self::Todo, Self::InProgress, Self::Done, Self::Cancelled];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::InProgress => "in_progress",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

impl From<Priority> for i16 {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Low => 1,
            Priority::Medium => 2,
            Priority::High => 3,
            Priority::Urgent => 4,
        }
    }
}

impl TryFrom<i16> for Priority {
    type Error = Unknown;

    fn try_from(rank: i16) -> Result<Self, Unknown> {
        match rank {
            1 => Ok(Self::Low),
            2 => Ok(Self::Medium),
            3 => Ok(Self::High),
            4 => Ok(Self::Urgent),
            _ => Err(Unknown("task priority")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::try_from(String::from(status)).unwrap(), status);
        }
        for rank in 1..=4 {
            assert_eq!(i16::from(Priority::try_from(rank).unwrap()), rank);
        }
        assert!(Priority::try_from(5).is_err());
        assert!(Status::try_from("paused".to_owned()).is_err());
    }

    #[test]
    fn a_status_is_spelled_alike_in_json_and_in_the_table() {
        for status in Status::ALL {
            let json = serde_json::to_value(status).unwrap();
            assert_eq!(json, String::from(status));
        }
    }

    #[test]
    fn urgent_outranks_low() {
        assert!(Priority::Urgent > Priority::Low);
        assert!(i16::from(Priority::Urgent) > i16::from(Priority::Low));
    }
}

//! The use cases, each to be read from top to bottom.

mod project;
mod task;

use std::{fmt, sync::Arc};

use ashlar_core::{
    clock::Clock,
    database::{Database, Loader},
};

use crate::{
    entity::project::Model,
    model::ProjectId,
    ports::{Directory, Tracker},
    repository,
};

/// Projects and their tasks. Cheap to clone.
#[derive(Clone)]
pub struct Projects {
    db: Database,
    clock: Clock,
    by_id: Loader<ProjectId, Model>,
    directory: Arc<dyn Directory>,
    tracker: Option<Arc<dyn Tracker>>,
}

impl Projects {
    /// The service. Without a `tracker` no task has an external detail.
    pub fn new(
        db: Database,
        clock: Clock,
        directory: Arc<dyn Directory>,
        tracker: Option<Arc<dyn Tracker>>,
    ) -> Self {
        let connection = db.connection().clone();
        let find = move |ids| {
            let connection = connection.clone();
            async move { repository::project::find(&connection, ids).await }
        };
        Self {
            by_id: Loader::new(find, |project| project.id),
            db,
            clock,
            directory,
            tracker,
        }
    }
}

impl fmt::Debug for Projects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Projects").finish_non_exhaustive()
    }
}

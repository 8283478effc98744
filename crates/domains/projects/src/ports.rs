//! What this crate needs from outside. The app supplies both.

use std::{future::Future, pin::Pin};

use ashlar_core::{client::UpstreamError, principal::UserId, problem::Unexpected};
use serde_json::Value;

/// What a port's method returns: it is called through a `dyn`.
pub type Answer<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// Knows the users.
pub trait Directory: Send + Sync + 'static {
    /// Whether `user` is registered and not deleted.
    fn exists(&self, user: UserId) -> Answer<'_, bool, Unexpected>;
}

/// The tracker that some tasks are mirrored in.
pub trait Tracker: Send + Sync + 'static {
    /// What the tracker knows of the task that it calls `external_task_id`.
    fn detail<'a>(&'a self, external_task_id: &'a str) -> Answer<'a, Value, UpstreamError>;
}

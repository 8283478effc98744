//! What this crate needs from outside. The app supplies it.

use std::{collections::HashMap, future::Future, pin::Pin};

use ashlar_core::{principal::UserId, problem::Unexpected};

/// The names of users, by their ids.
pub type Names = HashMap<UserId, String>;

/// What a port's method returns: it is called through a `dyn`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unexpected>> + Send + 'a>>;

/// Knows who writes posts.
pub trait Authors: Send + Sync + 'static {
    /// What those of `users` are called who are registered and not deleted, at once: a page of
    /// posts asks one time, for 100 users at most, none of them twice.
    fn display_names(&self, users: Vec<UserId>) -> Answer<'_, Names>;
}

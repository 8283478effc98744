#![doc = include_str!("../README.md")]

pub mod model;
pub mod schemas;
mod router;
mod service;
mod repository;
mod entity;
mod error;
mod events;
mod jobs;
pub mod ports;

use ashlar_contracts::posts::{PostCreated, PostDeleted, PostPublished, PostUpdated};
use ashlar_core::domain::Domain;

use crate::{events::ForgetAuthor, jobs::DeletePosts};

pub use error::PostError;
pub use service::Posts;

/// What the app mounts.
pub fn domain(posts: Posts) -> Domain {
    Domain::new("posts", "Posts and who wrote them")
        .table::<entity::Entity>()
        .state(posts.clone())
        .mount(router::routes())
        .publishes::<PostCreated>()
        .publishes::<PostUpdated>()
        .publishes::<PostPublished>()
        .publishes::<PostDeleted>()
        .handles("posts.forget_author", ForgetAuthor(posts.clone()))
        .performs(DeletePosts(posts))
}

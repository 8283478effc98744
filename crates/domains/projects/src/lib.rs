#![doc = include_str!("../README.md")]

pub mod model;
pub mod schemas;
mod router;
mod service;
mod repository;
mod entity;
mod error;
mod events;
pub mod ports;
mod tracker;
mod settings;

use ashlar_core::domain::Domain;

use crate::events::ForgetOwner;

pub use error::ProjectError;
pub use service::Projects;
pub use settings::ProjectsSettings;
pub use tracker::HttpTracker;

/// What the app mounts.
pub fn domain(projects: Projects) -> Domain {
    Domain::new("projects", "Projects and their tasks")
        .table::<entity::project::Entity>()
        .table::<entity::task::Entity>()
        .state(projects.clone())
        .mount(router::routes())
        .handles("projects.forget_owner", ForgetOwner(projects))
}

#![doc = include_str!("../README.md")]

pub mod model;
pub mod schemas;
mod router;
mod service;
mod repository;
mod entity;
mod error;
pub mod ports;
mod tracker;
mod settings;

use ashlar_core::domain::Domain;

pub use error::ProjectError;
pub use service::Projects;
pub use settings::ProjectsSettings;
pub use tracker::HttpTracker;

/// What the app mounts.
pub fn domain(projects: Projects) -> Domain {
    Domain::new("projects", "Projects and their tasks")
        .state(projects)
        .mount(router::routes())
}

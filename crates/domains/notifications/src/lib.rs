#![doc = include_str!("../README.md")]

pub mod ports;

mod model;
mod letter;
mod templates;
mod message;
mod schemas;
mod router;
mod service;
mod events;
mod jobs;
mod smtp;
mod repository;
mod entity;
mod error;
mod settings;
mod domain;

pub use domain::domain;
pub use error::NotificationsError;
pub use service::Notifications;
pub use settings::NotificationsSettings;
pub use smtp::{Security, SmtpUrl};

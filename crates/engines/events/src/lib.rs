#![doc = include_str!("../README.md")]

mod engine;
mod broker;
mod relay;
mod consumers;
mod retries;
mod prune;
mod health;
mod repository;
mod entity;
mod settings;
mod error;

pub mod dead_letters;
#[cfg(feature = "kafka")]
pub mod kafka;

pub use broker::{Broker, BrokerError, InProcess, Publishing};
pub use consumers::{Group, Groups};
pub use dead_letters::{DeadLetters, ManageEvents, ReadEvents, domain};
pub use engine::Events;
pub use error::EventsError;
pub use health::BrokerHealth;
pub use prune::Pruned;
pub use settings::EventsSettings;

#![doc = include_str!("../README.md")]

pub mod settings;
pub mod compose;
pub mod workers;
mod adapters;
mod database;
pub mod command;

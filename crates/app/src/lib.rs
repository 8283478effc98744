#![doc = include_str!("../README.md")]

pub mod settings;
pub mod compose;
mod adapters;
mod database;
pub mod command;

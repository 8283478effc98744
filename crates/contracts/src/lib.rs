#![doc = include_str!("../README.md")]

pub mod posts;
pub mod users;

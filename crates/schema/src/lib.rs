#![doc = include_str!("../README.md")]

mod declared;
mod difference;
mod discover;
mod error;
mod kind;
mod model;
mod owners;
mod rename;
mod scratch;
mod sql;
mod step;
mod unindexed;
mod write;

pub use declared::{Declared, build};
pub use difference::{Difference, difference};
pub use discover::{discover, discover_beside};
pub use error::Error;
pub use model::{Both, Column, ForeignKey, Index, Key, Schema, Table};
pub use owners::Owners;
pub use rename::Rename;
pub use scratch::Scratch;
pub use step::{Rework, Step};
pub use unindexed::unindexed;
pub use write::{File, files};

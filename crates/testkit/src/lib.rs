#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "only ever linked into tests, and a test fails by panicking"
)]

mod each;
mod world;
mod app;
mod client;
mod contract;
mod database;
mod engines;
mod published;
mod scratch;
mod statements;
mod tokens;

pub mod certificate;
pub mod measure;
pub mod process;
pub mod queries;
pub mod upstream;

pub use app::TestApp;
pub use certificate::{Certificate, certificate};
pub use client::{TestClient, TestRequest, TestResponse};
pub use contract::Contract;
pub use each::{Backend, run};
pub use engines::Engines;
pub use process::AshlarProcess;
pub use published::Published;
pub use scratch::Scratch;
pub use tokens::Tokens;
pub use world::World;

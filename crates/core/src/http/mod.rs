//! HTTP: how handlers are mounted and answer, the middleware around them, and the server.

mod answer;
mod api;
mod asset;
mod client_info;
mod docs;
mod edge;
mod gate;
mod mount;
mod origin;
mod negotiated;
mod route;
mod server;

pub use answer::{Accepted, Answer, Body, Created, NoContent, Versioned};
pub use api::{Api, Conflict, PREFIX, Parts};
pub use asset::Asset;
pub use client_info::ClientInfo;
pub use route::{Arguments, Endpoint, Route};
pub use server::{Server, ServerHandle, StartError};

pub(crate) use answer::write;
pub(crate) use negotiated::Negotiated;

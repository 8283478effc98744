//! HTTP: how handlers are mounted and answer, the middleware around them, and the server.

mod answer;
mod api;
mod asset;
mod client_info;
mod cookie;
mod docs;
mod edge;
mod forwarded;
mod gate;
mod json_lines;
mod mount;
mod origin;
mod negotiated;
mod route;
mod server;

pub use answer::{Accepted, Answer, Body, Created, Issued, NoContent, Published, Versioned};
pub use api::{Api, Conflict, PREFIX, Parts};
pub use asset::Asset;
pub use client_info::ClientInfo;
pub use cookie::{Ambiguous, SetCookie, WithCookies, cookie};
pub use json_lines::JsonLines;
pub use route::{Arguments, Endpoint, Route};
pub use server::{Server, ServerHandle, StartError};

pub(crate) use answer::write;
pub(crate) use negotiated::Negotiated;

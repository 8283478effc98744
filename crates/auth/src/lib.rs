#![doc = include_str!("../README.md")]

pub mod model;
pub mod keys;
pub mod settings;
pub mod schemas;
pub mod error;
pub mod service;

mod auth;
mod events;
mod jobs;
mod page;
mod router;
mod authenticator;
mod cookies;
mod audit;
mod api_key;
mod known_keys;
mod last_uses;
mod passkey_upkeep;
mod provider;
mod opaque;
mod token;
mod refresh_token;
mod account_token;
mod recovery_code;
mod standing;
mod remembered;
mod totp;
mod webauthn;
mod password;
#[cfg(test)]
mod entropy;
mod repository;
mod entity;

pub use crate::auth::{Auth, AuthParts};

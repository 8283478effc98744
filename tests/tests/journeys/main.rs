//! Journeys: the real binary, driven as its users do.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod tour;
mod start;
mod refusals;
mod commands;
mod stop;
mod two_processes;
mod admin;
mod docs_pages;
mod browser;
mod keys;
mod log;
mod mail;
mod roles;
mod seed;
mod killed;
mod several;
mod outage;
mod kafka;
mod admin_work;
mod audit;
mod auth_jwks;
mod auth_mails;
mod auth_roles;
mod auth_sessions;

mod broker;
mod command;
mod people;
mod records;
mod services;

//! Settings: from the environment, then `.env`, then defaults; validated as a whole, every problem
//! told at once with its variable's name.
//!
//! A crate that needs settings owns a small struct with `fn read(reader: &mut Reader) -> Self`.
//! The composition root makes one [`Reader`], lets every struct read, and calls
//! [`Reader::finish`]: the program starts when that says [`Effective`] and not when it says
//! [`Problems`].
//!
//! ```
//! use std::time::Duration;
//! use ashlar_core::settings::{Reader, Source};
//!
//! struct Greeting { text: String, pause: Duration }
//!
//! impl Greeting {
//!     fn read(reader: &mut Reader) -> Self {
//!         reader.section("Greeting");
//!         Self {
//!             text: reader.var("GREETING_TEXT", "What is said first").default("Hello".to_owned()),
//!             pause: reader
//!                 .seconds("GREETING_PAUSE", "Silence before it, in seconds")
//!                 .range(..=Duration::from_secs(10))
//!                 .default(Duration::ZERO),
//!         }
//!     }
//! }
//!
//! let mut reader = Reader::new(Source::from_pairs([("GREETING_PAUSE", "0.5")]));
//! let greeting = Greeting::read(&mut reader);
//! let effective = reader.finish()?;
//! assert_eq!(greeting.pause, Duration::from_millis(500));
//! assert_eq!(greeting.text, "Hello");
//! assert!(effective.example().contains("#GREETING_TEXT=Hello"));
//! # Ok::<(), ashlar_core::settings::Problems>(())
//! ```

mod app;
mod cors;
mod database;
mod dotenv;
mod http;
mod log;
mod mask;
mod nearest;
mod proxies;
mod reader;
mod report;
mod secret_key;
mod source;
mod value;
mod var;

#[cfg(test)]
mod tests;

pub use self::{
    app::{AppSettings, Environment},
    cors::CorsSettings,
    database::{DatabaseSettings, DatabaseUrl},
    http::{ErrorFormat, HttpSettings, TlsSettings, is_web_address},
    log::{LogFormat, LogSettings},
    mask::mask_url,
    proxies::{ForwardedHeader, ProxySettings},
    reader::Reader,
    report::{Effective, Entry, Problem, Problems},
    secret_key::SecretKey,
    source::{Origin, Source},
    value::{Choice, Value},
    var::Var,
};

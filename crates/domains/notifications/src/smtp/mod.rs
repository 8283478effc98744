//! The mail server.
//!
//! lettre speaks SMTP; its own pool is not used, since it puts a connection back whose mail was cut
//! off half-way (a timeout, a cancelled job), and the next mail would read the last one's answers.
//! It also has no timeout once it is connected, and its connections live and die with the runtime
//! that opened them, of which jobs have many. So the connections stand on a thread of their own.

mod address;
mod error;
mod pool;

use std::{fs, path::Path, sync::Arc};

use ashlar_core::threads::Threads;
use lettre::{Message, transport::smtp::client::Certificate};

use self::{error::SmtpError, pool::Pool};
use crate::{error::NotificationsError, settings::NotificationsSettings};

pub use address::{Security, SmtpUrl};

/// A mail server. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub(crate) struct Smtp {
    thread: Threads,
    pool: Arc<Pool>,
}

impl Smtp {
    /// The server of the settings, if they name one. It is not asked for yet.
    pub(crate) fn new(
        settings: &NotificationsSettings,
    ) -> Result<Option<Self>, NotificationsError> {
        let Some(url) = &settings.smtp_url else {
            return Ok(None);
        };
        let authority = settings.smtp_ca.as_deref().map(certificates).transpose()?;
        let pool = Pool::new(
            url.clone(),
            authority,
            settings.from.email.domain(),
            settings.smtp_timeout,
        );
        Ok(Some(Self {
            thread: Threads::new("mail", 1).map_err(NotificationsError::Thread)?,
            pool: Arc::new(pool.map_err(NotificationsError::Tls)?),
        }))
    }

    /// Hands over a mail; the server has it when this is `Ok`. Whoever stops waiting for the answer
    /// closes the connection.
    pub(crate) async fn send(&self, message: Message) -> Result<(), SmtpError> {
        let pool = Arc::clone(&self.pool);
        self.thread
            .run(move || async move { pool.send(&message).await })
            .await?
    }
}

/// The certificates in a PEM file.
fn certificates(file: &Path) -> Result<Certificate, NotificationsError> {
    let unusable = |source| NotificationsError::Authority(file.to_owned(), source);
    let pem = fs::read(file).map_err(|error| unusable(error.into()))?;
    if !pem.windows(5).any(|part| part == b"BEGIN") {
        return Err(unusable("it is no PEM file".into()));
    }
    Certificate::from_pem(&pem).map_err(|error| unusable(error.into()))
}

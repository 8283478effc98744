//! Connections to a mail server, kept for the next mail.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lettre::{
    Message,
    transport::smtp::{
        Error,
        authentication::Mechanism,
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        extension::ClientId,
    },
};
use tokio::time::{Instant, sleep, timeout};

use super::{Security, SmtpUrl, error::SmtpError};

/// How long an unused connection is kept: less than servers have patience for.
const IDLE: Duration = Duration::from_secs(30);

/// How long a server has to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// A mail server and the connections to it that are not in use. A connection is of use on the
/// thread that made it only.
pub(super) struct Pool {
    server: SmtpUrl,
    tls: TlsParameters,
    own_name: ClientId,
    /// How long a mail may take.
    patience: Duration,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Pool {
    /// No connection yet. The server's certificate must come from `authority`, if that is given,
    /// else from an authority that browsers trust. `own_name` is what it is greeted with.
    pub(super) fn new(
        server: SmtpUrl,
        authority: Option<Certificate>,
        own_name: &str,
        patience: Duration,
    ) -> Result<Self, Error> {
        let tls = TlsParameters::builder(server.host().to_owned());
        let tls = match authority {
            Some(authority) => tls
                .certificate_store(CertificateStore::None)
                .add_root_certificate(authority),
            None => tls,
        };
        Ok(Self {
            server,
            tls: tls.build()?,
            own_name: ClientId::Domain(own_name.to_owned()),
            patience,
            idle: Mutex::default(),
        })
    }

    /// Hands over a mail. Only a connection over which one went as it should is kept.
    pub(super) async fn send(self: &Arc<Self>, message: &Message) -> Result<(), SmtpError> {
        let connection = timeout(self.patience, self.hand_over(message))
            .await
            .map_err(|_| SmtpError::TimedOut(self.patience))??;
        self.keep(connection);
        Ok(())
    }

    async fn hand_over(&self, message: &Message) -> Result<AsyncSmtpConnection, SmtpError> {
        let mut connection = match self.reuse().await {
            Some(connection) => connection,
            None => self.connect().await.map_err(SmtpError::Connection)?,
        };
        let envelope = message.envelope();
        connection
            .send(envelope, &message.formatted())
            .await
            .map_err(|error| SmtpError::answered(&error, envelope.to()))?;
        Ok(connection)
    }

    /// One that is still there, if there is one.
    async fn reuse(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let mut connection = self.take(|_| true)?;
            if connection.test_connected().await {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let security = self.server.security();
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (self.server.host(), self.server.port()),
            Some(self.patience),
            &self.own_name,
            (security == Security::Tls).then(|| self.tls.clone()),
            None,
        )
        .await?;
        if security == Security::StartTls {
            connection
                .starttls(self.tls.clone(), &self.own_name)
                .await?;
        }
        if let Some(credentials) = self.server.credentials() {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await?;
        }
        Ok(connection)
    }

    /// Keeps a connection for a while.
    fn keep(self: &Arc<Self>, connection: AsyncSmtpConnection) {
        let since = Instant::now();
        self.idle().push(Idle { connection, since });
        let pool = Arc::clone(self);
        tokio::task::spawn_local(async move {
            sleep(IDLE).await;
            while let Some(mut old) = pool.take(|idle| idle.since.elapsed() >= IDLE) {
                // It is closed either way.
                let _ = timeout(GOODBYE, old.quit()).await;
            }
        });
    }

    fn take(&self, wanted: impl Fn(&Idle) -> bool) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle();
        let at = idle.iter().rposition(wanted)?;
        Some(idle.remove(at).connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Where requests go, and what the answers are held against.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{Certificate, Client, redirect::Policy};

use crate::Contract;

/// No answer within this time is a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// One server, with the connections to it.
pub(crate) struct Server {
    pub(super) url: String,
    pub(super) client: Client,
    pub(super) contract: Arc<Contract>,
}

impl Server {
    /// The server at `url`, trusted by this certificate in PEM, if it needs trust.
    pub(crate) fn new(url: String, contract: Arc<Contract>, certificate: Option<&[u8]>) -> Self {
        let trusted = certificate.map(|pem| Certificate::from_pem(pem).unwrap());
        #[expect(
            clippy::disallowed_methods,
            reason = "tests want every answer as it is: no retries, no circuit breaker"
        )]
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            // Nothing but this: reading the system's certificates would take longer than a test.
            .tls_certs_only(trusted)
            .build()
            .unwrap();
        Self {
            url,
            client,
            contract,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.url).finish()
    }
}

//! The job that looks whether who has forgotten a password is a user.

use std::net::IpAddr;

use ashlar_core::{
    http::ClientInfo,
    jobs::{Job, Perform, Run},
    retry::Failure,
};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{model::Email, service::PasswordChanges};

/// Somebody has forgotten the password of the user with this address, if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ForgotPassword {
    email: String,
    /// Who says so.
    address: Option<IpAddr>,
    user_agent: Option<String>,
}

impl ForgotPassword {
    pub(crate) fn new(email: &Email, client: &ClientInfo) -> Self {
        Self {
            email: email.as_str().to_owned(),
            address: client.address,
            user_agent: client.user_agent.clone(),
        }
    }

    /// One such job waits for each address, in whatever case. Hashed, since lists of jobs show it.
    pub(crate) fn key(&self) -> String {
        let email = self.email.to_ascii_lowercase();
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, email.as_bytes()))
    }
}

impl Job for ForgotPassword {
    const NAME: &'static str = "auth.forgot_password";
}

/// Asks for the mail.
pub(crate) struct ResetRequester(pub(crate) PasswordChanges);

impl Perform<ForgotPassword> for ResetRequester {
    async fn perform(&self, job: ForgotPassword, run: &Run) -> Result<(), Failure> {
        let email: Email = job.email.parse().map_err(Failure::permanent)?;
        let client = ClientInfo {
            address: job.address,
            user_agent: job.user_agent,
        };
        self.0.request_reset(&email, &client, run).await
    }
}

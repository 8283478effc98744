//! What other domains tell, and what mail follows from it. The mail itself is a job, enqueued in
//! the event's transaction.

use ashlar_contracts::{posts::PostCreated, users::UserRegistered};
use ashlar_core::{
    database::Transaction,
    events::{Handle, Received},
    retry::Failure,
};

use crate::service::Notifications;

/// A user who has registered is welcomed.
pub(crate) struct WelcomeUser(pub(crate) Notifications);

impl Handle<UserRegistered> for WelcomeUser {
    async fn handle(
        &self,
        transaction: &Transaction,
        registered: &Received<UserRegistered>,
    ) -> Result<(), Failure> {
        Ok(self.0.welcome(transaction, registered).await?)
    }
}

/// The admins hear of every new post.
pub(crate) struct TellAdminsOfPost(pub(crate) Notifications);

impl Handle<PostCreated> for TellAdminsOfPost {
    async fn handle(
        &self,
        transaction: &Transaction,
        created: &Received<PostCreated>,
    ) -> Result<(), Failure> {
        Ok(self.0.tell_admins(transaction, created).await?)
    }
}

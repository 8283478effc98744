//! What other domains tell, and what follows from it here.

use ashlar_contracts::users::UserDeleted;
use ashlar_core::{
    database::Transaction,
    events::{Handle, Received},
    retry::Failure,
};

use crate::service::Projects;

/// A user's projects go with them.
pub(crate) struct ForgetOwner(pub(crate) Projects);

impl Handle<UserDeleted> for ForgetOwner {
    async fn handle(
        &self,
        transaction: &Transaction,
        gone: &Received<UserDeleted>,
    ) -> Result<(), Failure> {
        let owner = gone.event.user_id;
        Ok(self.0.forget_owner(transaction, owner).await?)
    }
}

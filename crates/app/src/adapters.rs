//! What domains need from each other: each port, implemented with another domain's service.

use ashlar_auth::Auth;
use ashlar_core::{principal::UserId, problem::Unexpected};
use ashlar_projects::ports::{Answer, Directory};

/// Auth, as the directory of users that projects assign tasks from.
pub(crate) struct AuthDirectory(pub(crate) Auth);

impl Directory for AuthDirectory {
    fn exists(&self, user: UserId) -> Answer<'_, bool, Unexpected> {
        Box::pin(async move { self.0.users().exists(user).await.map_err(Unexpected::new) })
    }
}

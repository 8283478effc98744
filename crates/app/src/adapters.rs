//! What domains need from each other: each port, implemented with another domain's service.

use ashlar_auth::{
    Auth,
    model::{AccountTokenId, DisplayName, Purpose},
};
use ashlar_core::{principal::UserId, problem::Unexpected, secret::Secret};
use ashlar_notifications::ports::{self as notifications, LinkKind, Links};
use ashlar_posts::ports::{self as posts, Authors, Names};
use ashlar_projects::ports::{self as projects, Directory};
use uuid::Uuid;

/// Auth, as the directory of users that projects assign tasks from.
pub(crate) struct AuthDirectory(pub(crate) Auth);

impl Directory for AuthDirectory {
    fn exists(&self, user: UserId) -> projects::Answer<'_, bool, Unexpected> {
        Box::pin(async move { self.0.users().exists(user).await.map_err(Unexpected::new) })
    }
}

/// Auth, as those who write posts.
pub(crate) struct AuthAuthors(pub(crate) Auth);

impl Authors for AuthAuthors {
    fn display_names(&self, users: Vec<UserId>) -> posts::Answer<'_, Names> {
        Box::pin(async move {
            let names = self.0.users().display_names(&users).await;
            let text = |(id, name): (UserId, DisplayName)| (id, name.as_str().to_owned());
            Ok(names
                .map_err(Unexpected::new)?
                .into_iter()
                .map(text)
                .collect())
        })
    }
}

/// Auth, as what makes the links in mails.
pub(crate) struct AuthLinks(pub(crate) Auth);

impl Links for AuthLinks {
    fn link(&self, kind: LinkKind, token_id: Uuid) -> notifications::Answer<'_, Option<Secret>> {
        let purpose = match kind {
            LinkKind::VerifyEmail => Purpose::VerifyEmail,
            LinkKind::ResetPassword => Purpose::ResetPassword,
            LinkKind::ConfirmEmail => Purpose::ConfirmEmail,
        };
        let id = AccountTokenId::from_uuid(token_id);
        Box::pin(async move { (self.0.links().link(purpose, id).await).map_err(Unexpected::new) })
    }
}

//! The links in mails, for who writes the mail.

use ashlar_core::secret::Secret;

use crate::{
    error::AuthError,
    model::{AccountTokenId, Purpose},
    service::account_tokens::AccountTokens,
};

/// The links in mails. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Links(AccountTokens);

impl Links {
    pub(crate) fn new(tokens: AccountTokens) -> Self {
        Self(tokens)
    }

    /// The link for `purpose` with the token `id`; `None` when it would be of no use any more: it
    /// was used, replaced, or its time is over. It is made at this moment, and belongs into the mail
    /// alone.
    ///
    /// # Errors
    ///
    /// When the database cannot tell.
    pub async fn link(
        &self,
        purpose: Purpose,
        id: AccountTokenId,
    ) -> Result<Option<Secret>, AuthError> {
        self.0.link(purpose, id).await
    }
}

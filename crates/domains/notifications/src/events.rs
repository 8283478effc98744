//! What other domains tell, and what mail follows from it. The mail itself is a job, enqueued in
//! the event's transaction.

use ashlar_contracts::{
    posts::PostCreated,
    users::{
        SecondFactorChanged, UserEmailChangeRequested, UserEmailChanged, UserPasswordChanged,
        UserPasswordResetRequested, UserProviderChanged, UserRegistered, UserVerificationRequested,
    },
};
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

/// A user who asks for it gets another link to confirm their address.
pub(crate) struct SendVerification(pub(crate) Notifications);

impl Handle<UserVerificationRequested> for SendVerification {
    async fn handle(
        &self,
        transaction: &Transaction,
        event: &Received<UserVerificationRequested>,
    ) -> Result<(), Failure> {
        Ok(self.0.send_verification(transaction, event).await?)
    }
}

/// Whoever has forgotten their password gets a link to set it anew.
pub(crate) struct SendPasswordReset(pub(crate) Notifications);

impl Handle<UserPasswordResetRequested> for SendPasswordReset {
    async fn handle(
        &self,
        transaction: &Transaction,
        event: &Received<UserPasswordResetRequested>,
    ) -> Result<(), Failure> {
        Ok(self.0.send_password_reset(transaction, event).await?)
    }
}

/// A user who wants another address gets a link there, to confirm it.
pub(crate) struct SendEmailChange(pub(crate) Notifications);

impl Handle<UserEmailChangeRequested> for SendEmailChange {
    async fn handle(
        &self,
        transaction: &Transaction,
        event: &Received<UserEmailChangeRequested>,
    ) -> Result<(), Failure> {
        Ok(self.0.send_email_change(transaction, event).await?)
    }
}

/// A user hears that they have another password.
pub(crate) struct TellOfPasswordChange(pub(crate) Notifications);

impl Handle<UserPasswordChanged> for TellOfPasswordChange {
    async fn handle(
        &self,
        transaction: &Transaction,
        event: &Received<UserPasswordChanged>,
    ) -> Result<(), Failure> {
        Ok(self.0.tell_of_password_change(transaction, event).await?)
    }
}

/// A user hears that they sign in in another way.
pub(crate) struct TellOfSecondFactorChange(pub(crate) Notifications);

impl Handle<SecondFactorChanged> for TellOfSecondFactorChange {
    async fn handle(
        &self,
        transaction: &Transaction,
        event: &Received<SecondFactorChanged>,
    ) -> Result<(), Failure> {
        Ok(self
            .0
            .tell_of_second_factor_change(transaction, event)
            .await?)
    }
}

/// A user hears that they can sign in by another provider, or not any more.
pub(crate) struct TellOfProviderChange(pub(crate) Notifications);

impl Handle<UserProviderChanged> for TellOfProviderChange {
    async fn handle(
        &self,
        transaction: &Transaction,
        event: &Received<UserProviderChanged>,
    ) -> Result<(), Failure> {
        Ok(self.0.tell_of_provider_change(transaction, event).await?)
    }
}

/// A user hears at their old address that they have another one.
pub(crate) struct TellOfEmailChange(pub(crate) Notifications);

impl Handle<UserEmailChanged> for TellOfEmailChange {
    async fn handle(
        &self,
        transaction: &Transaction,
        event: &Received<UserEmailChanged>,
    ) -> Result<(), Failure> {
        Ok(self.0.tell_of_email_change(transaction, event).await?)
    }
}

//! What users are told of their accounts.

use ashlar_contracts::users::{
    SecondFactorChanged, UserEmailChangeRequested, UserEmailChanged, UserPasswordChanged,
    UserPasswordResetRequested, UserProviderChanged, UserVerificationRequested,
};
use ashlar_core::{database::Transaction, events::Received};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::Notifications;
use crate::{
    jobs::SendMail,
    letter::{
        Change, Confirmation, Letter, PasswordChanged, PasswordReset, Provider, SecondFactor,
    },
    model::Recipient,
};

impl Notifications {
    /// Sends a link with which the user confirms their address.
    pub(crate) async fn send_verification(
        &self,
        transaction: &Transaction,
        received: &Received<UserVerificationRequested>,
    ) -> Result<(), DbErr> {
        let user = &received.event;
        let to = Recipient::named(&user.email, &user.display_name);
        let letter = Letter::VerifyEmail(Confirmation {
            name: to.name.clone(),
            token_id: user.token_id,
            until: written(user.expires_at),
        });
        let mail = SendMail { to, letter };
        self.enqueue(transaction, received.id, 0, &mail).await
    }

    /// Sends a link with which the user sets their password anew.
    pub(crate) async fn send_password_reset(
        &self,
        transaction: &Transaction,
        received: &Received<UserPasswordResetRequested>,
    ) -> Result<(), DbErr> {
        let user = &received.event;
        let to = Recipient::named(&user.email, &user.display_name);
        let letter = Letter::ResetPassword(PasswordReset {
            name: to.name.clone(),
            token_id: user.token_id,
            at: written(received.occurred_at),
            from: user.requested_from.clone(),
            until: written(user.expires_at),
        });
        let mail = SendMail { to, letter };
        self.enqueue(transaction, received.id, 0, &mail).await
    }

    /// Sends a link to the address that the user wants, with which it becomes theirs.
    pub(crate) async fn send_email_change(
        &self,
        transaction: &Transaction,
        received: &Received<UserEmailChangeRequested>,
    ) -> Result<(), DbErr> {
        let user = &received.event;
        let to = Recipient::named(&user.email, &user.display_name);
        let letter = Letter::ConfirmEmail(Confirmation {
            name: to.name.clone(),
            token_id: user.token_id,
            until: written(user.expires_at),
        });
        let mail = SendMail { to, letter };
        self.enqueue(transaction, received.id, 0, &mail).await
    }

    /// Tells the user that their password is another.
    pub(crate) async fn tell_of_password_change(
        &self,
        transaction: &Transaction,
        received: &Received<UserPasswordChanged>,
    ) -> Result<(), DbErr> {
        let user = &received.event;
        let to = Recipient::named(&user.email, &user.display_name);
        let letter = Letter::PasswordChanged(PasswordChanged {
            name: to.name.clone(),
            at: written(received.occurred_at),
            api_keys: user.api_keys,
        });
        let mail = SendMail { to, letter };
        self.enqueue(transaction, received.id, 0, &mail).await
    }

    /// Tells the user that they sign in in another way.
    pub(crate) async fn tell_of_second_factor_change(
        &self,
        transaction: &Transaction,
        received: &Received<SecondFactorChanged>,
    ) -> Result<(), DbErr> {
        let user = &received.event;
        let to = Recipient::named(&user.email, &user.display_name);
        let letter = Letter::SecondFactorChanged(SecondFactor {
            name: to.name.clone(),
            change: user.change,
            at: written(received.occurred_at),
        });
        let mail = SendMail { to, letter };
        self.enqueue(transaction, received.id, 0, &mail).await
    }

    /// Tells the user that they can sign in by another provider, or not any more.
    pub(crate) async fn tell_of_provider_change(
        &self,
        transaction: &Transaction,
        received: &Received<UserProviderChanged>,
    ) -> Result<(), DbErr> {
        let user = &received.event;
        let to = Recipient::named(&user.email, &user.display_name);
        let letter = Letter::ProviderChanged(Provider {
            name: to.name.clone(),
            provider: user.provider.clone(),
            change: user.change,
            at: written(received.occurred_at),
        });
        let mail = SendMail { to, letter };
        self.enqueue(transaction, received.id, 0, &mail).await
    }

    /// Tells whoever reads the old address that the user has another one; not which.
    pub(crate) async fn tell_of_email_change(
        &self,
        transaction: &Transaction,
        received: &Received<UserEmailChanged>,
    ) -> Result<(), DbErr> {
        let user = &received.event;
        let to = Recipient::named(&user.previous_email, &user.display_name);
        let letter = Letter::EmailChanged(Change {
            name: to.name.clone(),
            at: written(received.occurred_at),
        });
        let mail = SendMail { to, letter };
        self.enqueue(transaction, received.id, 0, &mail).await
    }
}

/// As people write it: `20 November 2026, 12:30 UTC`. Where they are is not known.
fn written(time: DateTime<Utc>) -> String {
    time.format("%-d %B %Y, %H:%M UTC").to_string()
}

//! What the app mounts.

use ashlar_core::domain::Domain;

use crate::{
    entity,
    events::{
        SendEmailChange, SendPasswordReset, SendVerification, TellAdminsOfPost, TellOfEmailChange,
        TellOfPasswordChange, TellOfProviderChange, TellOfSecondFactorChange, WelcomeUser,
    },
    jobs::Postman,
    router,
    service::Notifications,
};

/// What the app mounts: at the root, since the mailbox is no part of the versioned API. With a mail
/// server there is no mailbox, and no route.
pub fn domain(notifications: Notifications) -> Domain {
    let mut domain = Domain::at_root("notifications", "Mail to users and admins");
    if notifications.keeps_mail() {
        domain = domain.state(notifications.clone()).mount(router::routes());
    }
    domain
        .table::<entity::Entity>()
        .handles("notifications.welcome", WelcomeUser(notifications.clone()))
        .handles(
            "notifications.tell_admins_of_post",
            TellAdminsOfPost(notifications.clone()),
        )
        .handles(
            "notifications.send_verification",
            SendVerification(notifications.clone()),
        )
        .handles(
            "notifications.send_password_reset",
            SendPasswordReset(notifications.clone()),
        )
        .handles(
            "notifications.send_email_change",
            SendEmailChange(notifications.clone()),
        )
        .handles(
            "notifications.tell_of_password_change",
            TellOfPasswordChange(notifications.clone()),
        )
        .handles(
            "notifications.tell_of_second_factor_change",
            TellOfSecondFactorChange(notifications.clone()),
        )
        .handles(
            "notifications.tell_of_provider_change",
            TellOfProviderChange(notifications.clone()),
        )
        .handles(
            "notifications.tell_of_email_change",
            TellOfEmailChange(notifications.clone()),
        )
        .performs(Postman(notifications))
}

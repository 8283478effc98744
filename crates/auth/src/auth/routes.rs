//! Auth as a domain: its routes, jobs and events.

use ashlar_contracts::users::{
    SecondFactorChanged, UserDeleted, UserEmailChangeRequested, UserEmailChanged,
    UserPasswordChanged, UserPasswordResetRequested, UserRegistered, UserUpdated,
    UserVerificationRequested,
};
use ashlar_core::domain::Domain;
use serde_json::json;

use super::Auth;
use crate::{
    cookies::Cookies,
    jobs::{
        self, KeepOauth, PruneSessions, PruneThrottles, ResealTokens, ResealTotp, ResetRequester,
        SweepVisits,
    },
    model::ManageUsers,
    passkey_upkeep::{self, RemoveChallenges},
    router,
};

impl Auth {
    /// The routes under `/users`, `/auth` and `/audit`.
    pub fn domain(&self) -> Domain {
        let domain = Domain::new("auth", "Users, and how they sign in").refuses_keys();
        let domain = self
            .with_services(domain)
            .security_scheme(
                "password",
                json!({
                    "type": "oauth2",
                    "description": "E-mail address and password, for a bearer token",
                    "flows": { "password": { "tokenUrl": "/api/v1/auth/token", "scopes": {} } },
                }),
            )
            .mount(router::routes())
            .root_route(router::keys::route())
            .permission::<ManageUsers>()
            .performs(RemoveChallenges(self.passkeys.clone()))
            .schedule(passkey_upkeep::schedule())
            .publishes::<SecondFactorChanged>()
            .publishes::<UserRegistered>()
            .publishes::<UserUpdated>()
            .publishes::<UserDeleted>()
            .performs::<PruneSessions>(self.sessions.clone())
            .performs::<PruneThrottles>(self.throttle.clone())
            .publishes::<UserVerificationRequested>()
            .publishes::<UserPasswordResetRequested>()
            .publishes::<UserEmailChangeRequested>()
            .publishes::<UserEmailChanged>()
            .publishes::<UserPasswordChanged>()
            .performs(ResetRequester(self.password_changes.clone()))
            .performs::<SweepVisits>(KeepOauth(self.oauth.clone()))
            .performs::<ResealTotp>(self.second_factor.clone())
            .performs::<ResealTokens>(KeepOauth(self.oauth.clone()));
        jobs::schedules().into_iter().fold(domain, Domain::schedule)
    }

    /// What its handlers take as `Data`.
    fn with_services(&self, domain: Domain) -> Domain {
        domain
            .state(self.users.clone())
            .state(self.sign_in.clone())
            .state(self.passkeys.clone())
            .state(self.second_factor.clone())
            .state(self.sessions.clone())
            .state(self.roles.clone())
            .state(self.public_keys.clone())
            .state(Cookies::clone(&self.cookies))
            .state(self.api_keys.clone())
            .state(self.audit_log.clone())
            .state(self.password_changes.clone())
            .state(self.email_changes.clone())
            .state(self.step_up.clone())
            .state(self.totp.clone())
            .state(self.oauth.clone())
            .state(self.secured)
    }
}

//! Auth as a domain: its routes, jobs and events.

use ashlar_contracts::users::{
    SecondFactorChanged, UserDeleted, UserEmailChangeRequested, UserEmailChanged,
    UserPasswordChanged, UserPasswordResetRequested, UserProviderChanged, UserRegistered,
    UserUpdated, UserVerificationRequested,
};
use ashlar_core::domain::Domain;
use serde_json::json;

use super::Auth;
use crate::{
    cookies::Cookies,
    entity,
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
        let domain = entity::owned_by(self.with_services(domain))
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
            .performs(RemoveChallenges(self.0.passkeys.clone()))
            .schedule(passkey_upkeep::schedule())
            .publishes::<SecondFactorChanged>()
            .publishes::<UserRegistered>()
            .publishes::<UserUpdated>()
            .publishes::<UserDeleted>()
            .performs::<PruneSessions>(self.0.sessions.clone())
            .performs::<PruneThrottles>(self.0.throttle.clone())
            .publishes::<UserVerificationRequested>()
            .publishes::<UserPasswordResetRequested>()
            .publishes::<UserEmailChangeRequested>()
            .publishes::<UserEmailChanged>()
            .publishes::<UserPasswordChanged>()
            .publishes::<UserProviderChanged>()
            .performs(ResetRequester(self.0.password_changes.clone()))
            .performs::<SweepVisits>(KeepOauth(self.0.oauth.clone()))
            .performs::<ResealTotp>(self.0.second_factor.clone())
            .performs::<ResealTokens>(KeepOauth(self.0.oauth.clone()));
        jobs::schedules().into_iter().fold(domain, Domain::schedule)
    }

    /// What its handlers take as `Data`.
    fn with_services(&self, domain: Domain) -> Domain {
        domain
            .state(self.0.users.clone())
            .state(self.0.sign_in.clone())
            .state(self.0.passkeys.clone())
            .state(self.0.second_factor.clone())
            .state(self.0.sessions.clone())
            .state(self.0.roles.clone())
            .state(self.0.public_keys.clone())
            .state(Cookies::clone(&self.0.cookies))
            .state(self.0.api_keys.clone())
            .state(self.0.audit_log.clone())
            .state(self.0.password_changes.clone())
            .state(self.0.email_changes.clone())
            .state(self.0.step_up.clone())
            .state(self.0.totp.clone())
            .state(self.0.oauth.clone())
            .state(self.0.secured)
    }
}

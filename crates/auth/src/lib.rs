#![doc = include_str!("../README.md")]

pub mod model;
pub mod settings;
pub mod schemas;
pub mod error;
pub mod service;

mod events;
mod page;
mod router;
mod authenticator;
mod audit;
mod token;
mod refresh_token;
mod standing;
mod password;
mod repository;
mod entity;

use std::sync::Arc;

use ashlar_contracts::users::{UserDeleted, UserRegistered, UserUpdated};
use ashlar_core::{
    client::Client,
    clock::Clock,
    database::Database,
    domain::Domain,
    principal::{Authenticator, Permission, Permissions},
    settings::SecretKey,
};
use serde_json::json;

use crate::{
    authenticator::Bearer,
    model::{ManageUsers, ReadUsers},
    password::Passwords,
    refresh_token::RefreshTokens,
    service::{Sessions, SignIn, Users},
    settings::{AuthSettings, PageSettings},
    standing::Standings,
    token::Tokens,
};

/// Users, passwords and tokens, put together. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Auth {
    users: Users,
    sign_in: SignIn,
    sessions: Sessions,
    tokens: Arc<Tokens>,
    standings: Arc<Standings>,
    passwords: Arc<Passwords>,
    page: PageSettings,
    admin: Vec<&'static str>,
}

/// What [`Auth`] stands on.
#[derive(Clone, Copy, Debug)]
pub struct AuthParts<'a> {
    /// Where users are.
    pub database: &'a Database,
    /// What time it is.
    pub clock: &'a Clock,
    /// What keys are derived from.
    pub secret_key: &'a SecretKey,
    /// The way to providers.
    pub client: &'a Client,
    /// How it behaves.
    pub settings: &'a AuthSettings,
}

impl Auth {
    /// Auth, put together from `parts`.
    pub fn new(parts: AuthParts<'_>) -> Self {
        let AuthParts {
            database,
            clock,
            secret_key,
            settings,
            ..
        } = parts;
        let passwords = Arc::new(Passwords::new(settings.argon2.clone()));
        let tokens = Arc::new(Tokens::new(secret_key, settings, clock.clone()));
        let standings = Arc::new(Standings::new(database.clone()));
        let users = Users::new(
            database.clone(),
            clock.clone(),
            Arc::clone(&passwords),
            Arc::clone(&standings),
        );
        let sessions = Sessions::new(
            database.clone(),
            clock.clone(),
            Arc::clone(&tokens),
            Arc::new(RefreshTokens::new(secret_key)),
            settings.sessions.clone(),
        );
        let sign_in = SignIn::new(database.clone(), Arc::clone(&passwords), sessions.clone());
        Self {
            users,
            sign_in,
            sessions,
            tokens,
            standings,
            passwords,
            page: settings.page.clone(),
            admin: vec![ReadUsers::NAME, ManageUsers::NAME],
        }
    }

    /// Gives admins these permissions of other domains too. Call it before
    /// [`Auth::authenticator`].
    pub fn grant_admins(mut self, permissions: &[&'static str]) -> Self {
        self.admin.extend(permissions);
        self
    }

    /// The routes under `/users` and `/auth`.
    pub fn domain(&self) -> Domain {
        Domain::new("auth", "Users, and how they sign in")
            .state(self.users.clone())
            .state(self.sign_in.clone())
            .state(self.sessions.clone())
            .security_scheme(
                "password",
                json!({
                    "type": "oauth2",
                    "description": "E-mail address and password, for a bearer token",
                    "flows": { "password": { "tokenUrl": "/api/v1/auth/token", "scopes": {} } },
                }),
            )
            .mount(router::routes())
            .publishes::<UserRegistered>()
            .publishes::<UserUpdated>()
            .publishes::<UserDeleted>()
    }

    /// The sign-in page on `/account`; nothing where `AUTH_PAGE` is false.
    pub fn page(&self) -> Option<Domain> {
        self.page.is_served.then(|| page::domain(&self.page.app))
    }

    /// What turns a bearer token into a principal.
    pub fn authenticator(&self) -> Arc<dyn Authenticator> {
        Arc::new(Bearer {
            tokens: Arc::clone(&self.tokens),
            standings: Arc::clone(&self.standings),
            admin: Permissions::new(self.admin.clone()),
            user: Permissions::default(),
        })
    }

    /// The users, for the composition root and for other domains' ports.
    pub fn users(&self) -> &Users {
        &self.users
    }

    /// How many passwords this process has compared with a hash so far. Every sign-in counts, also
    /// one with an unknown address: else the time it takes would tell who has an account.
    pub fn passwords_compared(&self) -> u64 {
        self.passwords.compared()
    }
}

#![doc = include_str!("../README.md")]

pub mod model;
pub mod keys;
pub mod settings;
pub mod schemas;
pub mod error;
pub mod service;

mod events;
mod jobs;
mod page;
mod router;
mod authenticator;
mod cookies;
mod audit;
mod api_key;
mod known_keys;
mod last_uses;
mod passkey_upkeep;
mod provider;
mod opaque;
mod token;
mod refresh_token;
mod account_token;
mod recovery_code;
mod standing;
mod remembered;
mod totp;
mod webauthn;
mod password;
mod repository;
mod entity;

use std::{sync::Arc, time::Duration};

use ashlar_contracts::users::{
    SecondFactorChanged, UserDeleted, UserEmailChangeRequested, UserEmailChanged,
    UserPasswordChanged, UserPasswordResetRequested, UserRegistered, UserUpdated,
    UserVerificationRequested,
};
use ashlar_core::{
    client::Client, clock::Clock, database::Database, domain::Domain, principal::Authenticator,
    seal::Sealer, settings::SecretKey,
};
use serde_json::json;

use crate::{
    account_token::AccountTokenKey,
    authenticator::Credentials,
    cookies::Cookies,
    error::RolesError,
    jobs::{KeepOauth, PruneSessions, PruneThrottles, ResealTokens, ResetRequester, SweepVisits},
    keys::JwkSet,
    known_keys::KnownKeys,
    model::ManageUsers,
    passkey_upkeep::RemoveChallenges,
    password::Passwords,
    refresh_token::RefreshTokens,
    router::Secured,
    service::{
        AccountTokens, ApiKeys, AuditLog, EmailChanges, Links, Oauth, OauthParts, Passkeys,
        PasswordChanges, ProviderTokens, Providers, Roles, SecondFactor, Sessions, SignIn, StepUp,
        Throttle, Totp, Users,
    },
    settings::{AuthSettings, PageSettings, SealingSettings, TokenKeys},
    standing::{SessionStates, Standings},
    token::Tokens,
};

/// Users, passwords and tokens, put together. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Auth {
    users: Users,
    sign_in: SignIn,
    second_factor: SecondFactor,
    totp: Totp,
    passkeys: Passkeys,
    step_up: StepUp,
    sessions: Sessions,
    api_keys: ApiKeys,
    audit_log: AuditLog,
    known_keys: Arc<KnownKeys>,
    clock: Clock,
    throttle: Throttle,
    password_changes: PasswordChanges,
    email_changes: EmailChanges,
    links: Links,
    oauth: Oauth,
    provider_tokens: ProviderTokens,
    secured: Secured,
    tokens: Arc<Tokens>,
    standings: Arc<Standings>,
    session_states: Arc<SessionStates>,
    cookies: Arc<Cookies>,
    recent: Duration,
    passwords: Arc<Passwords>,
    page: PageSettings,
    roles: Roles,
    public_keys: JwkSet,
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
            client,
            settings,
        } = parts;
        let passwords = Arc::new(Passwords::new(
            settings.argon2.clone(),
            settings.password_words.clone(),
        ));
        let tokens = Arc::new(Tokens::new(secret_key, settings, clock.clone()));
        let refresh_tokens = Arc::new(RefreshTokens::new(secret_key));
        let standings = standing::standings(database);
        let roles = Roles::new(settings.roles.clone());
        let session_states = standing::session_states(database);
        let sessions = Sessions::new(
            database.clone(),
            clock.clone(),
            Arc::clone(&tokens),
            Arc::clone(&refresh_tokens),
            Arc::clone(&session_states),
            settings.sessions.clone(),
        );
        let throttle = Throttle::new(
            database.clone(),
            clock.clone(),
            secret_key,
            settings.throttle.clone(),
        );
        let account_tokens = AccountTokens::new(
            database.clone(),
            clock.clone(),
            AccountTokenKey::new(secret_key),
            settings.mail_links.clone(),
        );
        let users = Users::new(
            database.clone(),
            clock.clone(),
            Arc::clone(&passwords),
            Arc::clone(&standings),
            sessions.clone(),
            roles.clone(),
            throttle.clone(),
            account_tokens.clone(),
        );
        let cookies = Cookies::new(secret_key, settings.cookies.clone(), refresh_tokens);
        let known_keys = Arc::new(KnownKeys::new(database.clone()));
        let api_keys = ApiKeys::new(
            database.clone(),
            clock.clone(),
            Arc::clone(&known_keys),
            settings.api_keys.clone(),
        );
        let second_factor = SecondFactor::new(database.clone(), clock.clone(), secret_key);
        let (totp, step_up, passkeys) = factors(parts, &passwords, &second_factor, &sessions);
        let sign_in = SignIn::new(
            database.clone(),
            clock.clone(),
            Arc::clone(&passwords),
            second_factor.clone(),
            sessions.clone(),
            throttle.clone(),
        );
        let password_changes = PasswordChanges::new(
            database.clone(),
            clock.clone(),
            Arc::clone(&passwords),
            sessions.clone(),
            account_tokens.clone(),
        );
        let sealer = Arc::new(sealer(secret_key, &settings.sealing));
        let providers = Providers::new(&settings.oauth, client, clock);
        let oauth = Oauth::new(&OauthParts {
            database,
            clock,
            sealer: &sealer,
            sessions: &sessions,
            second_factor: &second_factor,
            throttle: &throttle,
            providers: &providers,
            settings: &settings.oauth,
        });
        let provider_tokens =
            ProviderTokens::new(database.clone(), clock.clone(), sealer, providers);
        Self {
            users,
            sign_in,
            second_factor,
            totp,
            passkeys,
            step_up,
            sessions,
            api_keys,
            audit_log: AuditLog::new(database.clone(), clock.clone()),
            known_keys,
            clock: clock.clone(),
            throttle,
            password_changes,
            email_changes: EmailChanges::new(
                database.clone(),
                clock.clone(),
                account_tokens.clone(),
            ),
            links: Links::new(account_tokens),
            oauth,
            provider_tokens,
            secured: Secured(settings.oauth.own_url.starts_with("https:")),
            tokens,
            standings,
            session_states,
            cookies: Arc::new(cookies),
            recent: settings.sessions.recent,
            passwords,
            page: settings.page.clone(),
            roles,
            public_keys: public_keys(settings),
        }
    }

    /// Works out what each role permits in a system of these domains, auth's own among them. Until
    /// then nobody has any permission.
    ///
    /// # Errors
    ///
    /// When `AUTH_ROLES` names a permission that none of them asks for, or this was done before.
    pub fn compose_roles(&self, domains: &[Domain]) -> Result<(), RolesError> {
        self.roles.compose(domains)
    }

    /// The routes under `/users`, `/auth` and `/audit`.
    pub fn domain(&self) -> Domain {
        let domain = Domain::new("auth", "Users, and how they sign in")
            .refuses_keys()
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
            .performs::<ResealTokens>(KeepOauth(self.oauth.clone()));
        jobs::schedules().into_iter().fold(domain, Domain::schedule)
    }

    /// The sign-in page on `/account`; nothing where `AUTH_PAGE` is false.
    pub fn page(&self) -> Option<Domain> {
        self.page.is_served.then(|| page::domain(&self.page.app))
    }

    /// What turns a token, in a header or a cookie, or an API key into a principal.
    pub fn authenticator(&self) -> Arc<dyn Authenticator> {
        Arc::new(Credentials {
            tokens: Arc::clone(&self.tokens),
            standings: Arc::clone(&self.standings),
            sessions: Arc::clone(&self.session_states),
            cookies: Arc::clone(&self.cookies),
            keys: Arc::clone(&self.known_keys),
            clock: self.clock.clone(),
            recent: self.recent,
            roles: self.roles.clone(),
        })
    }

    /// The users, for the composition root and for other domains' ports.
    pub fn users(&self) -> &Users {
        &self.users
    }

    /// The audit log, for the composition root.
    pub fn audit_log(&self) -> &AuditLog {
        &self.audit_log
    }

    /// The links in mails, for who writes the mail.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Tokens of providers, for other domains' ports.
    pub fn provider_tokens(&self) -> &ProviderTokens {
        &self.provider_tokens
    }

    /// How many passwords this process has compared with a hash so far. Every sign-in counts, also
    /// one with an unknown address: else the time it takes would tell who has an account.
    pub fn passwords_compared(&self) -> u64 {
        self.passwords.compared()
    }
}

/// What others verify tokens with.
fn public_keys(settings: &AuthSettings) -> JwkSet {
    match &settings.token_keys {
        TokenKeys::Public(ring) => ring.public(),
        TokenKeys::Secret => JwkSet::default(),
    }
}

/// What users prove beside and instead of a password.
fn factors(
    parts: AuthParts<'_>,
    passwords: &Arc<Passwords>,
    second_factor: &SecondFactor,
    sessions: &Sessions,
) -> (Totp, StepUp, Passkeys) {
    let (database, clock) = (parts.database, parts.clock);
    let settings = &parts.settings.passkeys;
    let totp = Totp::new(
        database.clone(),
        clock.clone(),
        second_factor.clone(),
        settings.name.clone(),
    );
    let step_up = StepUp::new(
        database.clone(),
        clock.clone(),
        Arc::clone(passwords),
        second_factor.clone(),
        sessions.clone(),
    );
    let passkeys = Passkeys::new(
        database.clone(),
        clock.clone(),
        sessions.clone(),
        step_up.clone(),
        settings,
    );
    (totp, step_up, passkeys)
}

/// What seals: the newest key that is set, or one of our own, which opens what it sealed in any case.
fn sealer(secret_key: &SecretKey, settings: &SealingSettings) -> Sealer {
    let own = secret_key.derive("auth.seal");
    Sealer::new(&[&settings.keys[..], &[own]].concat())
}

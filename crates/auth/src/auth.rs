//! Auth, put together: its services, its domain, and what other domains get of it.

mod assembly;
mod routes;

use std::{sync::Arc, time::Duration};

use ashlar_core::{
    client::Client, clock::Clock, database::Database, domain::Domain, principal::Authenticator,
    settings::SecretKey,
};

use crate::{
    authenticator::Credentials,
    cookies::Cookies,
    error::RolesError,
    keys::JwkSet,
    known_keys::KnownKeys,
    page,
    password::Passwords,
    router::Secured,
    service::{
        ApiKeys, AuditLog, EmailChanges, Links, Oauth, Passkeys, PasswordChanges, ProviderTokens,
        Roles, SecondFactor, Sessions, SignIn, StepUp, Throttle, Totp, Users,
    },
    settings::{AuthSettings, PageSettings},
    standing::{SessionStates, Standings},
    token::Tokens,
};

/// Users, passwords and tokens, put together. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Auth(Arc<Services>);

/// What [`Auth`] is made of.
#[derive(Debug)]
struct Services {
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
    /// Whether permissions ask for a second factor.
    second_factor_required: bool,
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
    /// Works out what each role permits in a system of these domains, auth's own among them. Until
    /// then nobody has any permission.
    ///
    /// # Errors
    ///
    /// When `AUTH_ROLES` names a permission that none of them asks for, or this was done before.
    pub fn compose_roles(&self, domains: &[Domain]) -> Result<(), RolesError> {
        self.0.roles.compose(domains)
    }

    /// The sign-in page on `/account`; nothing where `AUTH_PAGE` is false.
    pub fn page(&self) -> Option<Domain> {
        self.0
            .page
            .is_served
            .then(|| page::domain(&self.0.page.app, self.0.page.is_local))
    }

    /// What turns a token, in a header or a cookie, or an API key into a principal.
    pub fn authenticator(&self) -> Arc<dyn Authenticator> {
        Arc::new(Credentials {
            tokens: Arc::clone(&self.0.tokens),
            standings: Arc::clone(&self.0.standings),
            sessions: Arc::clone(&self.0.session_states),
            cookies: Arc::clone(&self.0.cookies),
            keys: Arc::clone(&self.0.known_keys),
            clock: self.0.clock.clone(),
            recent: self.0.recent,
            second_factor_required: self.0.second_factor_required,
            roles: self.0.roles.clone(),
        })
    }

    /// The users, for the composition root and for other domains' ports.
    pub fn users(&self) -> &Users {
        &self.0.users
    }

    /// The audit log, for the composition root.
    pub fn audit_log(&self) -> &AuditLog {
        &self.0.audit_log
    }

    /// The links in mails, for who writes the mail.
    pub fn links(&self) -> &Links {
        &self.0.links
    }

    /// Tokens of providers, for other domains' ports.
    pub fn provider_tokens(&self) -> &ProviderTokens {
        &self.0.provider_tokens
    }

    /// How many passwords this process has compared with a hash so far. Every sign-in counts, also
    /// one with an unknown address: else the time it takes would tell who has an account.
    pub fn passwords_compared(&self) -> u64 {
        self.0.passwords.compared()
    }
}

//! How auth is put together: first what its services share, then the services.

use std::sync::Arc;

use ashlar_core::{seal::Sealer, settings::SecretKey};

use super::{Auth, AuthParts, Services};
use crate::{
    account_token::AccountTokenKey,
    cookies::Cookies,
    keys::JwkSet,
    known_keys::KnownKeys,
    password::Passwords,
    refresh_token::RefreshTokens,
    router::Secured,
    service::{
        AccountTokens, ApiKeys, AuditLog, Callers, EmailChanges, Links, Oauth, OauthParts,
        Passkeys, PasswordChanges, ProviderTokens, Providers, Roles, SecondFactor, Sessions,
        SignIn, StepUp, Throttle, Totp, Users,
    },
    settings::{AuthSettings, SealingSettings, TokenKeys},
    standing::{self, SessionStates, Standings},
    token::Tokens,
};

/// What several services stand on.
struct Shared {
    passwords: Arc<Passwords>,
    tokens: Arc<Tokens>,
    refresh_tokens: Arc<RefreshTokens>,
    standings: Arc<Standings>,
    session_states: Arc<SessionStates>,
    known_keys: Arc<KnownKeys>,
    sealer: Arc<Sealer>,
    roles: Roles,
    throttle: Throttle,
    sessions: Sessions,
    callers: Callers,
    account_tokens: AccountTokens,
    second_factor: SecondFactor,
}

impl Auth {
    /// Auth, put together from `parts`.
    pub fn new(parts: AuthParts<'_>) -> Self {
        let shared = Shared::new(parts);
        let (totp, step_up, passkeys) = factors(parts, &shared);
        let (oauth, provider_tokens) = providers(parts, &shared);
        let (database, clock, settings) = (parts.database, parts.clock, parts.settings);
        let services = Services {
            users: users(parts, &shared),
            sign_in: sign_in(parts, &shared),
            totp,
            passkeys,
            step_up,
            api_keys: ApiKeys::new(
                database.clone(),
                clock.clone(),
                Arc::clone(&shared.known_keys),
                shared.callers.clone(),
                settings.api_keys.clone(),
            ),
            audit_log: AuditLog::new(database.clone(), clock.clone()),
            clock: clock.clone(),
            password_changes: password_changes(parts, &shared),
            email_changes: EmailChanges::new(
                database.clone(),
                clock.clone(),
                shared.callers.clone(),
                shared.account_tokens.clone(),
                shared.throttle.clone(),
            ),
            links: Links::new(shared.account_tokens),
            oauth,
            provider_tokens,
            // An address that was set wrong makes no cookie less safe than the others.
            secured: Secured(
                settings.cookies.secure || settings.oauth.own_url.starts_with("https:"),
            ),
            cookies: Arc::new(Cookies::new(
                parts.secret_key,
                settings.cookies.clone(),
                shared.refresh_tokens,
            )),
            recent: settings.sessions.recent,
            second_factor_required: settings.second_factor.is_required,
            page: settings.page.clone(),
            public_keys: public_keys(settings),
            second_factor: shared.second_factor,
            sessions: shared.sessions,
            known_keys: shared.known_keys,
            throttle: shared.throttle,
            tokens: shared.tokens,
            standings: shared.standings,
            session_states: shared.session_states,
            passwords: shared.passwords,
            roles: shared.roles,
        };
        Self(Arc::new(services))
    }
}

impl Shared {
    fn new(parts: AuthParts<'_>) -> Self {
        let AuthParts {
            database,
            clock,
            secret_key,
            settings,
            ..
        } = parts;
        let tokens = Arc::new(Tokens::new(secret_key, settings, clock.clone()));
        let refresh_tokens = Arc::new(RefreshTokens::new(secret_key));
        let session_states = standing::session_states(database);
        let sealer = Arc::new(sealer(secret_key, &settings.sealing));
        let roles = Roles::new(settings.roles.clone());
        let throttle = Throttle::new(
            database.clone(),
            clock.clone(),
            secret_key,
            settings.throttle.clone(),
        );
        let standings = standing::standings(database);
        let sessions = Sessions::new(
            database.clone(),
            clock.clone(),
            Arc::clone(&tokens),
            Arc::clone(&refresh_tokens),
            Arc::clone(&session_states),
            settings.sessions.clone(),
        );
        let known_keys = Arc::new(KnownKeys::new(database.clone()));
        let callers = Callers::new(sessions.clone(), roles.clone(), Arc::clone(&standings));
        Self {
            passwords: Arc::new(Passwords::new(
                settings.argon2.clone(),
                settings.password_words.clone(),
            )),
            account_tokens: account_tokens(parts, &throttle),
            second_factor: SecondFactor::new(
                database.clone(),
                clock.clone(),
                secret_key,
                Arc::clone(&sealer),
                throttle.clone(),
                callers.clone(),
                sessions.clone(),
                Arc::clone(&known_keys),
            ),
            known_keys,
            standings,
            sessions,
            callers,
            tokens,
            refresh_tokens,
            session_states,
            sealer,
            roles,
            throttle,
        }
    }
}

fn users(parts: AuthParts<'_>, shared: &Shared) -> Users {
    Users::new(
        parts.database.clone(),
        parts.clock.clone(),
        Arc::clone(&shared.passwords),
        Arc::clone(&shared.standings),
        shared.sessions.clone(),
        shared.callers.clone(),
        shared.roles.clone(),
        shared.throttle.clone(),
        shared.account_tokens.clone(),
    )
}

fn sign_in(parts: AuthParts<'_>, shared: &Shared) -> SignIn {
    SignIn::new(
        parts.database.clone(),
        parts.clock.clone(),
        Arc::clone(&shared.passwords),
        shared.second_factor.clone(),
        shared.sessions.clone(),
        shared.throttle.clone(),
    )
}

fn password_changes(parts: AuthParts<'_>, shared: &Shared) -> PasswordChanges {
    PasswordChanges::new(
        parts.database.clone(),
        parts.clock.clone(),
        Arc::clone(&shared.passwords),
        shared.sessions.clone(),
        shared.callers.clone(),
        shared.account_tokens.clone(),
        shared.throttle.clone(),
        Arc::clone(&shared.known_keys),
    )
}

fn account_tokens(parts: AuthParts<'_>, throttle: &Throttle) -> AccountTokens {
    AccountTokens::new(
        parts.database.clone(),
        parts.clock.clone(),
        AccountTokenKey::new(parts.secret_key),
        parts.settings.mail_links.clone(),
        throttle.clone(),
    )
}

/// What users prove beside and instead of a password.
fn factors(parts: AuthParts<'_>, shared: &Shared) -> (Totp, StepUp, Passkeys) {
    let (database, clock) = (parts.database, parts.clock);
    let settings = &parts.settings.passkeys;
    let totp = Totp::new(
        database.clone(),
        clock.clone(),
        shared.second_factor.clone(),
        shared.callers.clone(),
        settings.name.clone(),
    );
    let step_up = StepUp::new(
        database.clone(),
        clock.clone(),
        Arc::clone(&shared.passwords),
        shared.second_factor.clone(),
        shared.sessions.clone(),
        shared.throttle.clone(),
    );
    let passkeys = Passkeys::new(
        database.clone(),
        clock.clone(),
        shared.sessions.clone(),
        shared.callers.clone(),
        step_up.clone(),
        shared.throttle.clone(),
        settings,
    );
    (totp, step_up, passkeys)
}

/// Signing in by providers, and what they gave us.
fn providers(parts: AuthParts<'_>, shared: &Shared) -> (Oauth, ProviderTokens) {
    let (database, clock) = (parts.database, parts.clock);
    let settings = &parts.settings.oauth;
    let providers = Providers::new(settings, parts.client, clock);
    let oauth = Oauth::new(&OauthParts {
        database,
        clock,
        sealer: &shared.sealer,
        sessions: &shared.sessions,
        callers: &shared.callers,
        second_factor: &shared.second_factor,
        throttle: &shared.throttle,
        providers: &providers,
        settings,
    });
    let sealer = Arc::clone(&shared.sealer);
    let tokens = ProviderTokens::new(database.clone(), clock.clone(), sealer, providers);
    (oauth, tokens)
}

/// What others verify tokens with.
fn public_keys(settings: &AuthSettings) -> JwkSet {
    match &settings.token_keys {
        TokenKeys::Public(ring) => ring.public(),
        TokenKeys::Secret => JwkSet::default(),
    }
}

/// What seals: the newest key that is set, or one of our own, which opens what it sealed in any case.
fn sealer(secret_key: &SecretKey, settings: &SealingSettings) -> Sealer {
    let own = secret_key.derive("auth.seal");
    Sealer::new(&[&settings.keys[..], &[own]].concat())
}

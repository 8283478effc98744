//! What other parts of auth do with sessions, and no route yet shows by itself.

use std::time::Duration;

use ashlar_core::{
    client::{Client, ClientSettings},
    settings::{Reader, SecretKey, Source},
};
use ashlar_testkit::{World, on_each_database};

use super::*;
use crate::{Auth, AuthParts, settings::AuthSettings};

/// Auth with hashes that take no time.
fn auth(world: &World) -> Auth {
    let cheap = [
        ("AUTH_ARGON2_MEMORY_KIB", "8"),
        ("AUTH_ARGON2_ITERATIONS", "1"),
    ];
    let settings = AuthSettings::read(&mut Reader::new(Source::from_pairs(cheap)));
    let (database, clock) = (world.database(), world.clock());
    Auth::new(AuthParts {
        database: &database,
        clock: &clock,
        secret_key: &SecretKey::from_text(&Secret::from("a key for tests")),
        client: &Client::new(&ClientSettings::default(), clock.clone()).unwrap(),
        settings: &settings,
    })
}

/// A session of somebody new.
async fn session(world: &World, auth: &Auth) -> (UserId, SessionId) {
    let email = "ada@example.org".parse().unwrap();
    let (name, password) = ("Ada".parse().unwrap(), "correct horse".parse().unwrap());
    let user_id = auth.users().create_admin(email, name, password).await;
    let user_id = user_id.unwrap();
    let start = async |transaction: &Transaction| {
        let (methods, client) = ([Method::Password], ClientInfo::default());
        let sessions = &auth.sessions;
        sessions
            .start(transaction, user_id, &methods, &client, Delivery::Body)
            .await
    };
    let granted = world.database().transaction(start).await.unwrap();
    (user_id, granted.session_id)
}

async fn authenticate_again(
    world: &World,
    auth: &Auth,
    id: SessionId,
    methods: &[Method],
) -> Result<(), AuthError> {
    let again = async |transaction: &Transaction| {
        let sessions = &auth.sessions;
        sessions.authenticated_again(transaction, id, methods).await
    };
    world.database().transaction(again).await
}

on_each_database! {
    /// It counts at once, for that session alone, and only while it lasts.
    async fn a_proof_of_identity_is_renewed(world: World) {
        let auth = auth(&world);
        let (user_id, id) = session(&world, &auth).await;
        let begin = world.now();
        let state = auth.session_states.of(id).await.unwrap().unwrap();
        assert_eq!(state.authenticated_at, begin);
        world.turn_clock(Duration::from_secs(3600));
        let methods = [Method::Password, Method::Totp];
        authenticate_again(&world, &auth, id, &methods).await.unwrap();
        let state = auth.session_states.of(id).await.unwrap().unwrap();
        assert_eq!(state.authenticated_at, world.now());
        assert_eq!(state.expires_at, begin + auth.sessions.settings.lifetime);

        let why = Revocation::PasswordChanged;
        let revoke = async |transaction: &Transaction| {
            auth.sessions.revoke_all(transaction, user_id, None, why).await
        };
        assert_eq!(world.database().transaction(revoke).await.unwrap(), [id]);
        assert!(auth.session_states.of(id).await.unwrap().unwrap().revoked);
        let over = authenticate_again(&world, &auth, id, &methods).await;
        assert!(matches!(over, Err(AuthError::SessionNotFound)));
    }

    /// What did not happen is not believed, and one session may be left.
    async fn what_is_rolled_back_ends_nothing(world: World) {
        let auth = auth(&world);
        let (user_id, id) = session(&world, &auth).await;
        let why = Revocation::PasswordChanged;
        let fail = async |transaction: &Transaction| {
            auth.sessions.revoke_all(transaction, user_id, None, why).await?;
            Err::<(), _>(AuthError::Busy)
        };
        assert!(world.database().transaction(fail).await.is_err());
        assert!(!auth.session_states.of(id).await.unwrap().unwrap().revoked);
        let keep = async |transaction: &Transaction| {
            auth.sessions.revoke_all(transaction, user_id, Some(id), why).await
        };
        assert_eq!(world.database().transaction(keep).await.unwrap(), []);
        auth.sessions.forget(&[id]);
        assert!(!auth.session_states.of(id).await.unwrap().unwrap().revoked);
    }
}

//! Of a password, a passkey and a provider one remains, whichever goes.

use ashlar_testkit::{World, on_each_database};
use serde_json::{Value, json};

use crate::{
    Member, Served, execute,
    mail_links::sql_id,
    oauth::{Idp, linking, serve_with},
    passkeys,
};

/// What a user can sign in with.
#[derive(Clone, Copy, Debug)]
struct Ways {
    password: bool,
    passkey: bool,
    provider: bool,
}

impl Ways {
    fn all() -> impl Iterator<Item = Self> {
        (1_u8..8).map(|bits| Self {
            password: bits & 1 > 0,
            passkey: bits & 2 > 0,
            provider: bits & 4 > 0,
        })
    }
}

/// A user with these.
async fn user(world: &World, served: &Served, idp: &Idp, name: &str, ways: Ways) -> Member {
    let mut user = served.user(&format!("{name}@example.org")).await;
    if ways.passkey {
        let mut device = passkeys::add(&user).await;
        user = passkeys::signed_in(served, &user, &mut device).await;
    }
    if ways.provider {
        idp.claims(json!({ "sub": name }));
        linking::link(&served.app, &user.client, idp, "dev").await;
    }
    if !ways.password {
        let id = sql_id(world, user.id);
        execute(
            world,
            &format!("DELETE FROM passwords WHERE user_id = {id}"),
        )
        .await;
    }
    user
}

async fn listed(user: &Member, path: &str) -> Vec<Value> {
    let list = user.client.get(path).send().await;
    list.assert_status(200);
    list.json()["data"].as_array().unwrap().clone()
}

async fn links(user: &Member) -> Vec<Value> {
    listed(user, "/api/v1/auth/oauth/links").await
}

async fn passkeys_of(user: &Member) -> Vec<Value> {
    listed(user, "/api/v1/auth/passkeys").await
}

/// Unlinks the provider: whether that was done.
async fn unlink(user: &Member, ways: Ways) -> bool {
    let answer = linking::unlink(&user.client, "dev").await;
    let done = answer.status() == 204;
    if !done {
        answer.assert_error(409, "CONFLICT");
    }
    assert_eq!(links(user).await.len(), usize::from(!done), "{ways:?}");
    done
}

/// Removes the passkey: whether that was done.
async fn remove_passkey(user: &Member, ways: Ways) -> bool {
    let id = passkeys_of(user).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/auth/passkeys/{id}");
    let answer = user.client.delete(path).send().await;
    let done = answer.status() == 204;
    if !done {
        answer.assert_error(409, "CONFLICT");
    }
    assert_eq!(
        passkeys_of(user).await.len(),
        usize::from(!done),
        "{ways:?}"
    );
    done
}

on_each_database! {
    /// Whatever else there is lets a provider go; without anything it stays.
    async fn a_provider_goes_where_another_way_remains(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        for (number, ways) in Ways::all().filter(|ways| ways.provider).enumerate() {
            let user = user(&world, &served, &idp, &format!("user{number}"), ways).await;
            let expected = ways.password || ways.passkey;
            assert_eq!(unlink(&user, ways).await, expected, "{ways:?}");
            if expected && ways.passkey {
                // Now the passkey depends on the password.
                assert_eq!(remove_passkey(&user, ways).await, ways.password, "{ways:?}");
            }
        }
    }

    /// The same of a passkey.
    async fn a_passkey_goes_where_another_way_remains(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        for (number, ways) in Ways::all().filter(|ways| ways.passkey).enumerate() {
            let user = user(&world, &served, &idp, &format!("user{number}"), ways).await;
            let expected = ways.password || ways.provider;
            assert_eq!(remove_passkey(&user, ways).await, expected, "{ways:?}");
            if expected && ways.provider {
                assert_eq!(unlink(&user, ways).await, ways.password, "{ways:?}");
            }
        }
    }

    /// A passkey and a provider, both removed at once: one of them stays.
    async fn two_ways_removed_at_once_leave_one(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ways = Ways { password: false, passkey: true, provider: true };
        for round in 0..3 {
            let user = user(&world, &served, &idp, &format!("user{round}"), ways).await;
            let id = passkeys_of(&user).await[0]["id"].as_str().unwrap().to_owned();
            let passkey = user.client.delete(format!("/api/v1/auth/passkeys/{id}")).send();
            let (passkey, link) =
                futures_util::future::join(passkey, linking::unlink(&user.client, "dev")).await;
            let mut statuses = [passkey.status(), link.status()];
            statuses.sort_unstable();
            assert_eq!(statuses, [204, 409]);
            assert_eq!(passkeys_of(&user).await.len() + links(&user).await.len(), 1);
        }
    }
}

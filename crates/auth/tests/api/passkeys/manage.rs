//! Adding, listing and removing passkeys.

use ashlar_contracts::users::{SecondFactorChange, SecondFactorChanged};
use ashlar_testkit::{World, on_each_database};
use futures_util::future::join;
use serde_json::{Value, json};

use super::{ADA, add, begin, finish, login, signed_in};
use crate::{
    MINUTE, Member, actions, assert_unauthorized, execute, passkeys::device::Device, serve,
};

async fn list(member: &Member) -> Vec<Value> {
    let list = member.client.get("/api/v1/auth/passkeys").send().await;
    list.assert_status(200);
    list.json()["data"].as_array().unwrap().clone()
}

fn path(passkey: &Value) -> String {
    format!("/api/v1/auth/passkeys/{}", passkey["id"].as_str().unwrap())
}

on_each_database! {
    /// What is asked of a browser, and what its user sees of the passkey.
    async fn a_passkey_is_added_and_removed(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let options = begin(&ada).await.json()["options"].clone();
        assert_eq!(options["rp"], json!({ "id": "localhost", "name": "Ashlar" }));
        assert_eq!(options["user"]["name"], ADA);
        assert_eq!(options["attestation"], "none");
        let selection = json!({
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        });
        assert_eq!(options["authenticatorSelection"], selection);
        let mut device = add(&ada).await;
        let passkeys = list(&ada).await;
        assert_eq!(passkeys[0]["last_used_at"], Value::Null);
        let ada = signed_in(&served, &ada, &mut device).await;
        let excluded = begin(&ada).await.json()["options"]["excludeCredentials"].clone();
        assert_eq!(excluded[0]["id"], device.credential_id.as_str());
        assert_eq!(passkeys[0]["name"], "Laptop");
        assert_ne!(list(&ada).await[0]["last_used_at"], Value::Null);

        ada.client.delete(path(&passkeys[0])).send().await.assert_status(204);
        ada.client.delete(path(&passkeys[0])).send().await.assert_error(404, "NOT_FOUND");
        assert_unauthorized(&login(&served, &mut device).await, "Invalid credentials");
        let changes = world.published().await.of::<SecondFactorChanged>();
        let changes: Vec<SecondFactorChange> = changes.iter().map(|event| event.change).collect();
        assert_eq!(changes, [SecondFactorChange::PasskeyAdded, SecondFactorChange::PasskeyRemoved]);
        let actions = actions(&world).await;
        for action in ["passkey.added", "passkey.removed"] {
            assert!(actions.contains(&action.to_owned()), "{actions:?}");
        }
    }

    /// Somebody else's passkey does not exist.
    async fn another_users_passkey_is_not_found(world: World) {
        let served = serve(&world).await;
        let (ada, eve) = (served.user(ADA).await, served.user("eve@example.org").await);
        let mut device = add(&ada).await;
        let passkey = list(&ada).await.remove(0);
        assert!(list(&eve).await.is_empty());
        eve.client.delete(path(&passkey)).send().await.assert_error(404, "NOT_FOUND");
        login(&served, &mut device).await.assert_status(200);
    }

    /// A session that was left open changes nothing (OWASP ASVS 4.0, 3.7.1).
    async fn changes_ask_for_a_recent_proof(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let mut device = add(&ada).await;
        let ada = signed_in(&served, &ada, &mut device).await;
        let body = Device::new().create(&begin(&ada).await);
        let passkey = list(&ada).await.remove(0);
        world.turn_clock(16 * MINUTE);
        finish(&ada, &body).await.assert_error(403, "STEP_UP_REQUIRED");
        let remove = ada.client.delete(path(&passkey)).send().await;
        remove.assert_error(403, "STEP_UP_REQUIRED");
        let begun = ada.client.post("/api/v1/auth/passkeys/register/begin").send().await;
        begun.assert_error(403, "STEP_UP_REQUIRED");
    }

    /// Whoever has no password keeps one passkey, also when the last two are removed at once.
    async fn the_last_way_to_sign_in_remains(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let mut device = add(&ada).await;
        let ada = signed_in(&served, &ada, &mut device).await;
        add(&ada).await;
        execute(&world, "DELETE FROM passwords").await;
        let passkeys = list(&ada).await;
        let remove = |passkey| ada.client.delete(path(passkey)).send();
        let (one, other) = join(remove(&passkeys[0]), remove(&passkeys[1])).await;
        let mut statuses = [one.status(), other.status()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        assert_eq!(list(&ada).await.len(), 1);
    }

    /// Twenty are enough.
    async fn a_user_has_twenty_at_most(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let mut device = add(&ada).await;
        let ada = signed_in(&served, &ada, &mut device).await;
        for _ in 0..18 {
            add(&ada).await;
        }
        let (mut one, mut other) = (Device::new(), Device::new());
        let bodies = [one.create(&begin(&ada).await), other.create(&begin(&ada).await)];
        let (one, other) = join(finish(&ada, &bodies[0]), finish(&ada, &bodies[1])).await;
        let mut statuses = [one.status(), other.status()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        let full = ada.client.post("/api/v1/auth/passkeys/register/begin").send().await;
        full.assert_error(409, "CONFLICT");
    }
}

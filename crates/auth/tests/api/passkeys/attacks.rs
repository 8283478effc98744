//! What devices, browsers and those who sit between them may try.

use ashlar_testkit::{World, on_each_database};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    ADA, add, begin, begin_login,
    device::{Device, PRESENT, VERIFIED, base64},
    finish, finish_login, login,
};
use crate::{MINUTE, actions, assert_unauthorized, query_text, serve, while_uncommitted};

/// What is changed of an honest device.
type Change = fn(&mut Device);

/// What is changed of an honest answer.
type Tampering = Box<dyn Fn(&mut Value)>;

const DISHONEST: [(&str, Change); 5] = [
    ("an origin of somebody else", |device| {
        device.origin = "http://localhost:8000.evil.example".to_owned();
    }),
    ("another port", |device| {
        device.origin = "http://localhost:9000".to_owned()
    }),
    ("another site", |device| {
        device.site = "evil.example".to_owned()
    }),
    ("a user who was not verified", |device| {
        device.flags = PRESENT
    }),
    ("nobody there", |device| device.flags = VERIFIED),
];

on_each_database! {
    /// Phishing, and devices that were not unlocked: no passkey is added.
    async fn a_dishonest_device_adds_no_passkey(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        for (what, change) in DISHONEST {
            let mut device = Device::new();
            change(&mut device);
            let body = device.create(&begin(&ada).await);
            let refused = finish(&ada, &body).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), ["credential"], "{what}");
        }
        let list = ada.client.get("/api/v1/auth/passkeys").send().await;
        assert_eq!(list.json(), json!({ "data": [] }));
    }

    /// The same, and nobody is signed in; each refusal looks alike.
    async fn a_dishonest_device_signs_nobody_in(world: World) {
        let served = serve(&world).await;
        let mut device = add(&served.user(ADA).await).await;
        for (what, change) in DISHONEST {
            let honest = (device.origin.clone(), device.site.clone(), device.flags);
            change(&mut device);
            let refused = login(&served, &mut device).await;
            assert_unauthorized(&refused, "Invalid credentials");
            assert!(refused.error_fields().is_empty(), "{what}");
            (device.origin, device.site, device.flags) = honest;
        }
        login(&served, &mut device).await.assert_status(200);
    }

    /// What was signed is what was asked, in full.
    async fn tampering_is_noticed(world: World) {
        let served = serve(&world).await;
        let mut device = add(&served.user(ADA).await).await;
        let wrong = |field: &'static str, change: fn(&mut Vec<u8>)| {
            move |body: &mut Value| {
                let text = body["credential"]["response"][field].as_str().unwrap();
                let mut bytes = decoded(text);
                change(&mut bytes);
                body["credential"]["response"][field] = json!(base64(&bytes));
            }
        };
        let changes: [Tampering; 8] = [
            Box::new(wrong("signature", |bytes| *bytes.last_mut().unwrap() ^= 1)),
            Box::new(wrong("signature", |bytes| bytes.truncate(8))),
            Box::new(wrong("authenticatorData", |bytes| bytes[36] ^= 2)),
            Box::new(wrong("authenticatorData", |bytes| bytes.push(0))),
            Box::new(wrong("clientDataJSON", |bytes| bytes.push(b' '))),
            Box::new(|body| body["credential"]["response"]["signature"] = json!("=?=")),
            Box::new(|body| body["credential"]["response"]["userHandle"] = json!(base64(&[7; 16]))),
            Box::new(|body| body["credential"]["response"]["userHandle"] = Value::Null),
        ];
        for change in changes {
            let mut body = device.get(&begin_login(&served).await);
            change(&mut body);
            assert_unauthorized(&finish_login(&served, &body).await, "Invalid credentials");
        }
        login(&served, &mut device).await.assert_status(200);
    }

    /// An answer is good once, for its question, for five minutes.
    async fn a_challenge_is_good_once(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let mut device = add(&ada).await;
        let body = device.get(&begin_login(&served).await);
        finish_login(&served, &body).await.assert_status(200);
        assert_unauthorized(&finish_login(&served, &body).await, "Invalid credentials");

        let body = device.get(&begin_login(&served).await);
        let both = join_all((0..3).map(|_| finish_login(&served, &body))).await;
        assert_eq!(both.iter().filter(|answer| answer.status() == 200).count(), 1);

        // The old signature under a new question.
        let mut replayed = body.clone();
        replayed["challenge_id"] = begin_login(&served).await.json()["challenge_id"].clone();
        assert_unauthorized(&finish_login(&served, &replayed).await, "Invalid credentials");

        let late = device.get(&begin_login(&served).await);
        world.turn_clock(5 * MINUTE);
        assert_unauthorized(&finish_login(&served, &late).await, "Invalid credentials");

        let ada = served.granted(ada.id, &login(&served, &mut device).await);
        let mut device = Device::new();
        let body = device.create(&begin(&ada).await);
        finish(&ada, &body).await.assert_status(201);
        let again = finish(&ada, &body).await;
        again.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(again.error_fields(), ["challenge_id"]);
    }

    /// A question asked of one user is not answered by another, nor one for another purpose.
    async fn a_challenge_is_for_one_user_and_purpose(world: World) {
        let served = serve(&world).await;
        let (ada, eve) = (served.user(ADA).await, served.user("eve@example.org").await);
        let mut device = Device::new();
        let body = device.create(&begin(&ada).await);
        finish(&eve, &body).await.assert_error(422, "VALIDATION_ERROR");
        let mut device = add(&ada).await;
        let begun = ada.client.post("/api/v1/auth/passkeys/step-up/begin").send().await;
        let body = device.get(&begun);
        assert_unauthorized(&finish_login(&served, &body).await, "Invalid credentials");
        // A signature for one ceremony in the other.
        let begun = begin_login(&served).await.json();
        let data = device.client_data("webauthn.create", &begun["options"]["challenge"]);
        let body = device.answer(&begun["challenge_id"], &data);
        assert_unauthorized(&finish_login(&served, &body).await, "Invalid credentials");
    }

    /// A passkey that is somebody's already, and one whose id is claimed by another key.
    async fn a_credential_belongs_to_one_user(world: World) {
        let served = serve(&world).await;
        let (ada, eve) = (served.user(ADA).await, served.user("eve@example.org").await);
        let mut device = add(&ada).await;
        let mut thief = Device::new();
        thief.credential_id = device.credential_id.clone();
        let body = thief.create(&begin(&eve).await);
        finish(&eve, &body).await.assert_error(409, "CONFLICT");
        thief.user_handle = device.user_handle.clone();
        assert_unauthorized(&login(&served, &mut thief).await, "Invalid credentials");
        let mut unknown = Device::new();
        unknown.user_handle = device.user_handle.clone();
        assert_unauthorized(&login(&served, &mut unknown).await, "Invalid credentials");
        // Said to be of another credential than it is.
        let mut device_of_eve = Device::new();
        let mut body = device_of_eve.create(&begin(&eve).await);
        body["credential"]["id"] = json!(base64(&[1; 32]));
        finish(&eve, &body).await.assert_error(422, "VALIDATION_ERROR");
        login(&served, &mut device).await.assert_status(200);
    }

    /// A count that does not grow: there are two of it (WebAuthn, 7.2, step 22).
    async fn a_cloned_passkey_is_refused(world: World) {
        let served = serve(&world).await;
        let mut device = add(&served.user(ADA).await).await;
        device.sign_count = 41;
        login(&served, &mut device).await.assert_status(200);
        for count in [42_u32, 8, 0] {
            device.sign_count = count.wrapping_sub(1);
            assert_unauthorized(&login(&served, &mut device).await, "Invalid credentials");
        }
        let refused = actions(&world).await;
        assert_eq!(refused.iter().filter(|one| *one == "passkey.refused").count(), 3);
        let count = query_text(&world, "SELECT CAST(sign_count AS TEXT) AS text FROM passkeys").await;
        assert_eq!(count, ["42"]);
        device.sign_count = 42;
        login(&served, &mut device).await.assert_status(200);
    }

    /// Suspended between the look at the user and the session: no session comes of it, which would
    /// be good again as soon as the suspension is over.
    async fn a_suspension_overtakes_no_sign_in(world: World) {
        let served = serve(&world).await;
        let mut device = add(&served.user(ADA).await).await;
        let body = device.get(&begin_login(&served).await);
        let answer = while_uncommitted(
            &world,
            "UPDATE users SET status = 'suspended'",
            finish_login(&served, &body),
        ).await;
        assert_unauthorized(&answer, "Invalid credentials");
        let methods = query_text(&world, "SELECT methods AS text FROM sessions").await;
        assert_eq!(methods, ["pwd"]);
    }

    /// Texts that no browser sends.
    async fn bodies_are_checked(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let mut device = Device::new();
        let good = device.create(&begin(&ada).await);
        for (path, value) in [
            ("/credential/id", json!("x".repeat(1365))),
            ("/credential/response/attestationObject", json!("x".repeat(65_537))),
            ("/credential/type", json!("password")),
            ("/name", json!("\u{0}")),
            ("/name", json!(" ")),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(path).unwrap() = value;
            let refused = finish(&ada, &bad).await.status();
            assert!(matches!(refused, 400 | 422), "{path}: {refused}");
        }
        finish(&ada, &good).await.assert_status(201);
    }
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(text)
        .unwrap()
}

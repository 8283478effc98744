//! The keys that passkeys may have.

use ashlar_testkit::{World, on_each_database};

use super::{
    ADA, begin,
    device::Device,
    device_key::{DeviceKey, p256, rsa},
    finish, login, signed_in,
};
use crate::{assert_unauthorized, serve};

on_each_database! {
    /// EdDSA, ES256 and RS256: each is offered, so each signs in, and none for another.
    async fn each_algorithm_signs_in(world: World) {
        let served = serve(&world).await;
        let mut ada = served.user(ADA).await;
        for key in [DeviceKey::ed25519, DeviceKey::p256, DeviceKey::rsa] {
            let mut device = Device::with(key());
            let body = device.create(&begin(&ada).await);
            finish(&ada, &body).await.assert_status(201);
            ada = signed_in(&served, &ada, &mut device).await;
            let mut thief = Device::with(key());
            thief.credential_id.clone_from(&device.credential_id);
            thief.user_handle.clone_from(&device.user_handle);
            thief.sign_count = device.sign_count;
            assert_unauthorized(&login(&served, &mut thief).await, "Invalid credentials");
            login(&served, &mut device).await.assert_status(200);
        }
    }

    /// Else it would count as a way to sign in that is none, or be kept and read by the megabyte.
    async fn a_key_that_verifies_nothing_is_no_passkey(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let odd = |length: usize| {
            let mut modulus = vec![0xc1; length];
            modulus[length - 1] = 0x01;
            modulus
        };
        for (what, cose) in [
            ("a point off the curve", p256(&[7; 32], &[7; 32])),
            ("the point at infinity", p256(&[0; 32], &[0; 32])),
            ("1024 bits", rsa(&odd(128), &[1, 0, 1])),
            ("40 kilobytes", rsa(&odd(40_000), &[1, 0, 1])),
            ("an exponent of one", rsa(&odd(256), &[1])),
            ("an even exponent", rsa(&odd(256), &[1, 0, 0])),
            ("an endless exponent", rsa(&odd(256), &[0xff; 23])),
            ("a modulus with a leading zero", rsa(&[&[0], &odd(256)[..]].concat(), &[1, 0, 1])),
            ("an even modulus", rsa(&[0xc0; 256], &[1, 0, 1])),
        ] {
            let mut device = Device::with(DeviceKey::p256().telling(cose));
            let body = device.create(&begin(&ada).await);
            let refused = finish(&ada, &body).await;
            assert_eq!(refused.status(), 422, "{what}");
            assert_eq!(refused.error_fields(), ["credential"], "{what}");
        }
    }
}

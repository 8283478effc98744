//! Passkeys: `/auth/passkeys`.

mod attacks;
mod device;
mod device_key;
mod keys;
mod manage;
mod sign_in;

use ashlar_testkit::TestResponse;
use serde_json::Value;

pub(crate) use self::device::Device;
use crate::{Member, Served};

const ADA: &str = "ada@example.org";

/// The first step of adding a passkey.
async fn begin(member: &Member) -> TestResponse {
    let begin = member.client.post("/api/v1/auth/passkeys/register/begin");
    let begun = begin.send().await;
    begun.assert_status(200);
    begun
}

/// The second.
async fn finish(member: &Member, body: &Value) -> TestResponse {
    let finish = member.client.post("/api/v1/auth/passkeys/register/finish");
    finish.json(body).send().await
}

/// A device with a new passkey of `member`.
pub(crate) async fn add(member: &Member) -> Device {
    let mut device = Device::new();
    let body = device.create(&begin(member).await);
    finish(member, &body).await.assert_status(201);
    device
}

/// The first step of signing in.
async fn begin_login(served: &Served) -> TestResponse {
    let begin = served
        .app
        .anonymous()
        .post("/api/v1/auth/passkeys/login/begin");
    let begun = begin.send().await;
    begun.assert_status(200);
    begun
}

/// The second.
async fn finish_login(served: &Served, body: &Value) -> TestResponse {
    let finish = served
        .app
        .anonymous()
        .post("/api/v1/auth/passkeys/login/finish");
    finish.json(body).send().await
}

/// `member` in a new session that began with the passkey on `device`.
pub(crate) async fn signed_in(served: &Served, member: &Member, device: &mut Device) -> Member {
    served.granted(member.id, &login(served, device).await)
}

pub(crate) async fn login(served: &Served, device: &mut Device) -> TestResponse {
    let begun = begin_login(served).await;
    finish_login(served, &device.get(&begun)).await
}

//! An authenticator app, as users have one: it knows a secret and the time.

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use ashlar_testkit::{TestResponse, World};

use crate::{Member, PASSWORD, Served};

/// An app that was set up.
pub(crate) struct AuthenticatorApp(Vec<u8>);

impl AuthenticatorApp {
    /// Sets one up for `member`, who has confirmed nothing yet.
    pub(crate) async fn enrol(member: &Member) -> Self {
        let enrolled = member.client.post("/api/v1/auth/mfa/totp").send().await;
        enrolled.assert_status(201);
        Self::of(&enrolled)
    }

    /// What an app reads of an answer.
    pub(crate) fn of(enrolled: &TestResponse) -> Self {
        let secret = enrolled.json()["secret"].as_str().unwrap().to_owned();
        Self(from_base32(&secret))
    }

    /// Turns one on, then goes on to the next code, since each is good once. The recovery codes.
    pub(crate) async fn enable(world: &World, member: &Member) -> (Self, Vec<String>) {
        let app = Self::enrol(member).await;
        let confirmed = confirm(member, &app.code(world.now())).await;
        confirmed.assert_status(200);
        world.turn_clock(std::time::Duration::from_secs(30));
        let codes = confirmed.json()["recovery_codes"]
            .as_array()
            .unwrap()
            .clone();
        let text = |code: Value| code.as_str().unwrap().to_owned();
        (app, codes.into_iter().map(text).collect())
    }

    /// What it shows at this time: RFC 6238, once more, from its text.
    pub(crate) fn code(&self, now: DateTime<Utc>) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &(now.timestamp() / 30).to_be_bytes());
        let offset = usize::from(tag.as_ref()[19] % 16);
        let four: [u8; 4] = tag.as_ref()[offset..offset + 4].try_into().unwrap();
        let number = u32::from_be_bytes(four) % (1 << 31);
        format!("{:06}", number % 1_000_000)
    }

    /// A code that is wrong now, and in the steps beside.
    pub(crate) fn wrong_code(&self, now: DateTime<Utc>) -> String {
        let right = [-30, 0, 30].map(|seconds| self.code(now + chrono::Duration::seconds(seconds)));
        let mut wrong = (0..).map(|number| format!("{number:06}"));
        wrong.find(|code| !right.contains(code)).unwrap()
    }
}

/// Confirms the app of `member` with this code.
pub(crate) async fn confirm(member: &Member, code: &str) -> TestResponse {
    let confirm = member.client.post("/api/v1/auth/mfa/totp/confirm");
    confirm.json(&json!({ "code": code })).send().await
}

/// Signs in with the password and this code.
pub(crate) async fn login(served: &Served, email: &str, code: &str) -> TestResponse {
    let body = json!({ "email": email, "password": PASSWORD, "code": code });
    let login = served.app.anonymous().post("/api/v1/auth/login");
    login.json(&body).send().await
}

/// Steps up within the session of `member`.
pub(crate) async fn step_up(member: &Member, body: Value) -> TestResponse {
    let step_up = member.client.post("/api/v1/auth/step-up");
    step_up.json(&body).send().await
}

fn from_base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut have) = (Vec::new(), 0_u32, 0);
    for character in text.chars() {
        let digit = match character {
            'A'..='Z' => u32::from(character) - u32::from('A'),
            '2'..='7' => u32::from(character) - u32::from('2') + 26,
            other => panic!("{other} is no base32"),
        };
        (bits, have) = ((bits << 5 | digit) & 0xfff, have + 5);
        if have >= 8 {
            have -= 8;
            bytes.push(u8::try_from(bits >> have & 0xff).unwrap());
        }
    }
    bytes
}

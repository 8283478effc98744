//! A device with passkeys, as WebAuthn describes it, and a browser around it: so that it can be told
//! to do what no honest one does.

use ashlar_testkit::TestResponse;
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::device_key::DeviceKey;

/// The defaults of a server on this machine.
const ORIGIN: &str = "http://localhost:8000";
const SITE: &str = "localhost";

pub(super) const PRESENT: u8 = 1;
pub(super) const VERIFIED: u8 = 1 << 2;
const ATTESTED: u8 = 1 << 6;

/// One passkey on a device, and how the device and its browser behave.
pub(crate) struct Device {
    key: DeviceKey,
    pub(super) credential_id: String,
    /// What the site said the user is called.
    pub(super) user_handle: Option<String>,
    /// How often it signed.
    pub(super) sign_count: u32,
    pub(super) flags: u8,
    pub(super) site: String,
    pub(super) origin: String,
}

impl Device {
    pub(super) fn new() -> Self {
        Self::with(DeviceKey::p256())
    }

    pub(super) fn with(key: DeviceKey) -> Self {
        let mut id = [0; 32];
        aws_lc_rs::rand::fill(&mut id).unwrap();
        Self {
            key,
            credential_id: base64(&id),
            user_handle: None,
            sign_count: 0,
            flags: PRESENT | VERIFIED,
            site: SITE.to_owned(),
            origin: ORIGIN.to_owned(),
        }
    }

    /// Makes the passkey that `begun` asks for: the body of the second step.
    pub(super) fn create(&mut self, begun: &TestResponse) -> Value {
        let begun = begun.json();
        let options = &begun["options"];
        self.user_handle = Some(options["user"]["id"].as_str().unwrap().to_owned());
        let client_data = self.client_data("webauthn.create", &options["challenge"]);
        let credential = json!({
            "id": self.credential_id,
            "rawId": self.credential_id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(client_data.as_bytes()),
                "attestationObject": base64(&self.attestation_object()),
                "transports": ["internal", "telepathy"],
            },
        });
        json!({ "challenge_id": begun["challenge_id"], "name": "Laptop", "credential": credential })
    }

    /// Signs what `begun` asks for: the body of the second step.
    pub(super) fn get(&mut self, begun: &TestResponse) -> Value {
        let begun = begun.json();
        let client_data = self.client_data("webauthn.get", &begun["options"]["challenge"]);
        self.answer(&begun["challenge_id"], &client_data)
    }

    /// The same, of a page that says `client_data`.
    pub(super) fn answer(&mut self, challenge_id: &Value, client_data: &str) -> Value {
        self.sign_count = self.sign_count.wrapping_add(1);
        let data = self.authenticator_data(self.flags);
        let hash = digest::digest(&digest::SHA256, client_data.as_bytes());
        let message = [&data, hash.as_ref()].concat();
        let signature = self.key.sign(&message);
        let credential = json!({
            "id": self.credential_id,
            "rawId": self.credential_id,
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64(client_data.as_bytes()),
                "authenticatorData": base64(&data),
                "signature": base64(&signature),
                "userHandle": self.user_handle,
            },
        });
        json!({ "challenge_id": challenge_id, "credential": credential })
    }

    pub(super) fn client_data(&self, kind: &str, challenge: &Value) -> String {
        let data = json!({
            "type": kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let hash = digest::digest(&digest::SHA256, self.site.as_bytes());
        let count = self.sign_count.to_be_bytes();
        [hash.as_ref(), &[flags], &count].concat()
    }

    /// Map of three: `fmt` none, `attStmt` empty, `authData` with the new key.
    fn attestation_object(&self) -> Vec<u8> {
        let id = URL_SAFE_NO_PAD.decode(&self.credential_id).unwrap();
        let data = [
            &self.authenticator_data(self.flags | ATTESTED)[..],
            &[0; 16],
            &u16::try_from(id.len()).unwrap().to_be_bytes(),
            &id,
            self.key.cose(),
        ]
        .concat();
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        [
            &b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59"[..],
            &length,
            &data,
        ]
        .concat()
    }
}

pub(super) fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

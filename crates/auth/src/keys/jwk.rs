//! Public keys as everybody reads them: JSON Web Keys (RFC 7517, RFC 8037).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::Serialize;

/// Public keys (RFC 7517, 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JwkSet {
    /// Each of them; none when tokens are signed with a key that is nobody's business.
    pub keys: Vec<Jwk>,
}

/// A public Ed25519 key (RFC 8037, 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "JsonWebKey")]
pub struct Jwk {
    /// The family of keys: `OKP`, a point on a curve.
    pub kty: &'static str,
    /// The curve: `Ed25519`.
    pub crv: &'static str,
    /// The point, in base64url.
    pub x: String,
    /// What tokens call the key: its thumbprint (RFC 7638).
    pub kid: String,
    /// What it verifies: `EdDSA`.
    pub alg: &'static str,
    /// What it is for: `sig`, signatures.
    #[serde(rename = "use")]
    pub purpose: &'static str,
}

impl Jwk {
    pub(super) fn ed25519(public: &[u8; 32]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(public);
        Self {
            kty: "OKP",
            crv: "Ed25519",
            kid: thumbprint(&x),
            x,
            alg: "EdDSA",
            purpose: "sig",
        }
    }
}

/// The hash of the members that make up the key, in the order of their names, without a blank (RFC
/// 7638, 3; RFC 8037, 2).
fn thumbprint(x: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

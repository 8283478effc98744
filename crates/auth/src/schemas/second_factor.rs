//! Second factors on the wire: authenticator apps, recovery codes, stepping up.

use ashlar_core::secret::Secret;
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::service::{Enrolment, Factors};

/// What the signed-in user has.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FactorsResponse {
    /// Whether signing in with the password asks for a code of an authenticator app.
    pub totp: bool,
    /// How many recovery codes are unused.
    pub recovery_codes_left: u64,
    /// How many passkeys there are.
    pub passkeys: u64,
}

/// What an authenticator app must know. It is shown here and never again.
#[derive(Serialize, JsonSchema)]
pub struct TotpResponse {
    /// The secret (RFC 6238) in base32, to be typed in.
    pub secret: String,
    /// The same with all that belongs to it: `otpauth://totp/…`.
    pub uri: String,
    /// The URI as a QR code: an `svg` element.
    pub qr: String,
}

/// A first code of the app.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TotpConfirm {
    /// Six digits.
    #[garde(length(chars, max = 64))]
    pub code: Secret,
}

/// What lets a user in who lost their app. They are shown here and never again.
#[derive(Serialize, JsonSchema)]
pub struct RecoveryCodesResponse {
    /// Ten of them, each good once.
    pub recovery_codes: Vec<String>,
}

/// Proof of identity, once more.
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpRequest {
    /// The password, of whoever has one.
    #[serde(default)]
    #[garde(length(chars, max = 128))]
    pub password: Option<Secret>,
    /// A code of the authenticator app, or a recovery code, of whoever has an app.
    #[serde(default)]
    #[garde(length(chars, max = 64))]
    pub code: Option<Secret>,
}

impl From<Factors> for FactorsResponse {
    fn from(factors: Factors) -> Self {
        Self {
            totp: factors.totp,
            recovery_codes_left: factors.recovery_codes_left,
            passkeys: factors.passkeys,
        }
    }
}

impl From<Enrolment> for TotpResponse {
    fn from(enrolment: Enrolment) -> Self {
        let shown = |secret: Secret| secret.expose().to_owned();
        Self {
            secret: shown(enrolment.secret),
            uri: shown(enrolment.uri),
            qr: shown(enrolment.qr),
        }
    }
}

impl From<Vec<Secret>> for RecoveryCodesResponse {
    fn from(codes: Vec<Secret>) -> Self {
        let shown = codes.iter().map(|code| code.expose().to_owned());
        Self {
            recovery_codes: shown.collect(),
        }
    }
}

//! What a browser says of the page on which a passkey was asked for (5.8.1).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::Deserialize;

use super::Refusal;

/// What a passkey was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    Create,
    Get,
}

/// Browsers may add to it, so what is not known is ignored.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    ceremony: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
    #[serde(default, rename = "topOrigin")]
    top_origin: Option<String>,
}

impl Ceremony {
    fn as_str(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// That `json` tells of this `ceremony`, for this `challenge` (base64url), on a page at one of
/// `origins` that is not framed by a page of somebody else.
pub(super) fn check(
    json: &[u8],
    ceremony: Ceremony,
    challenge: &str,
    origins: &[String],
) -> Result<(), Refusal> {
    let data: ClientData = serde_json::from_slice(json).map_err(|_| Refusal::Malformed)?;
    if data.ceremony != ceremony.as_str() {
        return Err(Refusal::WrongCeremony);
    }
    if verify_slices_are_equal(data.challenge.as_bytes(), challenge.as_bytes()).is_err() {
        return Err(Refusal::WrongChallenge);
    }
    if !origins.contains(&data.origin) {
        return Err(Refusal::WrongOrigin);
    }
    if data.cross_origin || data.top_origin.is_some() {
        return Err(Refusal::CrossOrigin);
    }
    Ok(())
}

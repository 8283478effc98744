//! What a provider tells of a user.

use ashlar_core::secret::Secret;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{endpoint::Endpoint, error::ProviderError};
use crate::settings::UserinfoFields;

/// Fit their columns.
const MAX_ID: usize = 255;
const MAX_TEXT: usize = 254;

/// The claims of an ID token, or the fields of a userinfo answer.
pub(super) type Claims = Map<String, Value>;

/// Who somebody is at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    /// Their id, which never changes, and never becomes another's.
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    /// Whether the provider made sure that mail to the address reaches them.
    pub(crate) email_verified: bool,
    pub(crate) name: Option<String>,
    /// When the provider last asked them who they are, where it says so.
    pub(crate) authenticated_at: Option<DateTime<Utc>>,
}

/// Asks the userinfo endpoint whose the access token is.
pub(super) async fn fetch(endpoint: &Endpoint, token: &Secret) -> Result<Claims, ProviderError> {
    let bearer = Secret::from(format!("Bearer {}", token.expose()));
    let call = endpoint.get().secret_header("authorization", &bearer);
    Ok(call.json().await?)
}

impl Profile {
    /// The profile in `claims`; nothing when they do not tell who it is.
    pub(super) fn of(claims: &Claims, fields: &UserinfoFields) -> Option<Self> {
        let first = |names: &[String]| names.iter().find_map(|name| text(claims.get(name)?));
        Some(Self {
            subject: first(&fields.id).filter(|id| id.len() <= MAX_ID)?,
            email: claims.get(&fields.email).and_then(text),
            email_verified: claims.get(&fields.email_verified).is_some_and(is_true),
            name: first(&fields.name).map(|name| name.chars().take(MAX_TEXT).collect()),
            authenticated_at: None,
        })
    }
}

/// A text or a whole number (GitHub's ids), without what the database or a log could stumble on.
fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}

/// Some write it as a text.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is_true) => *is_true,
        Value::String(text) => text == "true",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn profile(claims: &Value) -> Option<Profile> {
        Profile::of(claims.as_object().unwrap(), &UserinfoFields::default())
    }

    #[test]
    fn fields_are_found_in_the_order_of_their_names() {
        let github = json!({ "id": 583231, "login": "octocat", "name": null, "email": null });
        let github = profile(&github).unwrap();
        assert_eq!(github.subject, "583231");
        assert_eq!(github.name.as_deref(), Some("octocat"));
        assert_eq!((github.email, github.email_verified), (None, false));
        let spotify = json!({ "id": "smedjan", "display_name": "Ada", "email": "ada@example.org" });
        let spotify = profile(&spotify).unwrap();
        assert_eq!(
            (&*spotify.subject, spotify.name.as_deref()),
            ("smedjan", Some("Ada"))
        );
        assert!(!spotify.email_verified);
    }

    #[test]
    fn an_address_is_verified_when_it_is_said_to_be() {
        for (value, is_verified) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!("yes"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            let claims = json!({ "sub": "a", "email": "a@b.cd", "email_verified": value });
            assert_eq!(profile(&claims).unwrap().email_verified, is_verified);
        }
    }

    #[test]
    fn nobody_is_nobody() {
        for sub in [
            json!(""),
            json!(null),
            json!(1.5),
            json!(["a"]),
            json!("a\u{0}"),
            json!(" "),
        ] {
            assert_eq!(profile(&json!({ "sub": sub })), None);
        }
        assert_eq!(profile(&json!({ "sub": "a".repeat(256) })), None);
        assert_eq!(profile(&json!({ "email": "a@b.cd" })), None);
    }
}

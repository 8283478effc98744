//! The token check of the yardsticks: HS256 with `exp`, `iss` and `aud`, the claims Ashlar puts in.

use std::env;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::Refusal;
use crate::error::BenchError;

/// Environment variable with the signing secret: an argument would show in the process list.
pub(crate) const SECRET_VARIABLE: &str = "ASHLAR_BENCH_SECRET";

const ISSUER: &str = "ashlar-bench";
const AUDIENCE: &str = "ashlar-bench";
/// Longer than any run.
const LIFETIME_SECONDS: u64 = 24 * 60 * 60;

/// A token for `subject`, with the claims that Ashlar's own tokens have.
///
/// # Errors
/// When the secret cannot sign.
pub(crate) fn mint(secret: &str, subject: Uuid) -> Result<String, BenchError> {
    let now = jsonwebtoken::get_current_timestamp();
    let claims = Claims {
        sub: subject,
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        iat: now,
        exp: now + LIFETIME_SECONDS,
        jti: Uuid::new_v4(),
        sid: Uuid::new_v4(),
    };
    let key = EncodingKey::from_secret(secret.as_bytes());
    Ok(jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        &claims,
        &key,
    )?)
}

/// Key and rules, made once a process.
pub(crate) struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    /// Reads the secret from the environment.
    pub(super) fn from_environment() -> Result<Self, BenchError> {
        let secret = env::var(SECRET_VARIABLE)
            .map_err(|_| BenchError::Failed(format!("{SECRET_VARIABLE} is not set")))?;
        Ok(Self::new(&secret))
    }

    /// With this secret.
    pub(crate) fn new(secret: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self {
            key: DecodingKey::from_secret(secret.as_bytes()),
            validation,
        }
    }

    fn subject(&self, request: &HttpRequest) -> Option<Uuid> {
        let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
        self.subject_of(header.strip_prefix("Bearer ")?)
    }

    /// Whose token it is, if it is valid.
    pub(crate) fn subject_of(&self, token: &str) -> Option<Uuid> {
        let data = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation).ok()?;
        Some(data.claims.sub)
    }
}

/// Who calls, from a valid bearer token; anything else is a 401.
pub(super) struct Caller(pub(super) Uuid);

impl FromRequest for Caller {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let verifier = request.app_data::<web::Data<Verifier>>();
        let subject = verifier.and_then(|verifier| verifier.subject(request));
        ready(subject.map(Self).ok_or(Refusal::Unauthorized))
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
    jti: Uuid,
    sid: Uuid,
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn subject(verifier: &Verifier, token: &str) -> Option<Uuid> {
        let request = TestRequest::get()
            .insert_header((AUTHORIZATION, format!("Bearer {token}")))
            .to_http_request();
        verifier.subject(&request)
    }

    #[test]
    fn a_minted_token_names_its_subject() {
        let user = Uuid::new_v4();
        let token = mint("one secret", user).unwrap();
        assert_eq!(subject(&Verifier::new("one secret"), &token), Some(user));
    }

    #[test]
    fn a_token_of_another_secret_is_refused() {
        let token = mint("one secret", Uuid::new_v4()).unwrap();
        assert_eq!(subject(&Verifier::new("another"), &token), None);
    }

    #[test]
    fn an_expired_token_and_one_for_others_are_refused() {
        let verifier = Verifier::new("s");
        let now = jsonwebtoken::get_current_timestamp();
        let signed = |aud: &str, exp: u64| {
            let claims = Claims {
                sub: Uuid::nil(),
                iss: ISSUER.into(),
                aud: aud.into(),
                iat: now,
                exp,
                jti: Uuid::nil(),
                sid: Uuid::nil(),
            };
            let key = EncodingKey::from_secret(b"s");
            jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
        };
        assert!(subject(&verifier, &signed(AUDIENCE, now + 60)).is_some());
        assert!(subject(&verifier, &signed(AUDIENCE, now - 600)).is_none());
        assert!(subject(&verifier, &signed("someone else", now + 60)).is_none());
    }
}

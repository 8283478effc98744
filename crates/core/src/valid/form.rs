//! A form that has been read, decoded and checked.

use std::{fmt, future::Future, ops::Deref, pin::Pin, str};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{
    body::{self, Incoming},
    parameters::Parameters,
};
use crate::{
    openapi::{Describe, Operation},
    problem::Problem,
};

const FORM: &str = "application/x-www-form-urlencoded";

/// A `T` from a body in `application/x-www-form-urlencoded`.
///
/// 415 for another content type, 413 over the [`BodyLimit`](super::BodyLimit), 400 when it is not
/// UTF-8, 422 when a name is repeated, when it is no `T`, or breaks one of its rules.
pub struct ValidForm<T>(pub T);

impl<T> ValidForm<T> {
    /// The form.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for ValidForm<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for ValidForm<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> FromRequest for ValidForm<T>
where
    T: DeserializeOwned + Validate<Context = ()> + 'static,
{
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let expected = "The body must be application/x-www-form-urlencoded";
        let body = Incoming::of(request, payload, is_form, expected);
        Box::pin(async move { decode(&body.read().await?).map(Self) })
    }
}

impl<T: JsonSchema> Describe for ValidForm<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.body::<T>(FORM);
        body::describe_refusals(operation);
    }
}

fn is_form(content_type: &str) -> bool {
    content_type.eq_ignore_ascii_case(FORM)
}

fn decode<T: DeserializeOwned + Validate<Context = ()>>(bytes: &[u8]) -> Result<T, Problem> {
    let text = str::from_utf8(bytes)
        .map_err(|error| Problem::bad_request("The body is not valid UTF-8").caused_by(error))?;
    let mut errors = Vec::new();
    let pairs = Parameters::parse(text, &mut errors);
    pairs.decode(errors, "is not known here")
}

#[cfg(test)]
mod tests {
    use actix_web::{ResponseError, test::TestRequest};
    use serde::Deserialize;

    use super::*;
    use crate::{secret::Secret, valid::BodyLimit};

    #[derive(Debug, Deserialize, Validate, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct SignIn {
        #[garde(length(chars, min = 1, max = 10))]
        username: String,
        #[garde(length(chars, min = 8))]
        password: Secret,
        #[garde(range(max = 9))]
        #[serde(default)]
        times: Option<u32>,
    }

    async fn read(content_type: &str, body: &'static [u8]) -> Result<SignIn, Problem> {
        let (request, mut payload) = TestRequest::post()
            .app_data(BodyLimit {
                bytes: 100,
                ..BodyLimit::default()
            })
            .insert_header(("content-type", content_type))
            .set_payload(body)
            .to_http_parts();
        let form = ValidForm::<SignIn>::from_request(&request, &mut payload).await?;
        Ok(form.into_inner())
    }

    async fn refusal(body: &'static [u8]) -> (u16, String) {
        let problem = read(FORM, body).await.unwrap_err();
        (problem.status_code().as_u16(), format!("{problem:?}"))
    }

    #[actix_web::test]
    async fn a_form_is_decoded() {
        let form = read(
            "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
            b"username=a%20b+c&password=%C3%A4%26%3D12345&times=3",
        )
        .await
        .unwrap();
        assert_eq!(form.username, "a b c");
        assert_eq!(form.password.expose(), "\u{e4}&=12345");
        assert_eq!(form.times, Some(3));
    }

    #[actix_web::test]
    async fn every_bad_field_is_told_and_no_secret_is() {
        let (status, text) = refusal(b"username=&password=hunter2&times=x&other=1").await;
        assert_eq!(status, 422);
        assert!(text.contains("times") && text.contains("other"), "{text}");
        let (status, text) = refusal(b"username=&password=hunter2").await;
        assert_eq!(status, 422);
        assert!(
            text.contains("username") && text.contains("password"),
            "{text}"
        );
        assert!(!text.contains("hunter2"), "{text}");
        let (status, text) = refusal(b"username=me").await;
        assert_eq!(status, 422);
        assert!(
            text.contains("\"password\"") && text.contains("is required"),
            "{text}"
        );
    }

    #[actix_web::test]
    async fn what_is_no_form_is_refused() {
        assert_eq!(
            refusal(b"username=me&username=you&password=12345678")
                .await
                .0,
            422
        );
        assert_eq!(refusal(b"username=m%00e&password=12345678").await.0, 422);
        assert_eq!(refusal(b"username=\xff&password=12345678").await.0, 400);
        assert_eq!(refusal(&[b'a'; 101]).await.0, 413);
        let json = read("application/json", b"{}").await.unwrap_err();
        assert_eq!(json.status_code().as_u16(), 415);
    }
}

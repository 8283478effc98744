//! What handlers answer with. Each type says in a signature what a client gets, writes it in the
//! form the client asked for, and describes itself to the contract.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use schemars::JsonSchema;
use serde::Serialize;

use super::Negotiated;
use crate::{
    openapi::{Describe, Operation},
    problem::{Problem, Rendering},
    valid::{ETag, not_modified},
};

/// A handler's output.
pub trait Answer: Describe {
    /// The response to `request`.
    fn answer(self, request: &HttpRequest) -> HttpResponse;
}

/// 200 with a body.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// 201 with a body and where to find the new thing.
#[derive(Debug)]
pub struct Created<T> {
    /// What was created.
    pub body: T,
    /// Its path.
    pub location: String,
    /// Its version.
    pub etag: ETag,
}

/// 201 with a body that is told this once: a secret that was made for the caller. It is nowhere to
/// be found again, so there is no `Location`, and like every answer it is not to be kept
/// (`Cache-Control: no-store`).
#[derive(Debug)]
pub struct Issued<T>(pub T);

/// 200 with a body and its version, or 304 when the client has that version already
/// (`If-None-Match`, RFC 9110, 13.1.2).
#[derive(Debug)]
pub struct Versioned<T> {
    /// What was asked for.
    pub body: T,
    /// Its version.
    pub etag: ETag,
}

/// 200 with a document whose form a standard fixes, and which anybody may keep for a while: JSON as
/// it is, whatever envelope the request asks for.
#[derive(Debug)]
pub struct Published<T> {
    /// The document.
    pub document: T,
    /// How long it may be kept, in whole seconds (`max-age`, RFC 9111, 5.2.2.1).
    pub max_age: Duration,
}

/// 202 without a body: it will be done.
#[derive(Debug)]
pub struct Accepted;

/// 204: done, and nothing to say.
#[derive(Debug)]
pub struct NoContent;

/// What Vben front ends expect around every body.
#[derive(Serialize)]
struct Envelope<T> {
    code: u8,
    message: &'static str,
    data: T,
}

/// Writes `body` with `status`, in the form that `request` asks for.
pub(crate) fn write<T: Serialize>(
    request: &HttpRequest,
    status: StatusCode,
    body: &T,
) -> HttpResponse {
    let rendering = Negotiated::of(request);
    let (content_type, bytes) = match rendering {
        Rendering::Vben => (
            Rendering::Vben.content_type(),
            serde_json::to_vec(&Envelope {
                code: 0,
                message: "ok",
                data: body,
            }),
        ),
        Rendering::Json | Rendering::Problem => {
            (Rendering::Json.content_type(), serde_json::to_vec(body))
        }
    };
    match bytes {
        Ok(bytes) => HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(content_type)))
            .body(bytes),
        Err(error) => HttpResponse::from_error(Problem::unexpected(error)),
    }
}

impl<T: Serialize + JsonSchema> Answer for Body<T> {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        write(request, StatusCode::OK, &self.0)
    }
}

impl<T: JsonSchema> Describe for Body<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(StatusCode::OK, "OK");
    }
}

impl<T: Serialize + JsonSchema> Answer for Created<T> {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        let mut response = write(request, StatusCode::CREATED, &self.body);
        if let Ok(location) = HeaderValue::try_from(self.location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        let etag = self.etag.header_value();
        response.headers_mut().insert(header::ETAG, etag);
        response
    }
}

impl<T: JsonSchema> Describe for Created<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(StatusCode::CREATED, "Created");
        operation.answer_header(StatusCode::CREATED, "Location", "Where the new resource is");
        operation.answer_header(StatusCode::CREATED, "ETag", "The version, for If-Match");
    }
}

impl<T: Serialize + JsonSchema> Answer for Issued<T> {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        write(request, StatusCode::CREATED, &self.0)
    }
}

impl<T: JsonSchema> Describe for Issued<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(StatusCode::CREATED, "Created; told this once");
    }
}

impl<T: Serialize + JsonSchema> Answer for Versioned<T> {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        let mut response = if not_modified(request, &self.etag) {
            HttpResponse::NotModified().finish()
        } else {
            write(request, StatusCode::OK, &self.body)
        };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.etag.header_value());
        // It may be kept by the one who asked, and must be asked for again each time.
        let keep = HeaderValue::from_static("private, no-cache");
        headers.insert(header::CACHE_CONTROL, keep);
        response
    }
}

impl<T: JsonSchema> Describe for Versioned<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers::<T>(StatusCode::OK, "OK");
        operation.answer_header(StatusCode::OK, "ETag", "The version, for If-Match");
        if operation.reads() {
            let purpose = "A version (an ETag) that the client has; 304 when it is still current";
            operation.header_parameter("If-None-Match", purpose);
            operation.answers_empty(StatusCode::NOT_MODIFIED, "The client has this version");
        }
    }
}

impl<T: Serialize + JsonSchema> Answer for Published<T> {
    fn answer(self, _: &HttpRequest) -> HttpResponse {
        let keep = format!("public, max-age={}", self.max_age.as_secs());
        HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, keep))
            .json(self.document)
    }
}

impl<T: JsonSchema> Describe for Published<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_plain::<T>(StatusCode::OK, "OK");
        operation.answer_header(StatusCode::OK, "Cache-Control", "How long it may be kept");
    }
}

impl Answer for Accepted {
    fn answer(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted().finish()
    }
}

impl Describe for Accepted {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_empty(StatusCode::ACCEPTED, "Accepted");
    }
}

impl Answer for NoContent {
    fn answer(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

impl Describe for NoContent {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_empty(StatusCode::NO_CONTENT, "Done");
    }
}

/// A failure answers as the problem that it becomes; which codes that can be is said at the route.
impl<T: Answer, E: Into<Problem>> Answer for Result<T, E> {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        match self {
            Ok(answer) => answer.answer(request),
            Err(error) => HttpResponse::from_error(error.into()),
        }
    }
}

impl<T: Describe, E> Describe for Result<T, E> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
    }
}

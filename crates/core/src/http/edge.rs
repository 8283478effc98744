//! The outermost middleware: request id, log line, security headers, timing, and the one place
//! where a problem becomes a body. What it does is done for every answer, also those that actix or
//! a panic makes.

use std::{
    error::Error,
    future::{Future, Ready, ready},
    panic::AssertUnwindSafe,
    pin::Pin,
    rc::Rc,
    time::Instant,
};

use actix_web::{
    body::{BoxBody, EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use futures_util::FutureExt;
use uuid::Uuid;

use super::{Negotiated, rendered::Rendered, route::panicked};
use crate::{
    context::{self, RequestContext},
    problem::{Problem, Rendering},
    settings::CorsSettings,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const DURATION: HeaderName = HeaderName::from_static("x-request-duration-ms");
/// Metrics that browsers show and tests read (W3C Server Timing, 3).
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const PROCESS_TIME: HeaderName = HeaderName::from_static("x-process-time");

/// How long a client's own request id may be.
const REQUEST_ID_LIMIT: usize = 128;

/// Set on every answer that does not set it itself. An API's answers are no documents: nothing may
/// frame them, sniff them or keep them (OWASP REST Security Cheat Sheet).
const SECURITY_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Two years, as browsers' preload lists want it.
const STRICT_TRANSPORT: HeaderValue =
    HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// The outermost middleware.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) default: Negotiated,
    pub(super) cors: CorsSettings,
    pub(super) tls: bool,
    pub(super) server_timing: bool,
}

impl Edge {
    fn allowed_origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        let allowed = self
            .cors
            .origins
            .iter()
            .any(|one| one == "*" || origin == one.as_str());
        allowed.then(|| origin.clone())
    }
}

impl<S, B> Transform<S, ServiceRequest> for Edge
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = EdgeService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(EdgeService {
            service: Rc::new(service),
            edge: Rc::new(self.clone()),
        }))
    }
}

/// [`Edge`] around a service.
pub(super) struct EdgeService<S> {
    service: Rc<S>,
    edge: Rc<Edge>,
}

impl<S, B> Service<ServiceRequest> for EdgeService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let begun = Instant::now();
        let service = Rc::clone(&self.service);
        let edge = Rc::clone(&self.edge);
        let context = RequestContext::new(
            request_id(request.headers()),
            request.method().as_str(),
            request.path(),
        );
        let rendering = Rendering::negotiate(request.headers(), self.edge.default.0);
        let exchange = Exchange {
            begun,
            rendering,
            origin: edge.allowed_origin(request.headers()),
            edge,
        };
        Box::pin(context::scope(context, async move {
            let inner = AssertUnwindSafe(service.call(request)).catch_unwind();
            match inner.await {
                Ok(Ok(response)) => Ok(exchange.finish(response)),
                Ok(Err(error)) => Err(match error.as_error::<Problem>() {
                    Some(problem) => exchange.abort(problem),
                    None => exchange.abort(&problem_of(&error)),
                }),
                Err(panic) => Err(exchange.abort(&panicked(panic.as_ref()))),
            }
        }))
    }
}

/// What the edge knows of a request after it was passed on.
struct Exchange {
    begun: Instant,
    rendering: Rendering,
    /// The origin of a request that CORS allows.
    origin: Option<HeaderValue>,
    edge: Rc<Edge>,
}

impl Exchange {
    fn finish<B: MessageBody>(
        &self,
        response: ServiceResponse<B>,
    ) -> ServiceResponse<EitherBody<B>> {
        let status = response.status();
        let failed = status.is_client_error() || status.is_server_error();
        let mut response = if failed {
            self.render(response).map_into_right_body()
        } else {
            response.map_into_left_body()
        };
        self.close(status, response.headers_mut());
        response
    }

    /// The failed answer with the problem's body instead of its own.
    fn render<B>(&self, response: ServiceResponse<B>) -> ServiceResponse<BoxBody> {
        let (request, response) = response.into_parts();
        let (mut response, _) = response.into_parts();
        let unnamed;
        let problem = match response
            .error()
            .and_then(|error| error.as_error::<Problem>())
        {
            Some(problem) => problem,
            None => {
                unnamed = Problem::of_status(response.status());
                &unnamed
            }
        };
        log_fault(problem);
        let body = context::with(|context| {
            problem.body(self.rendering, &context.request_id, &context.path)
        });
        let mut headers = HeaderMap::new();
        problem.write_headers(&mut headers);
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        let content_type = HeaderValue::from_static(self.rendering.content_type());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        response.headers_mut().remove(header::CONTENT_ENCODING);
        let body = BoxBody::new(body.unwrap_or_default());
        ServiceResponse::new(request, response.set_body(body))
    }

    /// The answer to a request that was lost on its way: by a timeout, or a panic outside of a
    /// handler. It has left the CORS middleware behind, so it says here what that would have said.
    fn abort(&self, problem: &Problem) -> actix_web::Error {
        log_fault(problem);
        let body = context::with(|context| {
            problem.body(self.rendering, &context.request_id, &context.path)
        });
        let mut headers = HeaderMap::new();
        problem.write_headers(&mut headers);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.rendering.content_type()),
        );
        if let Some(origin) = &self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(header::VARY, HeaderValue::from_static("Origin"));
            if self.edge.cors.credentials {
                let yes = HeaderValue::from_static("true");
                headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
            }
        }
        self.close(problem.status(), &mut headers);
        Rendered {
            status: problem.status(),
            headers,
            body: body.unwrap_or_default(),
        }
        .into()
    }

    /// Headers that every answer has, and its line in the log.
    fn close(&self, status: StatusCode, headers: &mut HeaderMap) {
        for (name, value) in SECURITY_HEADERS {
            if !headers.contains_key(&name) {
                headers.insert(name, value);
            }
        }
        if self.edge.tls {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
        }
        let elapsed = self.begun.elapsed();
        let millis = elapsed.as_secs_f64() * 1000.0;
        insert(headers, DURATION, &format!("{millis:.2}"));
        insert(
            headers,
            PROCESS_TIME,
            &format!("{:.4}", elapsed.as_secs_f64()),
        );
        context::with(|context| {
            insert(headers, REQUEST_ID, &context.request_id);
            let (statements, database) = context.statements();
            if self.edge.server_timing {
                let database_ms = database.as_secs_f64() * 1000.0;
                let timing = format!("db;desc=\"{statements}\";dur={database_ms:.2}");
                insert(headers, SERVER_TIMING, &timing);
            }
            tracing::info!(
                target: "ashlar::request",
                status_code = status.as_u16(),
                duration_ms = (millis * 100.0).round() / 100.0,
                db_statements = statements,
                db_ms = (database.as_secs_f64() * 100_000.0).round() / 100.0,
                "request_completed"
            );
        });
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The client's id if it is sane, else a new one. Anything else would let a client write into logs.
fn request_id(headers: &HeaderMap) -> Box<str> {
    let sane = |id: &&str| {
        (1..=REQUEST_ID_LIMIT).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let given = headers
        .get(&REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(sane);
    given.map_or_else(new_request_id, Box::from)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a request is no entity, so it has no typed id"
)]
fn new_request_id() -> Box<str> {
    let mut text = Uuid::encode_buffer();
    Box::from(&*Uuid::now_v7().hyphenated().encode_lower(&mut text))
}

fn problem_of(error: &actix_web::Error) -> Problem {
    Problem::of_status(error.as_response_error().status_code())
}

/// A fault is logged once, here, with its whole chain.
fn log_fault(problem: &Problem) {
    if problem.status().is_server_error() {
        tracing::error!(
            target: "ashlar::request",
            status_code = problem.status().as_u16(),
            error = problem as &(dyn Error + 'static),
            "request_failed"
        );
    }
}

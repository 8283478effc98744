//! The outermost middleware: request id, log line, security headers, timing, and the one place
//! where a problem becomes a body. What it does is done for every answer, also those that actix or
//! a panic makes.

mod exchange;
mod headers;
mod rendered;

use std::{
    future::{Future, Ready, ready},
    panic::AssertUnwindSafe,
    pin::Pin,
    rc::Rc,
    time::Instant,
};

use actix_web::{
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
    http::header::{self, HeaderMap, HeaderValue},
};
use futures_util::FutureExt;

use self::{
    exchange::Exchange,
    headers::{relent, request_id},
};
use super::{Negotiated, route::panicked};
use crate::{
    context::{self, RequestContext},
    problem::{Problem, Rendering},
    settings::CorsSettings,
};

/// The headers that a page on another site may read, beside those that any may.
pub(super) const EXPOSED: &str =
    "ETag, Location, Retry-After, X-Process-Time, X-Request-Duration-Ms, X-Request-Id";

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

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let begun = Instant::now();
        relent(&mut request);
        let service = Rc::clone(&self.service);
        let edge = Rc::clone(&self.edge);
        let context = RequestContext::new(
            request_id(request.headers()),
            request.method().as_str(),
            request.path(),
        );
        if let Some(trace) = request.headers().get("traceparent") {
            context.continue_trace(trace.to_str().unwrap_or_default());
        }
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
                    None => exchange.abort(&Problem::of_error(&error)),
                }),
                Err(panic) => Err(exchange.abort(&panicked(panic.as_ref()))),
            }
        }))
    }
}

//! CORS for the requests that have an origin: those of browsers on another site. All others pass by.

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_cors::{Cors, CorsMiddleware};
use actix_web::{
    body::{EitherBody, MessageBody},
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
    http::header,
};

/// [`Cors`] around a service, where a request has an origin.
pub(super) struct WithOrigin(pub(super) Cors);

type Answering<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

impl<S, B> Transform<S, ServiceRequest> for WithOrigin
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = WithOriginService<S>;
    type InitError = ();
    type Future = Pin<Box<dyn Future<Output = Result<Self::Transform, ()>>>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let service = Shared(Rc::new(service));
        let cors = self.0.new_transform(service.clone());
        Box::pin(async move {
            let cors = cors.await?;
            Ok(WithOriginService { service, cors })
        })
    }
}

/// [`WithOrigin`] around a service.
pub(super) struct WithOriginService<S> {
    service: Shared<S>,
    cors: CorsMiddleware<Shared<S>>,
}

impl<S, B> Service<ServiceRequest> for WithOriginService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Future = Answering<Self::Response>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        if request.headers().contains_key(header::ORIGIN) {
            return self.cors.call(request);
        }
        let answer = self.service.call(request);
        Box::pin(async move { answer.await.map(ServiceResponse::map_into_left_body) })
    }
}

/// The service behind both ways.
struct Shared<S>(Rc<S>);

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<S: Service<ServiceRequest>> Service<ServiceRequest> for Shared<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        self.0.call(request)
    }
}

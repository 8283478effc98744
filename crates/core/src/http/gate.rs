//! The innermost middleware: how many requests at once, how long each may take, and who is asking.

use std::{
    cell::Cell,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use actix_web::{
    HttpMessage,
    body::EitherBody,
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
};

use crate::{
    context,
    principal::{Authenticator, Identity},
    problem::{Code, Problem},
};

/// What a client that met a full house should wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Answered even by a full house: whoever asks wants to know just that.
const ALWAYS_OPEN: [&str; 2] = ["/api/v1/health", "/api/health"];

/// The innermost middleware. Clones, one a worker, share the count.
#[derive(Clone)]
pub(super) struct Gate {
    authenticator: Option<Arc<dyn Authenticator>>,
    in_flight: Arc<AtomicUsize>,
    max_in_flight: usize,
    timeout: Duration,
}

impl Gate {
    pub(super) fn new(
        authenticator: Option<Arc<dyn Authenticator>>,
        max_in_flight: usize,
        timeout: Duration,
    ) -> Self {
        Self {
            authenticator,
            in_flight: Arc::default(),
            max_in_flight,
            timeout,
        }
    }

    /// A place among the requests in flight, if there is one left.
    fn admit(&self, path: &str) -> Option<Place> {
        let place = Place(Arc::clone(&self.in_flight));
        let before = self.in_flight.fetch_add(1, Relaxed);
        let open = before < self.max_in_flight
            || ALWAYS_OPEN.iter().any(|always| path.starts_with(always));
        open.then_some(place)
    }
}

/// One of the requests in flight; gives its place back when dropped.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl<S, B> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Transform = GateService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(GateService {
            service: Rc::new(service),
            gate: Rc::new(self.clone()),
        }))
    }
}

/// [`Gate`] around a service.
pub(super) struct GateService<S> {
    service: Rc<S>,
    gate: Rc<Gate>,
}

impl<S, B> Service<ServiceRequest> for GateService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let Some(place) = self.gate.admit(request.path()) else {
            let problem =
                Problem::unavailable("Too many requests at once").retry_after(RETRY_AFTER);
            // Not `into_response`, which would lose the problem, and with it what only it knows.
            let response = request.error_response(problem);
            return Box::pin(ready(Ok(response.map_into_right_body())));
        };
        let service = Rc::clone(&self.service);
        let gate = Rc::clone(&self.gate);
        Box::pin(async move {
            let _place = place;
            let work = async {
                identify(&gate, &request).await;
                service.call(request).await
            };
            match tokio::time::timeout(gate.timeout, work).await {
                Ok(outcome) => outcome.map(ServiceResponse::map_into_left_body),
                Err(_) => Err(Problem::new(Code::Timeout, Code::Timeout.meaning()).into()),
            }
        })
    }
}

/// Finds out who is asking and keeps it with the request, for the handlers that want to know.
async fn identify(gate: &Gate, request: &ServiceRequest) {
    let head = request.head();
    let authentication =
        (gate.authenticator.as_ref()).and_then(|authenticator| authenticator.authenticate(head));
    let Some(authentication) = authentication else {
        return;
    };
    let identity = match authentication.await {
        Ok(principal) => {
            context::with(|context| context.identify(principal.user_id.as_uuid()));
            Identity::Known(principal, Cell::default())
        }
        Err(problem) => Identity::Refused(Cell::new(Some(problem))),
    };
    request.extensions_mut().insert(identity);
}

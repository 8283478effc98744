//! From a response, or from what came instead of one, to the answer.

use std::{
    error::Error,
    rc::Rc,
    time::{Duration, Instant},
};

use actix_web::{
    body::{BoxBody, EitherBody, MessageBody},
    dev::ServiceResponse,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
};

use super::{EXPOSED, Edge, headers, rendered::Rendered};
use crate::{
    context,
    problem::{Problem, Rendering},
};

/// What the edge knows of a request after it was passed on.
pub(super) struct Exchange {
    pub(super) begun: Instant,
    pub(super) rendering: Rendering,
    /// The origin of a request that CORS allows.
    pub(super) origin: Option<HeaderValue>,
    pub(super) edge: Rc<Edge>,
}

impl Exchange {
    pub(super) fn finish<B: MessageBody>(
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
        let (headers, body) = self.tell(problem);
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        response.headers_mut().remove(header::CONTENT_ENCODING);
        ServiceResponse::new(request, response.set_body(BoxBody::new(body)))
    }

    /// The answer to a request that was lost on its way: by a timeout, or a panic outside of a
    /// handler. It has left the CORS middleware behind, so it says here what that would have said.
    pub(super) fn abort(&self, problem: &Problem) -> actix_web::Error {
        let (mut headers, body) = self.tell(problem);
        if let Some(origin) = &self.origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            let exposed = HeaderValue::from_static(EXPOSED);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
            if self.edge.cors.credentials {
                let yes = HeaderValue::from_static("true");
                headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
            }
        }
        self.close(problem.status(), &mut headers);
        Rendered {
            status: problem.status(),
            headers,
            body,
        }
        .into()
    }

    /// What a client is told of `problem`; the log learns of it too, if it is a fault.
    fn tell(&self, problem: &Problem) -> (HeaderMap, Vec<u8>) {
        log_fault(problem);
        let mut headers = HeaderMap::new();
        problem.write_headers(&mut headers);
        let content_type = HeaderValue::from_static(self.rendering.content_type());
        headers.insert(header::CONTENT_TYPE, content_type);
        let body = context::with(|context| {
            problem.body(self.rendering, &context.request_id, &context.path)
        });
        (headers, body.unwrap_or_default())
    }

    /// Headers that every answer has, and its line in the log.
    fn close(&self, status: StatusCode, headers: &mut HeaderMap) {
        headers::secure(headers, self.edge.tls);
        let elapsed = self.begun.elapsed();
        headers.insert(headers::DURATION, headers::hundredths_of_a_milli(elapsed));
        headers.insert(headers::PROCESS_TIME, headers::tenths_of_a_milli(elapsed));
        context::with(|context| {
            if let Ok(id) = HeaderValue::from_str(&context.request_id) {
                headers.insert(headers::REQUEST_ID, id);
            }
            let (statements, database) = context.statements();
            if self.edge.server_timing {
                headers.insert(
                    headers::SERVER_TIMING,
                    headers::timing(statements, database),
                );
            }
            tracing::info!(
                target: "ashlar::request",
                status_code = status.as_u16(),
                duration_ms = rounded(elapsed),
                db_statements = statements,
                db_ms = rounded(database),
                "request_completed"
            );
        });
    }
}

/// Milliseconds with two decimals.
fn rounded(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
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

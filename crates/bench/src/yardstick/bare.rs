//! The least an actix-web server can do: one handler, one constant body, no middleware.

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, rt, web};

use super::{BareArgs, serve_app};
use crate::error::BenchError;

/// Serves the live check with the given body until SIGTERM.
///
/// # Errors
/// When the port is taken.
pub(crate) fn serve(args: BareArgs) -> Result<(), BenchError> {
    let body = web::Bytes::from(args.body);
    let app = move || {
        let body = body.clone();
        let live = move || {
            let body = body.clone();
            async move {
                HttpResponse::Ok()
                    .content_type(ContentType::json())
                    .body(body)
            }
        };
        App::new().route("/api/v1/health/live", web::get().to(live))
    };
    rt::System::new().block_on(serve_app(app, args.port))
}

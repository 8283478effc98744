//! The form of answer that a request asks for.

use actix_web::HttpRequest;

use crate::{problem::Rendering, settings::ErrorFormat};

/// The rendering for clients that accept anything, as app data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Negotiated(pub(crate) Rendering);

impl Negotiated {
    /// What `request` asks for.
    pub(crate) fn of(request: &HttpRequest) -> Rendering {
        let default = request
            .app_data()
            .map_or(Rendering::Json, |Self(default)| *default);
        Rendering::negotiate(request.headers(), default)
    }
}

impl From<ErrorFormat> for Negotiated {
    fn from(format: ErrorFormat) -> Self {
        Self(match format {
            ErrorFormat::Json => Rendering::Json,
            ErrorFormat::Problem => Rendering::Problem,
            ErrorFormat::Vben => Rendering::Vben,
        })
    }
}

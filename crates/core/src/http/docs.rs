//! The contracts as pages: Swagger UI on `/docs`, Redoc on `/redoc`, the events on `/asyncapi`; the
//! documents themselves on `/openapi.json` and `/asyncapi.json`. Everything comes out of the binary;
//! no page loads from another host.

use std::future::ready;

use actix_web::{
    http::header::{self, HeaderValue},
    web::Bytes,
};

use super::{Asset, Route};
use crate::{asyncapi, domain::Domain, openapi::Document};

/// Pages may run the scripts and styles that come with them and ask this API, nothing else.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; font-src 'self' data:; worker-src blob:; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

macro_rules! file {
    ($path:literal, $file:literal, $media_type:literal) => {
        (
            $path,
            include_bytes!(concat!("../../assets/", $file)).as_slice(),
            $media_type,
        )
    };
}

const HTML: &str = "text/html; charset=utf-8";

/// Path, content, media type.
const FILES: [(&str, &[u8], &str); 9] = [
    file!("/docs", "swagger-ui/index.html", "text/html; charset=utf-8"),
    file!(
        "/docs/assets/swagger-ui-bundle.js",
        "swagger-ui/swagger-ui-bundle.js",
        "text/javascript"
    ),
    file!(
        "/docs/assets/swagger-ui.css",
        "swagger-ui/swagger-ui.css",
        "text/css"
    ),
    file!(
        "/docs/assets/init.js",
        "swagger-ui/init.js",
        "text/javascript"
    ),
    file!(
        "/docs/assets/favicon-32x32.png",
        "swagger-ui/favicon-32x32.png",
        "image/png"
    ),
    file!("/redoc", "redoc/index.html", "text/html; charset=utf-8"),
    file!(
        "/redoc/assets/redoc.standalone.js",
        "redoc/redoc.standalone.js",
        "text/javascript"
    ),
    file!("/redoc/assets/init.js", "redoc/init.js", "text/javascript"),
    file!("/asyncapi/assets/page.css", "asyncapi/page.css", "text/css"),
];

/// The pages that show the contracts of the API and of its events, and the two documents.
pub(super) fn domain(document: &Document, events: &asyncapi::Document) -> Domain {
    const JSON: &str = "application/json";
    let made = [
        ("/openapi.json", document.to_string(), JSON),
        ("/asyncapi.json", events.to_string(), JSON),
        ("/asyncapi", events.page().to_owned(), HTML),
    ];
    let made = made.map(|(path, text, media_type)| serve(path, Bytes::from(text), media_type));
    let files = FILES
        .map(|(path, content, media_type)| serve(path, Bytes::from_static(content), media_type));
    Domain::at_root("docs", "The contract")
        .mount(made)
        .mount(files)
}

fn serve(path: &'static str, content: Bytes, media_type: &'static str) -> Route {
    let mut asset = Asset::new(content, media_type);
    if media_type == HTML {
        asset = asset.header(header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    }
    Route::get(path, move || ready(asset.clone())).hidden()
}

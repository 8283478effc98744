//! Files inside the binary: pages, and what they load.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderName, HeaderValue},
    web::Bytes,
};

use super::Answer;
use crate::{
    openapi::{Describe, Operation},
    valid::{ETag, not_modified},
};

/// A file inside the binary. Clients may keep it, and ask each time whether it is still the same: it
/// changes with the binary, and its path does not.
#[derive(Clone, Debug)]
pub struct Asset {
    content: Bytes,
    media_type: &'static str,
    etag: ETag,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Asset {
    /// The file with this content.
    pub fn new(content: impl Into<Bytes>, media_type: &'static str) -> Self {
        let content = content.into();
        let etag = ETag::of_content(&content);
        Self {
            content,
            media_type,
            etag,
            headers: Vec::new(),
        }
    }

    /// The same, sent with one more header, such as a page's `Content-Security-Policy`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl Answer for Asset {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        let mut response = if not_modified(request, &self.etag) {
            HttpResponse::NotModified().finish()
        } else {
            HttpResponse::Ok().body(self.content)
        };
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.media_type),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::ETAG, self.etag.header_value());
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        response
    }
}

impl Describe for Asset {
    fn describe(_: &mut Operation<'_>) {}
}

//! Problems that say more in a header.

use actix_web::http::header::{self, HeaderName, HeaderValue};

use super::{Code, Problem};

impl Problem {
    /// 403 with the challenge of RFC 6750, 3.1 (`insufficient_scope`), which names what the API key
    /// is missing.
    pub fn insufficient_scope(scope: &str) -> Self {
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
        Self::new(Code::Forbidden, "Insufficient scope")
            .with_header(header::WWW_AUTHENTICATE, challenge)
    }

    /// 405 with the methods that are allowed (RFC 9110, 15.5.6).
    pub(crate) fn method_not_allowed(allow: String) -> Self {
        Self::new(Code::MethodNotAllowed, Code::MethodNotAllowed.meaning())
            .with_header(header::ALLOW, allow)
    }

    fn with_header(mut self, name: HeaderName, value: String) -> Self {
        // What cannot stand in a header is left out: the problem is told all the same.
        let value = HeaderValue::try_from(value).ok();
        self.header = value.map(|value| Box::new((name, value)));
        self
    }
}

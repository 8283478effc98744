//! The cookie by which a browser is known from its departure to a provider to its sign-in.

use std::{
    convert::Infallible,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use ashlar_core::{
    http::{Answer, cookie},
    openapi::{Describe, Operation},
    secret::Secret,
};
use url::Url;

use crate::service::{Departure, FLOW_LIFETIME};

/// With TLS the name promises that our host alone set it (RFC 6265bis, 4.1.3.2).
const NAME: &str = "ashlar_oauth";
const NAME_WITH_TLS: &str = "__Host-ashlar_oauth";

/// What the cookie of a browser says; empty without one.
pub(super) struct Browser(pub(super) Secret);

/// Whether we are reached by TLS, as the settings say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Secured(pub(crate) bool);

/// What is to become of a browser's cookie.
pub(super) enum Cookie {
    Keep,
    Set(Secret),
    Clear,
}

/// 302 to another place (RFC 9110, 15.4.3).
pub(super) struct Found {
    pub(super) location: Url,
    pub(super) cookie: Cookie,
    pub(super) secured: Secured,
}

/// An answer, and a cookie with it.
pub(super) struct WithCookie<T> {
    pub(super) answer: T,
    pub(super) cookie: Cookie,
    pub(super) secured: Secured,
}

impl Found {
    pub(super) fn departing(departure: Departure, secured: Secured) -> Self {
        Self {
            location: departure.location,
            cookie: departure.browser.map_or(Cookie::Keep, Cookie::Set),
            secured,
        }
    }
}

impl Cookie {
    /// `Lax`, since the provider's page sends the browser back to us: `Strict` would keep it away then.
    /// It outlives the visit by the time that signing in takes.
    fn header(&self, Secured(secured): Secured) -> Option<HeaderValue> {
        let (value, seconds) = match self {
            Self::Keep => return None,
            Self::Set(value) => (value.expose(), 2 * FLOW_LIFETIME.as_secs()),
            Self::Clear => ("", 0),
        };
        let (name, secure) = match secured {
            true => (NAME_WITH_TLS, "; Secure"),
            false => (NAME, ""),
        };
        let cookie =
            format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        let mut value = HeaderValue::try_from(cookie).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    fn add_to(&self, response: &mut HttpResponse, secured: Secured) {
        if let Some(header) = self.header(secured) {
            response.headers_mut().append(header::SET_COOKIE, header);
        }
    }
}

impl Browser {
    fn of(request: &HttpRequest) -> Self {
        let secured = request.app_data::<actix_web::web::Data<Secured>>();
        let name = match secured.is_some_and(|secured| secured.0) {
            true => NAME_WITH_TLS,
            false => NAME,
        };
        // Of two with one name nobody knows which is ours.
        let value = cookie(request.headers(), name).unwrap_or_default();
        Self(Secret::from(value.unwrap_or_default()))
    }
}

impl FromRequest for Browser {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

impl Describe for Browser {
    fn describe(_: &mut Operation<'_>) {}
}

impl Answer for Found {
    fn answer(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Found().finish();
        if let Ok(location) = HeaderValue::try_from(String::from(self.location)) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        self.cookie.add_to(&mut response, self.secured);
        response
    }
}

impl Describe for Found {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_empty(StatusCode::FOUND, "Go there");
        operation.answer_header(StatusCode::FOUND, "Location", "Where the browser goes");
    }
}

impl<T: Answer> Answer for WithCookie<T> {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        let mut response = self.answer.answer(request);
        self.cookie.add_to(&mut response, self.secured);
        response
    }
}

impl<T: Describe> Describe for WithCookie<T> {
    fn describe(operation: &mut Operation<'_>) {
        T::describe(operation);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn value(cookies: &[&str]) -> String {
        let request = cookies.iter().fold(TestRequest::get(), |request, cookies| {
            request.append_header((header::COOKIE, *cookies))
        });
        Browser::of(&request.to_http_request())
            .0
            .expose()
            .to_owned()
    }

    #[test]
    fn a_browser_is_known_by_its_one_cookie() {
        assert_eq!(value(&["a=b; ashlar_oauth=sesame; c=d"]), "sesame");
        assert_eq!(value(&["a=b", "ashlar_oauth=sesame"]), "sesame");
        for none in [
            &[][..],
            &["a=b"],
            &["ashlar_oauth=a; ashlar_oauth=b"],
            &["ashlar_oauth"],
        ] {
            assert_eq!(value(none), "");
        }
    }

    #[test]
    fn scripts_and_other_sites_do_not_get_it() {
        let header = |secured| Cookie::Set("x".into()).header(Secured(secured)).unwrap();
        assert_eq!(
            header(true),
            "__Host-ashlar_oauth=x; Path=/; Max-Age=1200; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            header(false),
            "ashlar_oauth=x; Path=/; Max-Age=1200; HttpOnly; SameSite=Lax"
        );
        assert!(header(true).is_sensitive());
    }
}

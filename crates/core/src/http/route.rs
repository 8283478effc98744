//! Routes: the one way to mount a handler. What is mounted is also what is documented.

use std::{any::Any, fmt, panic::AssertUnwindSafe, pin::Pin, sync::Arc};

use actix_web::{
    FromRequest, Handler, HttpRequest, HttpResponse, Responder, body::BoxBody, http::Method, web,
};
use futures_util::{
    FutureExt,
    future::{CatchUnwind, Map},
};

use super::answer::Answer;
use crate::{
    openapi::{Components, Describe, Operation},
    problem::{Code, Problem},
    scopes::KeyRule,
};

/// What a handler takes: extractors that describe themselves.
pub trait Arguments: FromRequest + Describe + 'static {}

impl<T: FromRequest + Describe + 'static> Arguments for T {}

/// An async function from [`Arguments`] to an [`Answer`].
pub trait Endpoint<Args>: Handler<Args, Output: Answer + 'static> + Send + Sync {}

impl<F, Args> Endpoint<Args> for F where F: Handler<Args, Output: Answer + 'static> + Send + Sync {}

/// A handler on a method and a path.
#[derive(Clone)]
pub struct Route {
    method: Method,
    path: String,
    name: &'static str,
    summary: &'static str,
    description: Option<&'static str>,
    tag: &'static str,
    hidden: bool,
    takes_keys: bool,
    key_rule: KeyRule,
    fails: &'static [Code],
    mount: Arc<dyn Fn() -> actix_web::Route + Send + Sync>,
    describe: fn(&mut Operation<'_>),
}

impl Route {
    /// `handler` for `GET` (and `HEAD`) on `path`.
    pub fn get<Args: Arguments>(path: &str, handler: impl Endpoint<Args>) -> Self {
        Self::new(Method::GET, path, handler)
    }

    /// `handler` for `POST` on `path`.
    pub fn post<Args: Arguments>(path: &str, handler: impl Endpoint<Args>) -> Self {
        Self::new(Method::POST, path, handler)
    }

    /// `handler` for `PUT` on `path`.
    pub fn put<Args: Arguments>(path: &str, handler: impl Endpoint<Args>) -> Self {
        Self::new(Method::PUT, path, handler)
    }

    /// `handler` for `PATCH` on `path`.
    pub fn patch<Args: Arguments>(path: &str, handler: impl Endpoint<Args>) -> Self {
        Self::new(Method::PATCH, path, handler)
    }

    /// `handler` for `DELETE` on `path`.
    pub fn delete<Args: Arguments>(path: &str, handler: impl Endpoint<Args>) -> Self {
        Self::new(Method::DELETE, path, handler)
    }

    fn new<F: Endpoint<Args>, Args: Arguments>(method: Method, path: &str, handler: F) -> Self {
        let mounted = method.clone();
        Self {
            method,
            path: path.to_owned(),
            name: "",
            summary: "",
            description: None,
            tag: "",
            hidden: false,
            takes_keys: false,
            key_rule: KeyRule::Refused,
            fails: &[],
            mount: Arc::new(move || mount(&mounted, handler.clone())),
            describe: |operation| {
                Args::describe(operation);
                F::Output::describe(operation);
            },
        }
    }

    /// The operation's id in the contract (`read_project`), unique in the API: generated clients
    /// name their functions after it. And a summary of a few words.
    pub fn named(mut self, name: &'static str, summary: &'static str) -> Self {
        self.name = name;
        self.summary = summary;
        self
    }

    /// More than the summary, in Markdown.
    pub fn about(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// The codes with which the handler itself can fail; what its arguments refuse is known.
    pub fn fails(mut self, codes: &'static [Code]) -> Self {
        self.fails = codes;
        self
    }

    /// Keeps the route out of the contract: for pages and for second spellings of a path.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Takes API keys also where the domain refuses them
    /// ([`Domain::refuses_keys`](crate::domain::Domain::refuses_keys)).
    pub fn takes_keys(mut self) -> Self {
        self.takes_keys = true;
        self
    }

    pub(crate) fn under(mut self, prefix: &str, tag: &'static str) -> Self {
        self.path = format!("{prefix}{}", self.path);
        self.tag = tag;
        self.key_rule = KeyRule::of_domain(tag, &self.method);
        self
    }

    /// What its domain says of keys, unless it says otherwise itself.
    pub(crate) fn refuse_keys(mut self) -> Self {
        if !self.takes_keys {
            self.key_rule = KeyRule::Refused;
        }
        self
    }

    pub(crate) fn key_rule(&self) -> &KeyRule {
        &self.key_rule
    }

    pub(crate) fn is_documented(&self) -> bool {
        !self.hidden
    }

    /// The method; `GET` answers `HEAD` too.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The whole path, with parameters in braces.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The operation's id.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The permissions in its handler's signature.
    pub fn permissions(&self) -> Vec<&'static str> {
        self.operation(&mut Components::new()).permissions
    }

    pub(crate) fn summary(&self) -> &'static str {
        self.summary
    }

    pub(crate) fn description(&self) -> Option<&'static str> {
        self.description
    }

    pub(crate) fn tag(&self) -> &'static str {
        self.tag
    }

    pub(crate) fn operation<'a>(&self, components: &'a mut Components) -> Operation<'a> {
        let mut operation = Operation::new(components, &self.method);
        (self.describe)(&mut operation);
        for code in self.fails {
            operation.fails(*code);
        }
        operation
    }

    pub(crate) fn mount(&self) -> actix_web::Route {
        (self.mount)()
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

fn mount<F, Args>(method: &Method, handler: F) -> actix_web::Route
where
    F: Handler<Args>,
    F::Output: Answer + 'static,
    Args: FromRequest + 'static,
{
    let route = if *method == Method::GET {
        let get_or_head = actix_web::guard::Any(actix_web::guard::Get());
        web::route().guard(get_or_head.or(actix_web::guard::Head()))
    } else {
        web::method(method.clone())
    };
    route.to(Answering(handler))
}

/// A handler whose output is an [`Answer`], as actix wants it. A panic inside becomes a 500 here,
/// within the middleware, so that it passes through CORS and the log like every answer.
#[derive(Clone)]
struct Answering<F>(F);

type Outcome<T> = Result<T, Box<dyn Any + Send>>;

impl<F, Args> Handler<Args> for Answering<F>
where
    F: Handler<Args>,
    F::Output: Answer,
{
    type Output = Answered<F::Output>;
    type Future = Map<
        CatchUnwind<AssertUnwindSafe<Pin<Box<F::Future>>>>,
        fn(Outcome<F::Output>) -> Answered<F::Output>,
    >;

    fn call(&self, args: Args) -> Self::Future {
        // Boxed at once: a handler's future is some kilobytes, and actix would move it again and
        // again.
        let answer = Box::pin(self.0.call(args));
        AssertUnwindSafe(answer).catch_unwind().map(Answered)
    }
}

struct Answered<T>(Outcome<T>);

impl<T: Answer> Responder for Answered<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match self.0 {
            Ok(answer) => answer.answer(request),
            Err(panic) => HttpResponse::from_error(panicked(panic.as_ref())),
        }
    }
}

/// The problem that a panic becomes. Its place was logged by the panic hook.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Problem::unexpected(format!("panicked: {}", message.unwrap_or("no message")))
}

//! Signing in by providers.

mod browser;

use std::{
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use ashlar_core::{
    http::{Body, ClientInfo, NoContent, Route},
    openapi::{Describe, Operation},
    principal::{Principal, Recent},
    problem::{Code, Problem},
    valid::{ValidJson, ValidQuery},
};

use self::browser::{Browser, Cookie, Found, WithCookie};
use crate::{
    cookies::Cookies,
    error::AuthError,
    model::{Delivery, ProviderName},
    router::{
        cookies::KeptSession,
        sign_in::{SignedIn, granted},
    },
    schemas::{
        AuthorizeQuery, CallbackQuery, CodeExchange, LinkCreate, LinkList, LinkResponse,
        LinkedProvider, ProviderList,
    },
    service::{Arrival, Device, Oauth, Wish},
};

pub(crate) use self::browser::Secured;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/auth/oauth/providers", providers)
            .named("list_providers", "List the providers to sign in by"),
        Route::get("/auth/oauth/links", links).named("list_links", "List one's linked providers"),
        Route::post("/auth/oauth/exchange", exchange)
            .named("exchange_code", "Sign in with a one-time code")
            .about(EXCHANGE)
            .fails(&[
                Code::Unauthorized,
                Code::SecondFactorRequired,
                Code::TooManyRequests,
            ]),
        Route::get("/auth/oauth/{provider}/authorize", authorize)
            .named("authorize", "Go to a provider to sign in")
            .about(AUTHORIZE)
            .fails(&[Code::TooManyRequests]),
        Route::get("/auth/oauth/{provider}/callback", callback)
            .named("callback", "Come back from a provider")
            .about(CALLBACK)
            .fails(&[Code::BadRequest]),
        Route::post("/auth/oauth/{provider}/link", link)
            .named("link_provider", "Link a provider")
            .about(LINK)
            .fails(&[
                Code::Conflict,
                Code::TooManyRequests,
                Code::BadUpstream,
                Code::UpstreamUnavailable,
                Code::UpstreamTimeout,
            ]),
        Route::delete("/auth/oauth/{provider}", unlink)
            .named("unlink_provider", "Unlink a provider")
            .about(UNLINK)
            .fails(&[Code::Conflict]),
    ]
}

const EXCHANGE: &str = "The `code` with which the browser came back. The cookie that it got when it \
    left must come along, so a page of another origin sends credentials with this request.";

const AUTHORIZE: &str = "For browsers: sends them to the provider, and gives them a cookie by which \
    they are known when they come back. A provider that knows the browser may ask nothing, so a \
    sign-in by it is a recent proof of identity only when the provider says that it asked: with \
    `fresh` it is made to.";

const CALLBACK: &str = "For providers to send browsers to. These go on to `redirect_to`, with `code`, \
    or `linked`, or `error`: `access_denied`, `provider_unavailable`, `provider_error`, \
    `account_exists`, `email_missing`, `account_suspended`, `session_ended`, `not_proved`, \
    `linked_elsewhere`, `already_linked`.";

const LINK: &str = "Gives the address to send the browser to. It must be the same browser: this \
    answer sets a cookie by which it is known when it comes back.";

const UNLINK: &str = "Our tokens of the provider are forgotten. The last way to sign in must remain \
    (409).";

/// The provider that a path names. 404 for what cannot be one.
struct ProviderPath(ProviderName);

impl FromRequest for ProviderPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get("provider").unwrap_or_default();
        let name = ProviderName::from_str(text);
        ready(
            name.map(Self)
                .map_err(|_| AuthError::UnknownProvider.into()),
        )
    }
}

impl Describe for ProviderPath {
    fn describe(operation: &mut Operation<'_>) {
        operation.path_parameter::<ProviderName>("provider");
        operation.fails(Code::NotFound);
    }
}

async fn providers(oauth: Data<Oauth>) -> Body<ProviderList> {
    let data = oauth.providers().map(Into::into).collect();
    Body(ProviderList { data })
}

async fn authorize(
    oauth: Data<Oauth>,
    secured: Data<Secured>,
    client: ClientInfo,
    provider: ProviderPath,
    query: ValidQuery<AuthorizeQuery>,
) -> Result<Found, AuthError> {
    let wish = Wish {
        redirect_to: query.0.redirect_to.as_deref(),
        fresh: query.0.fresh,
    };
    let departure = oauth.authorize(&provider.0, &wish, &client).await?;
    Ok(Found::departing(departure, **secured))
}

async fn callback(
    oauth: Data<Oauth>,
    secured: Data<Secured>,
    client: ClientInfo,
    browser: Browser,
    provider: ProviderPath,
    query: ValidQuery<CallbackQuery>,
) -> Result<Found, AuthError> {
    let CallbackQuery {
        code,
        state,
        error,
        iss,
    } = query.0;
    let arrival = Arrival {
        state: state.unwrap_or_default(),
        browser: browser.0,
        code,
        error,
        issuer: iss,
    };
    let location = oauth.arrive(&provider.0, arrival, &client).await?;
    Ok(Found {
        location,
        cookie: Cookie::Keep,
        secured: **secured,
    })
}

async fn exchange(
    oauth: Data<Oauth>,
    secured: Data<Secured>,
    cookies: Data<Cookies>,
    client: ClientInfo,
    browser: Browser,
    kept: KeptSession,
    body: ValidJson<CodeExchange>,
) -> Result<WithCookie<SignedIn>, AuthError> {
    let CodeExchange {
        code,
        otp,
        cookies: in_cookies,
    } = body.into_inner();
    let device = Device::new(&client, Delivery::asked(in_cookies), kept.0);
    let exchanged = oauth.exchange(&code, &browser.0, otp.as_ref(), device);
    Ok(WithCookie {
        answer: granted(&cookies, exchanged.await?),
        cookie: Cookie::Clear,
        secured: **secured,
    })
}

async fn links(oauth: Data<Oauth>, caller: Principal) -> Result<Body<LinkList>, AuthError> {
    let links = oauth.links(&caller).await?;
    let title = |name: &ProviderName| {
        let mut providers = oauth.providers();
        providers
            .find(|provider| provider.name() == name)
            .map(|provider| provider.title())
    };
    let data = links.into_iter().map(|link| {
        let title = title(&link.provider);
        LinkedProvider::new(link, title)
    });
    Ok(Body(LinkList {
        data: data.collect(),
    }))
}

async fn link(
    oauth: Data<Oauth>,
    secured: Data<Secured>,
    client: ClientInfo,
    caller: Recent,
    provider: ProviderPath,
    body: ValidJson<LinkCreate>,
) -> Result<WithCookie<Body<LinkResponse>>, AuthError> {
    let redirect_to = body.into_inner().redirect_to;
    let departure = oauth
        .link(&caller, &provider.0, redirect_to.as_deref(), &client)
        .await?;
    Ok(WithCookie {
        answer: Body(LinkResponse {
            authorize_url: departure.location.into(),
        }),
        cookie: departure.browser.map_or(Cookie::Keep, Cookie::Set),
        secured: **secured,
    })
}

async fn unlink(
    oauth: Data<Oauth>,
    client: ClientInfo,
    caller: Recent,
    provider: ProviderPath,
) -> Result<NoContent, AuthError> {
    oauth.unlink(&caller, &provider.0, &client).await?;
    Ok(NoContent)
}

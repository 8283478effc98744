//! A real OpenID provider, with a browser that fills in its forms.

use std::collections::BTreeMap;

use ashlar_auth::model::ProviderName;
use ashlar_core::{ids::Id, principal::UserId};
use ashlar_testkit::{World, on_each_database};
use reqwest::{Client, Url, redirect::Policy};

use crate::{
    MINUTE, Served,
    oauth::{Visit, auth_with, location_of, parameter, query, verify_email},
};

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment where the provider is"
)]
fn issuer() -> String {
    std::env::var("TEST_OIDC_URL").unwrap_or_else(|_| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/services/env");
        let env = std::fs::read_to_string(path).expect("`cargo xtask services up` was run");
        let mut lines = env.lines();
        let url = lines.find_map(|line| line.strip_prefix("TEST_OIDC_URL="));
        url.expect("the provider runs").to_owned()
    })
}

/// A browser at the provider, with its cookies.
struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
    /// How often the provider asked who it is.
    asked: usize,
}

impl Browser {
    fn new() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a browser, which is no client of ours"
        )]
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        Self {
            client,
            cookies: BTreeMap::new(),
            asked: 0,
        }
    }

    /// Signs in as `login`, agrees to all, and says where the provider sends the browser.
    async fn agree(&mut self, start: &Url, login: &str) -> Url {
        let mut place = start.clone();
        let mut form: Option<Vec<(&str, &str)>> = None;
        for _ in 0..20 {
            if place.path().starts_with("/api/v1/") {
                return place;
            }
            let (location, page) = self.visit(&place, form.take()).await;
            match location {
                Some(location) => place = place.join(&location).unwrap(),
                None if page.contains("name=\"login\"") => {
                    self.asked += 1;
                    form = Some(vec![("login", login)]);
                }
                None if page.contains("name=\"consent\"") => form = Some(vec![("consent", "yes")]),
                None => panic!("{place}: {page}"),
            }
        }
        panic!("the provider does not come to an end at {place}");
    }

    async fn visit(
        &mut self,
        url: &Url,
        form: Option<Vec<(&str, &str)>>,
    ) -> (Option<String>, String) {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let request = match form {
            Some(fields) => {
                let mut body = Url::parse("form:").unwrap();
                body.query_pairs_mut().extend_pairs(fields);
                let body = body.query().unwrap_or_default().to_owned();
                let post = self.client.post(url.clone()).body(body);
                post.header("content-type", "application/x-www-form-urlencoded")
            }
            None => self.client.get(url.clone()),
        };
        let answer = request.header("cookie", cookies).send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get("location");
        let location = location.map(|location| location.to_str().unwrap().to_owned());
        (location, answer.text().await.unwrap())
    }
}

/// Auth where the provider knows it.
async fn serve(world: &World) -> Served {
    let pairs = [("BACKEND_URL", "http://127.0.0.1:8000")];
    Served::of(world, auth_with(world, &issuer(), &pairs)).await
}

fn login(name: &str) -> String {
    format!("{name}.{}@example.org", Id::<()>::new())
}

/// The whole way, from our page to the provider and back: where the browser is sent in the end.
async fn travel(served: &Served, login: &str) -> (Visit, Url) {
    let visit = Visit::begin(&served.app, "dev").await;
    let end = travel_in(&mut Browser::new(), served, &visit, login).await;
    (visit, end)
}

/// The same in a browser that may have been there before.
async fn travel_in(browser: &mut Browser, served: &Served, visit: &Visit, login: &str) -> Url {
    let back = browser.agree(&visit.location, login).await;
    let pairs: Vec<(String, String)> = back.query_pairs().into_owned().collect();
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    location_of(&visit.back(&served.app, &pairs).await)
}

/// Whether the session that comes of it proves who somebody is.
async fn is_proof(served: &Served, visit: &Visit, end: &Url) -> bool {
    let code = parameter(end, "code").unwrap_or_else(|| panic!("no code: {end}"));
    let tokens = visit.exchange(&served.app, &code).await;
    tokens.assert_status(200);
    let client = served
        .app
        .bearer(tokens.json()["access_token"].as_str().unwrap());
    let enrolled = client.post("/api/v1/auth/mfa/totp").send().await;
    match enrolled.status() {
        201 => true,
        403 => false,
        other => panic!("{other}"),
    }
}

async fn sign_in(served: &Served, login: &str) -> UserId {
    let (visit, end) = travel(served, login).await;
    let code = parameter(&end, "code").unwrap_or_else(|| panic!("no code: {end}"));
    let tokens = visit.exchange(&served.app, &code).await;
    tokens.assert_status(200);
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let me = served.app.bearer(token).get("/api/v1/auth/me").send().await;
    me.json()["id"].as_str().unwrap().parse().unwrap()
}

on_each_database! {
    async fn a_newcomer_signs_up_and_signs_in_again(world: World) {
        let served = serve(&world).await;
        let login = login("ada");
        let ada = sign_in(&served, &login).await;
        assert_eq!(sign_in(&served, &login).await, ada);
        let verified = "SELECT email AS x FROM users WHERE email_verified_at IS NOT NULL";
        assert_eq!(query(&world, verified).await, [login]);
    }

    async fn an_address_links_when_both_sides_verified_it(world: World) {
        let served = serve(&world).await;
        let verified = login("ada");
        let ada = served.user(&verified).await;
        let (_, end) = travel(&served, &verified).await;
        assert_eq!(parameter(&end, "error").as_deref(), Some("account_exists"));
        verify_email(&world, &verified).await;
        assert_eq!(sign_in(&served, &verified).await, ada.id);

        let unverified = login("eve+unverified");
        served.register(&unverified).await.assert_status(201);
        verify_email(&world, &unverified).await;
        let (_, end) = travel(&served, &unverified).await;
        assert_eq!(parameter(&end, "error").as_deref(), Some("account_exists"));
    }

    async fn without_an_address_there_is_no_account(world: World) {
        let served = serve(&world).await;
        let (_, end) = travel(&served, &login("ada+nomail")).await;
        assert_eq!(parameter(&end, "error").as_deref(), Some("email_missing"));
    }

    /// One that knows the browser lets it through without a word, unless it is told to ask.
    async fn a_provider_asks_once_more_when_it_is_told_to(world: World) {
        let served = serve(&world).await;
        let (mut browser, ada) = (Browser::new(), login("ada"));
        let first = Visit::begin(&served.app, "dev").await;
        travel_in(&mut browser, &served, &first, &ada).await;
        assert_eq!(browser.asked, 1);
        let silent = Visit::begin(&served.app, "dev").await;
        let end = travel_in(&mut browser, &served, &silent, &ada).await;
        assert_eq!(browser.asked, 1, "it knows the browser");
        assert!(!is_proof(&served, &silent, &end).await);
        let fresh = Visit::begin_fresh(&served.app, "dev").await;
        let end = travel_in(&mut browser, &served, &fresh, &ada).await;
        assert_eq!(browser.asked, 2);
        assert!(is_proof(&served, &fresh, &end).await);
    }

    /// The provider rotates its refresh tokens: each is used once, and the next is kept.
    async fn tokens_are_refreshed_again_and_again(world: World) {
        let served = serve(&world).await;
        let ada = sign_in(&served, &login("ada")).await;
        let dev: ProviderName = "dev".parse().unwrap();
        let tokens = served.auth.provider_tokens();
        let mut seen = vec![tokens.valid(ada, &dev).await.unwrap()];
        for _ in 0..2 {
            world.turn_clock(60 * MINUTE);
            let token = tokens.valid(ada, &dev).await.unwrap();
            assert!(!seen.contains(&token), "a new one each time");
            seen.push(token);
        }
    }

    /// The provider takes a code once, with the verifier of the browser that got it.
    async fn a_code_of_another_visit_is_refused(world: World) {
        let served = serve(&world).await;
        let stolen = Visit::begin(&served.app, "dev").await;
        let back = Browser::new().agree(&stolen.location, &login("ada")).await;
        let code = parameter(&back, "code").unwrap();
        let visit = Visit::begin(&served.app, "dev").await;
        let (state, issuer) = (visit.state(), issuer());
        let pairs = [("code", &*code), ("state", &*state), ("iss", &*issuer)];
        let end = location_of(&visit.back(&served.app, &pairs).await);
        assert_eq!(parameter(&end, "error").as_deref(), Some("provider_error"));
        assert!(query(&world, "SELECT email AS x FROM users").await.is_empty());
    }
}

//! Signing in by providers, against one of our own making that says what a test wants it to.

mod explicit;
mod forged;
mod fresh;
mod idp;
pub(crate) mod linking;
mod second_factor;
mod sign_in;
mod tokens;
mod visits;

use ashlar_auth::Auth;
use ashlar_core::principal::UserId;
use ashlar_testkit::{TestApp, TestClient, TestResponse, World};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use url::Url;

pub(crate) use idp::Idp;

use crate::{Served, auth};

/// Auth with the providers `dev` and `other`, which are both this one.
pub(crate) fn auth_with(world: &World, issuer: &str, more: &[(&str, &str)]) -> Auth {
    let mut pairs = vec![
        ("OAUTH_DEV_CLIENT_ID", "ashlar"),
        ("OAUTH_DEV_CLIENT_SECRET", "ashlar-secret"),
        ("OAUTH_DEV_ISSUER", issuer),
        ("OAUTH_OTHER_CLIENT_ID", "other"),
        ("OAUTH_OTHER_CLIENT_SECRET", "other-secret"),
        ("OAUTH_OTHER_ISSUER", issuer),
    ];
    pairs.extend(more);
    auth(world, &pairs)
}

pub(crate) async fn serve_with(world: &World, issuer: &str) -> Served {
    Served::of(world, auth_with(world, issuer, &[])).await
}

/// A browser on its way.
pub(crate) struct Visit {
    pub(crate) provider: &'static str,
    /// Where it was sent.
    pub(crate) location: Url,
    pub(crate) cookie: String,
}

pub(crate) fn cookie_of(answer: &TestResponse) -> String {
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(given, _)| given == name)
        .map(|(_, value)| value.into_owned())
}

/// Where an answer sends the browser, on our own host where it does not say.
#[track_caller]
pub(crate) fn location_of(answer: &TestResponse) -> Url {
    answer.assert_status(302);
    Url::parse(answer.header("location").unwrap()).unwrap()
}

impl Visit {
    pub(crate) async fn begin(app: &TestApp, provider: &'static str) -> Self {
        Self::begin_with(app, provider, &[]).await
    }

    /// A visit in which the provider is to ask once more who they are.
    pub(crate) async fn begin_fresh(app: &TestApp, provider: &'static str) -> Self {
        Self::begin_with(app, provider, &[("fresh", "true")]).await
    }

    async fn begin_with(app: &TestApp, provider: &'static str, pairs: &[(&str, &str)]) -> Self {
        let path = format!("/api/v1/auth/oauth/{provider}/authorize");
        let get = app
            .anonymous()
            .get(path)
            .query("redirect_to", "/account?a=b");
        let get = (pairs.iter()).fold(get, |get, (name, value)| get.query(name, value));
        let answer = get.send().await;
        Self {
            provider,
            location: location_of(&answer),
            cookie: cookie_of(&answer),
        }
    }

    pub(crate) fn state(&self) -> String {
        parameter(&self.location, "state").unwrap()
    }

    pub(crate) fn nonce(&self) -> String {
        parameter(&self.location, "nonce").unwrap()
    }

    /// Comes back with these parameters.
    pub(crate) async fn back(&self, app: &TestApp, pairs: &[(&str, &str)]) -> TestResponse {
        self.back_to(app, self.provider, &self.cookie, pairs).await
    }

    pub(crate) async fn back_to(
        &self,
        app: &TestApp,
        provider: &str,
        cookie: &str,
        pairs: &[(&str, &str)],
    ) -> TestResponse {
        let path = format!("/api/v1/auth/oauth/{provider}/callback");
        let request = app.anonymous().get(path).header("cookie", cookie);
        pairs
            .iter()
            .fold(request, |request, (name, value)| request.query(name, value))
            .send()
            .await
    }

    /// Comes back with a code of the provider, and says where it is sent then.
    pub(crate) async fn end(&self, app: &TestApp) -> Url {
        let state = self.state();
        location_of(&self.back(app, &[("code", "good"), ("state", &state)]).await)
    }

    pub(crate) async fn exchange(&self, app: &TestApp, code: &str) -> TestResponse {
        exchange(app, &self.cookie, code).await
    }

    /// With more in the body than the code.
    pub(crate) async fn exchange_with(&self, app: &TestApp, body: Value) -> TestResponse {
        let post = app.anonymous().post("/api/v1/auth/oauth/exchange");
        let post = post.header("cookie", &self.cookie);
        post.json(&body).send().await
    }
}

pub(crate) async fn exchange(app: &TestApp, cookie: &str, code: &str) -> TestResponse {
    let post = app
        .anonymous()
        .post("/api/v1/auth/oauth/exchange")
        .header("cookie", cookie);
    post.json(&json!({ "code": code })).send().await
}

/// Comes back from the provider, as whom it says, with a one-time code.
pub(crate) async fn arrive(served: &Served, idp: &Idp, provider: &'static str) -> (Visit, String) {
    let visit = Visit::begin(&served.app, provider).await;
    idp.nonce(&visit);
    let end = visit.end(&served.app).await;
    let code = parameter(&end, "code").unwrap_or_else(|| panic!("no code: {end}"));
    (visit, code)
}

/// Signs in by the provider, as whom it says: the user's id.
pub(crate) async fn sign_in(served: &Served, idp: &Idp, provider: &'static str) -> UserId {
    signed_in(served, idp, provider).await.0
}

/// The same, and a client with their token.
pub(crate) async fn signed_in(
    served: &Served,
    idp: &Idp,
    provider: &'static str,
) -> (UserId, TestClient) {
    let (visit, code) = arrive(served, idp, provider).await;
    let tokens = visit.exchange(&served.app, &code).await;
    tokens.assert_status(200);
    let token = tokens.json()["access_token"].as_str().unwrap().to_owned();
    let client = served.app.bearer(token);
    let me = client.get("/api/v1/auth/me").send().await;
    me.assert_status(200);
    (me.json()["id"].as_str().unwrap().parse().unwrap(), client)
}

/// The error with which the browser comes back.
pub(crate) async fn refused(served: &Served, idp: &Idp, provider: &'static str) -> String {
    let visit = Visit::begin(&served.app, provider).await;
    idp.nonce(&visit);
    let end = visit.end(&served.app).await;
    assert_eq!(parameter(&end, "code"), None, "{end}");
    parameter(&end, "error").unwrap_or_else(|| panic!("no error: {end}"))
}

/// The answers of a query that asks for one text column called `x`.
pub(crate) async fn query(world: &World, sql: &str) -> Vec<String> {
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "x").unwrap())
        .collect()
}

/// Says that the user has shown that mail to their address reaches them.
pub(crate) async fn verify_email(world: &World, email: &str) {
    let sql = format!("UPDATE users SET email_verified_at = created_at WHERE email = '{email}'");
    world
        .database()
        .connection()
        .execute_unprepared(&sql)
        .await
        .unwrap();
}

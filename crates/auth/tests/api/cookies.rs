//! Cookie mode: what a browser keeps, and which of its requests are believed.

use ashlar_testkit::{TestRequest, TestResponse, World, on_each_database};
use serde_json::json;

use crate::{MINUTE, PASSWORD, Served, assert_unauthorized, auth, column, serve};

const INVALID: &str = "Invalid authentication credentials";
const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";
const LOGOUT: &str = "/api/v1/auth/logout";
const SESSIONS: &str = "/api/v1/auth/sessions?except_current=true";
const ACCESS: &str = "ashlar_access";
const REFRESH_COOKIE: &str = "ashlar_refresh";

/// A browser that is signed in.
pub(crate) struct Browser {
    access: String,
    refresh: String,
    csrf: String,
}

impl Browser {
    /// What `response` made it keep, which is nowhere else.
    #[track_caller]
    pub(crate) fn of(response: &TestResponse) -> Self {
        response.assert_status(200);
        let body = response.json();
        assert_eq!(body["token_type"], "cookie");
        assert_eq!(
            (&body["access_token"], &body["refresh_token"]),
            (&json!(null), &json!(null))
        );
        Self {
            access: set_cookie(response, ACCESS).0,
            refresh: set_cookie(response, REFRESH_COOKIE).0,
            csrf: body["csrf_token"].as_str().unwrap().to_owned(),
        }
    }

    /// As a browser sends it: with all its cookies, in one header.
    pub(crate) fn sends(&self, request: TestRequest) -> TestRequest {
        let (access, refresh) = (&self.access, &self.refresh);
        let cookies = format!("theme=dark; {ACCESS}={access}; {REFRESH_COOKIE}={refresh}");
        request.header("cookie", cookies)
    }

    /// The same with one more cookie.
    pub(crate) fn sends_with(&self, request: TestRequest, cookie: &str) -> TestRequest {
        let refresh = &self.refresh;
        request.header("cookie", format!("{cookie}; {REFRESH_COOKIE}={refresh}"))
    }

    pub(crate) fn refresh_token(&self) -> &str {
        &self.refresh
    }

    /// As one of our pages sends it.
    pub(crate) fn page_sends(&self, request: TestRequest) -> TestRequest {
        self.sends(request).header("x-csrf-token", &self.csrf)
    }
}

impl Served {
    pub(crate) async fn cookie_login(&self, email: &str) -> TestResponse {
        let body = json!({ "email": email, "password": PASSWORD, "cookies": true });
        self.app.anonymous().post(LOGIN).json(&body).send().await
    }

    pub(crate) async fn browser(&self, email: &str) -> Browser {
        self.register(email).await.assert_status(201);
        Browser::of(&self.cookie_login(email).await)
    }

    fn get(&self, path: &str) -> TestRequest {
        self.app.anonymous().get(path)
    }

    fn post(&self, path: &str) -> TestRequest {
        self.app.anonymous().post(path).json(&json!({}))
    }

    pub(crate) async fn asks(&self, browser: &Browser) -> TestResponse {
        browser.sends(self.get("/api/v1/auth/me")).send().await
    }
}

/// The value of a cookie that `response` sets, and how it is to be kept.
fn set_cookie(response: &TestResponse, name: &str) -> (String, String) {
    let values = response.headers().get_all("set-cookie").iter();
    let mut found = values.filter_map(|value| value.to_str().unwrap().strip_prefix(name));
    let found = found
        .next()
        .unwrap_or_else(|| panic!("{name} is not set: {response}"));
    let (value, rest) = found.strip_prefix('=').unwrap().split_once("; ").unwrap();
    (value.to_owned(), rest.to_owned())
}

fn assert_forbidden(response: &TestResponse, message: &str) {
    response.assert_error(403, "FORBIDDEN");
    assert_eq!(response.error_message(), message);
}

on_each_database! {
    /// A page of another origin sends without asking first what a form can send: no such body signs a browser
    /// in, and the one form that there is gives no cookies.
    async fn no_form_of_another_site_signs_a_browser_in(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let body = json!({ "email": "ada@example.org", "password": PASSWORD, "cookies": true }).to_string();
        for content_type in ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""] {
            let post = served.app.anonymous().post(LOGIN).header("content-type", content_type);
            let refused = post.body(body.clone()).send().await;
            refused.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
        }
        let form = [("username", "ada@example.org"), ("password", PASSWORD)];
        let post = || served.app.anonymous().post("/api/v1/auth/token");
        for more in [&[][..], &[("cookies", "true")]] {
            let granted = post().form(&[&form[..], more].concat()).send().await;
            granted.assert_status(200);
            assert_eq!(granted.header("set-cookie"), None);
        }
    }

    /// The tokens are in cookies that no page can read, and nowhere else.
    async fn the_tokens_are_in_cookies_alone(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        let login = served.cookie_login("ada@example.org").await;
        let browser = Browser::of(&login);
        let body = login.json();
        assert_eq!(body["token_type"], "cookie");
        assert_eq!(body["expires_in"], 1800);
        assert_eq!(body.as_object().unwrap().len(), 3, "{body}");
        assert!(!login.text().contains(&browser.access[..20]));
        let flags = "HttpOnly; SameSite=Strict";
        let (_, access) = set_cookie(&login, ACCESS);
        assert_eq!(access, format!("Path=/; Max-Age=1800; {flags}"));
        let (_, refresh) = set_cookie(&login, REFRESH_COOKIE);
        assert_eq!(refresh, format!("Path=/; Max-Age=1209600; {flags}"));
        served.asks(&browser).await.assert_status(200).assert_statements(3);
        served.asks(&browser).await.assert_status(200).assert_statements(1);
    }

    /// Over HTTPS alone, and with the names that sibling sites cannot plant.
    async fn secure_cookies_have_secure_names(world: World) {
        let pairs = [("AUTH_COOKIE_SECURE", "true")];
        let served = Served::of(&world, auth(&world, &pairs)).await;
        served.register("ada@example.org").await.assert_status(201);
        let login = served.cookie_login("ada@example.org").await;
        let (access, how) = set_cookie(&login, "__Host-ashlar_access");
        assert!(how.ends_with("; Secure") && how.starts_with("Path=/;"), "{how}");
        let (_, how) = set_cookie(&login, "__Host-ashlar_refresh");
        assert!(how.ends_with("; Secure") && how.starts_with("Path=/;"), "{how}");
        let me = |name: &str| {
            let cookie = format!("{name}={access}");
            served.get("/api/v1/auth/me").header("cookie", cookie)
        };
        me("__Host-ashlar_access").send().await.assert_status(200);
        assert_unauthorized(&me("ashlar_access").send().await, "Not authenticated");
    }

    /// A sibling site plants cookies of any name but those with `__Host-`: with its own refresh token
    /// in one, the victim would go on as somebody else (login CSRF).
    async fn a_refresh_token_that_a_sibling_site_planted_is_not_seen(world: World) {
        let pairs = [("AUTH_COOKIE_SECURE", "true")];
        let served = Served::of(&world, auth(&world, &pairs)).await;
        served.register("eve@example.org").await.assert_status(201);
        let login = served.cookie_login("eve@example.org").await;
        let header = login.headers().get_all("set-cookie").iter();
        let mut values = header.filter_map(|value| value.to_str().unwrap().split_once("_refresh="));
        let token = values.next().unwrap().1.split(';').next().unwrap();
        for name in ["ashlar_refresh", "__Secure-ashlar_refresh"] {
            let csrf = served.get("/api/v1/auth/csrf").header("cookie", format!("{name}={token}"));
            assert_unauthorized(&csrf.send().await, INVALID);
        }
        let own = served.get("/api/v1/auth/csrf");
        let own = own.header("cookie", format!("__Host-ashlar_refresh={token}"));
        own.send().await.assert_status(200);
    }

    /// A request that changes something needs what only a page of ours can know.
    async fn a_change_needs_the_sessions_csrf_token(world: World) {
        let served = serve(&world).await;
        let ada = served.browser("ada@example.org").await;
        let eve = served.browser("eve@example.org").await;
        let again = Browser::of(&served.cookie_login("ada@example.org").await);
        let delete = || ada.sends(served.app.anonymous().delete(SESSIONS));
        let message = "The header X-CSRF-Token is missing or wrong";
        assert_forbidden(&delete().send().await, message);
        let cut = &ada.csrf[..20];
        for wrong in ["", "x", cut, &eve.csrf, &again.csrf, "%%%", &"A".repeat(5000)] {
            assert_forbidden(&delete().header("x-csrf-token", wrong).send().await, message);
            for path in [REFRESH, LOGOUT] {
                let post = ada.sends(served.post(path)).header("x-csrf-token", wrong);
                assert_forbidden(&post.send().await, message);
            }
        }
        served.asks(&again).await.assert_status(200);
        delete().header("x-csrf-token", &ada.csrf).send().await.assert_status(204);
        assert_unauthorized(&served.asks(&again).await, INVALID);
        served.asks(&ada).await.assert_status(200);
    }

    /// Even with the token, and whatever the request: other sites' pages change nothing.
    async fn a_change_must_come_from_a_page_that_may_ask(world: World) {
        let pairs = [("CORS_ORIGINS", "https://app.example.org")];
        let served = Served::of(&world, auth(&world, &pairs)).await;
        let ada = served.browser("ada@example.org").await;
        let own = served.app.url().to_owned();
        let port = own.rsplit(':').next().unwrap();
        let delete = |headers: &[(&str, &str)]| {
            let request = ada.page_sends(served.app.anonymous().delete(SESSIONS));
            headers.iter().fold(request, |request, (name, value)| request.header(name, value))
        };
        for fine in [
            &[][..],
            &[("origin", own.as_str())],
            &[("origin", "https://app.example.org")],
            &[("origin", "https://app.example.org"), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
        ] {
            delete(fine).send().await.assert_status(204);
        }
        let localhost = format!("http://localhost:{port}");
        let longer = format!("{own}0");
        let below = format!("{own}.evil.example");
        for forged in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("origin", "")],
            &[("origin", "http://app.example.org")],
            &[("origin", "https://app.example.org.evil.example")],
            &[("origin", &localhost)],
            &[("origin", &longer)],
            &[("origin", &below)],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "whatever")],
            &[("origin", "https://evil.example"), ("sec-fetch-site", "none")],
        ] {
            let refused = delete(forged).send().await;
            assert_forbidden(&refused, "The request comes from a site that may not send it");
            for path in [REFRESH, LOGOUT] {
                let post = ada.page_sends(served.post(path));
                let (name, value) = forged[0];
                post.header(name, value).send().await.assert_error(403, "FORBIDDEN");
            }
        }
        served.asks(&ada).await.assert_status(200);
    }

    /// Both cookies anew; the body is empty.
    async fn a_browser_refreshes_with_its_cookie(world: World) {
        let served = serve(&world).await;
        let first = served.browser("ada@example.org").await;
        world.turn_clock(31 * MINUTE);
        assert_unauthorized(&served.asks(&first).await, INVALID);
        let answer = first.page_sends(served.post(REFRESH)).send().await;
        let second = Browser::of(&answer);
        assert_eq!(answer.json()["token_type"], "cookie");
        assert_eq!(second.csrf, first.csrf, "the same for as long as the session lasts");
        assert_ne!(second.refresh, first.refresh);
        served.asks(&second).await.assert_status(200);
        world.turn_clock(MINUTE);
        let stolen = first.page_sends(served.post(REFRESH)).send().await;
        assert_unauthorized(&stolen, INVALID);
        assert_unauthorized(&served.asks(&second).await, INVALID);
    }

    /// A page that was loaded anew asks for its token, also when its access token is over.
    async fn a_page_reads_its_csrf_token(world: World) {
        let served = serve(&world).await;
        let ada = served.browser("ada@example.org").await;
        world.turn_clock(31 * MINUTE);
        let csrf = ada.sends(served.get("/api/v1/auth/csrf")).send().await;
        csrf.assert_status(200);
        assert_eq!(csrf.json(), json!({ "csrf_token": ada.csrf }));
        assert_eq!(csrf.header("access-control-allow-origin"), None);
        let nobody = served.get("/api/v1/auth/csrf").send().await;
        assert_unauthorized(&nobody, INVALID);
    }

    /// The session is over and the cookies are gone, whether the access token still held or not.
    async fn a_browser_signs_out(world: World) {
        let served = serve(&world).await;
        served.register("ada@example.org").await.assert_status(201);
        for age in [1, 31] {
            let ada = Browser::of(&served.cookie_login("ada@example.org").await);
            world.turn_clock(age * MINUTE);
            let out = ada.page_sends(served.post(LOGOUT)).send().await;
            out.assert_status(204);
            for name in [ACCESS, REFRESH_COOKIE] {
                let (value, how) = set_cookie(&out, name);
                assert!(value.is_empty() && how.contains("Max-Age=0"), "{how}");
            }
            assert_unauthorized(&served.asks(&ada).await, INVALID);
            let refresh = ada.page_sends(served.post(REFRESH)).send().await;
            assert_unauthorized(&refresh, INVALID);
        }
        let why = column(&world, "SELECT revoked_for FROM sessions").await;
        assert_eq!(why, ["signed_out", "signed_out"]);
        let nobody = served.post(LOGOUT).send().await;
        assert_unauthorized(&nobody, "Not authenticated");
    }

    /// What is meant for cookies is no good elsewhere, and the reverse; neither ends the session.
    async fn tokens_do_not_change_their_way(world: World) {
        let served = serve(&world).await;
        let ada = served.browser("ada@example.org").await;
        let bearer = served.login("ada@example.org", PASSWORD).await.json();
        let text = |name: &str| bearer[name].as_str().unwrap().to_owned();

        let as_header = served.app.bearer(&ada.access).get("/api/v1/auth/me").send().await;
        assert_unauthorized(&as_header, INVALID);
        let in_body = json!({ "refresh_token": ada.refresh });
        let in_body = served.app.anonymous().post(REFRESH).json(&in_body).send().await;
        assert_unauthorized(&in_body, INVALID);

        let planted = Browser {
            access: text("access_token"),
            refresh: text("refresh_token"),
            csrf: String::new(),
        };
        assert_unauthorized(&served.asks(&planted).await, INVALID);
        let csrf = planted.sends(served.get("/api/v1/auth/csrf")).send().await;
        let csrf = csrf.json()["csrf_token"].as_str().unwrap().to_owned();
        let planted = Browser { csrf, ..planted };
        let refresh = planted.page_sends(served.post(REFRESH)).send().await;
        assert_unauthorized(&refresh, INVALID);

        served.asks(&ada).await.assert_status(200);
        let me = served.app.bearer(text("access_token")).get("/api/v1/auth/me");
        me.send().await.assert_status(200);
    }

    /// The header is what a page of ours set on purpose; cookies come along by themselves.
    async fn the_header_wins_over_the_cookie(world: World) {
        let served = serve(&world).await;
        let ada = served.browser("ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        let both = ada.sends(bob.client.get("/api/v1/auth/me")).send().await;
        assert_eq!(both.json()["email"], "bob@example.org");
        // Without the CSRF token of the cookie's session, of which it is none.
        let change = ada.sends(bob.client.delete(SESSIONS)).send().await;
        change.assert_status(204);
        let bad = served.app.bearer("bad").get("/api/v1/auth/me");
        assert_unauthorized(&ada.sends(bad).send().await, INVALID);
        let out = ada.sends(bob.client.post(LOGOUT)).send().await;
        out.assert_status(204);
        assert_eq!(out.header("set-cookie"), None, "the cookies are another session's");
        assert_unauthorized(&bob.me().await, INVALID);
        served.asks(&ada).await.assert_status(200);
    }

    /// Two of a name, giants, and rubbish are nobody's.
    async fn cookies_that_say_nothing_are_refused(world: World) {
        let served = serve(&world).await;
        let ada = served.browser("ada@example.org").await;
        let eve = served.browser("eve@example.org").await;
        let me = |cookies: String| served.get("/api/v1/auth/me").header("cookie", cookies);
        let (a, e) = (&ada.access, &eve.access);
        for cookies in [
            format!("{ACCESS}={a}; {ACCESS}={e}"),
            format!("{ACCESS}={e}; {ACCESS}={a}"),
            format!("{ACCESS}={a}; {ACCESS}={a}"),
            format!("{ACCESS}={}", "a".repeat(5000)),
            format!("{ACCESS}={a}{}", "a".repeat(5000)),
            format!("{ACCESS}="),
            format!("{ACCESS}=\"{a}\""),
            format!("{ACCESS}={}", &a[..a.len() - 1]),
        ] {
            assert_unauthorized(&me(cookies).send().await, INVALID);
        }
        let two = me(format!("{ACCESS}={a}")).header("cookie", format!("{ACCESS}={e}"));
        assert_unauthorized(&two.send().await, INVALID);
        for nothing in ["", ";;;", "=", ACCESS, "ASHLAR_ACCESS=x", "xashlar_access=x"] {
            assert_unauthorized(&me(nothing.to_owned()).send().await, "Not authenticated");
        }
        let planted = format!("{REFRESH_COOKIE}={}; {REFRESH_COOKIE}={}", ada.refresh, eve.refresh);
        let refresh = served.post(REFRESH).header("cookie", planted);
        assert_unauthorized(&refresh.header("x-csrf-token", &ada.csrf).send().await, INVALID);
        served.asks(&ada).await.assert_status(200);
    }

    /// Nothing that a client brings along decides which session begins (session fixation).
    async fn a_sign_in_begins_a_session_of_its_own(world: World) {
        let served = serve(&world).await;
        let eve = served.browser("eve@example.org").await;
        served.register("ada@example.org").await.assert_status(201);
        let before = column(&world, "SELECT token_hash FROM sessions").await;
        let body = json!({ "email": "ada@example.org", "password": PASSWORD, "cookies": true });
        let login = eve.sends(served.app.anonymous().post(LOGIN));
        let login = login.header("x-csrf-token", &eve.csrf).query("sid", "eve").json(&body);
        let ada = Browser::of(&login.send().await);
        assert_ne!(ada.csrf, eve.csrf);
        assert_eq!(served.asks(&ada).await.json()["email"], "ada@example.org");
        // And the one that was there is over, whoever put it there.
        assert_unauthorized(&served.asks(&eve).await, INVALID);
        let after = column(&world, "SELECT token_hash FROM sessions ORDER BY id").await;
        assert_eq!(after.len(), 2);
        assert_eq!(after[0], before[0]);
        let with_sid = json!({ "email": "ada@example.org", "password": PASSWORD, "sid": "eve" });
        let refused = served.app.anonymous().post(LOGIN).json(&with_sid).send().await;
        refused.assert_error(422, "VALIDATION_ERROR");
    }
}

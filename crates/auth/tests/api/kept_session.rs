//! A browser that signs in keeps one session: the one that it had is over.

use ashlar_testkit::{TestRequest, World, on_each_database};
use serde_json::{Value, json};

use crate::{
    PASSWORD, Served, assert_unauthorized, column,
    cookies::Browser,
    mail_links::open_sessions,
    oauth::{Idp, arrive, serve_with},
    serve,
};

const INVALID: &str = "Invalid authentication credentials";

/// Ended since somebody signed in in the same browser: of whom, and by whom.
const REPLACED: &str = "SELECT CASE WHEN actor_id = user_id THEN 'by oneself' WHEN actor_id IS NULL THEN \
    'by another' END FROM audit_log WHERE action = 'session.ended' AND details LIKE '%\"replaced\"%' ORDER BY id";

impl Served {
    fn signs_in(&self, email: &str, more: &Value) -> TestRequest {
        let mut body = json!({ "email": email, "password": PASSWORD, "cookies": true });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.app.anonymous().post("/api/v1/auth/login").json(&body)
    }
}

on_each_database! {
    /// Whose tokens the browser forgets, so nobody could end it there any more.
    async fn a_sign_in_ends_the_session_that_its_browser_kept(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let elsewhere = Browser::of(&served.cookie_login("ada@example.org").await);
        let old = Browser::of(&served.cookie_login("ada@example.org").await);
        served.asks(&old).await.assert_status(200);
        let again = old.sends(served.signs_in("ada@example.org", &json!({})));
        let new = Browser::of(&again.send().await);
        assert_unauthorized(&served.asks(&old).await, INVALID);
        for alive in [&new, &elsewhere] {
            served.asks(alive).await.assert_status(200);
        }
        assert_eq!(open_sessions(&world, ada.id).await, 3);
        assert_eq!(column(&world, REPLACED).await, ["by oneself"]);
    }

    /// On a shared machine nobody leaves their session behind; who came after them is not told to them.
    async fn it_is_over_whoever_signs_in(world: World) {
        let served = serve(&world).await;
        let old = served.browser("ada@example.org").await;
        served.register("bob@example.org").await.assert_status(201);
        let bob = old.sends(served.signs_in("bob@example.org", &json!({})));
        Browser::of(&bob.send().await);
        assert_unauthorized(&served.asks(&old).await, INVALID);
        assert_eq!(column(&world, REPLACED).await, ["by another"]);
    }

    /// The same by a provider.
    async fn a_providers_sign_in_ends_it_too(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let old = served.browser("bob@example.org").await;
        let (visit, code) = arrive(&served, &idp, "dev").await;
        let post = served.app.anonymous().post("/api/v1/auth/oauth/exchange");
        let post = old.sends_with(post, &visit.cookie);
        let new = post.json(&json!({ "code": code, "cookies": true })).send().await;
        served.asks(&Browser::of(&new)).await.assert_status(200);
        assert_unauthorized(&served.asks(&old).await, INVALID);
    }

    /// Neither a sign-in that fails, nor one for a program, nor a cookie that is not ours.
    async fn nothing_else_ends_it(world: World) {
        let served = serve(&world).await;
        let browser = served.browser("ada@example.org").await;
        for (more, status) in [
            (json!({ "password": "not my password" }), 401),
            (json!({ "email": "nobody@example.org" }), 401),
            (json!({ "cookies": false }), 200),
        ] {
            let post = browser.sends(served.signs_in("ada@example.org", &more));
            post.send().await.assert_status(status);
            served.asks(&browser).await.assert_status(200);
        }
        let bearer = served.login("ada@example.org", PASSWORD).await.json();
        let bearers = bearer["refresh_token"].as_str().unwrap();
        let mine = browser.refresh_token();
        let forged = format!("{}A", &mine[..mine.len() - 1]);
        for cookies in [
            "ashlar_refresh=".to_owned(),
            "ashlar_refresh=rubbish".to_owned(),
            format!("ashlar_refresh={bearers}"),
            format!("ashlar_refresh={mine}; ashlar_refresh=rubbish"),
            format!("ashlar_refresh={}", if forged == mine { mine[1..].to_owned() } else { forged }),
        ] {
            let post = served.signs_in("ada@example.org", &json!({})).header("cookie", cookies);
            post.send().await.assert_status(200);
            served.asks(&browser).await.assert_status(200);
        }
        let token = bearer["access_token"].as_str().unwrap();
        let bearer = served.app.bearer(token).get("/api/v1/auth/me").send().await;
        bearer.assert_status(200);
        assert!(column(&world, REPLACED).await.is_empty());
    }
}

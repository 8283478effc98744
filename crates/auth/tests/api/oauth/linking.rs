//! Linking a provider to an account, and unlinking it.

use ashlar_contracts::users::{ProviderChange, UserProviderChanged};
use ashlar_testkit::{TestApp, TestClient, TestResponse, World, on_each_database};
use serde_json::json;
use url::Url;

use crate::{MINUTE, PASSWORD, authenticator_app::step_up};

use super::{
    Idp, Visit, cookie_of, parameter, query, serve_with, sign_in, signed_in, verify_email,
};

pub(crate) async fn begin(client: &TestClient, provider: &'static str) -> Visit {
    let path = format!("/api/v1/auth/oauth/{provider}/link");
    let answer = client
        .post(path)
        .json(&json!({ "redirect_to": "/account" }))
        .send()
        .await;
    answer.assert_status(200);
    Visit {
        provider,
        location: Url::parse(answer.json()["authorize_url"].as_str().unwrap()).unwrap(),
        cookie: cookie_of(&answer),
    }
}

pub(crate) async fn link(
    app: &TestApp,
    client: &TestClient,
    idp: &Idp,
    provider: &'static str,
) -> Url {
    let visit = begin(client, provider).await;
    idp.nonce(&visit);
    visit.end(app).await
}

pub(crate) async fn unlink(client: &TestClient, provider: &str) -> TestResponse {
    client
        .delete(format!("/api/v1/auth/oauth/{provider}"))
        .send()
        .await
}

on_each_database! {
    /// By hand it needs no address: the user is signed in on this side, and says yes on that one.
    async fn a_signed_in_user_links_and_unlinks(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = served.user("ada@elsewhere.example").await;
        let client = &ada.client;
        let end = link(&served.app, client, &idp, "dev").await;
        assert_eq!(end.as_str(), "http://localhost:8000/account?linked=dev");
        let links = client.get("/api/v1/auth/oauth/links").send().await;
        assert_eq!(links.json()["data"][0]["provider"], "dev");
        assert_eq!(links.json()["data"][0]["account"], "ada@example.org");
        assert!(!links.text().contains("access-"), "{}", links.text());
        assert_eq!(sign_in(&served, &idp, "dev").await, ada.id);
        client.post("/api/v1/auth/oauth/dev/link").json(&json!({})).send().await
            .assert_error(409, "CONFLICT");
        unlink(client, "dev").await.assert_status(204);
        unlink(client, "dev").await.assert_error(404, "NOT_FOUND");
        assert!(query(&world, "SELECT subject AS x FROM oauth_accounts").await.is_empty());
        let audit = query(&world, "SELECT action AS x FROM audit_log ORDER BY id").await;
        assert!(audit.contains(&"provider.unlinked".to_owned()), "{audit:?}");
    }

    /// Whoever gets into an account could keep a way in; whoever has just registered by one knows of it.
    async fn the_user_is_told_of_what_was_linked_and_unlinked(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let told = async || {
            let events = world.published().await.of::<UserProviderChanged>();
            let told = events.into_iter().map(|event| (event.email, event.provider, event.change));
            told.collect::<Vec<_>>()
        };
        let (_, client) = signed_in(&served, &idp, "dev").await;
        assert_eq!(told().await, []);
        link(&served.app, &client, &idp, "other").await;
        unlink(&client, "other").await.assert_status(204);
        let changes = [ProviderChange::Linked, ProviderChange::Unlinked];
        let expected = changes.map(|change| ("ada@example.org".to_owned(), "Other".to_owned(), change));
        assert_eq!(told().await, expected);
        // By an address that both sides verified, without a question.
        let bob = json!({ "sub": "bob-1", "email": "bob@example.org", "email_verified": true });
        idp.claims(bob);
        served.register("bob@example.org").await.assert_status(201);
        verify_email(&world, "bob@example.org").await;
        sign_in(&served, &idp, "dev").await;
        let last = told().await.pop().unwrap();
        assert_eq!((&*last.0, last.2), ("bob@example.org", ProviderChange::Linked));
    }

    async fn somebody_elses_account_cannot_be_linked(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        sign_in(&served, &idp, "dev").await;
        let eve = served.user("eve@example.org").await;
        let end = link(&served.app, &eve.client, &idp, "dev").await;
        assert_eq!(parameter(&end, "error").as_deref(), Some("linked_elsewhere"));
    }

    /// A link that one began does not end in another's browser.
    async fn nobody_links_their_account_to_anothers(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let eve = served.user("eve@example.org").await;
        let evil = begin(&eve.client, "dev").await;
        let victim = Visit::begin(&served.app, "dev").await;
        let state = evil.state();
        let pairs = [("code", "good"), ("state", &*state)];
        let refused = evil.back_to(&served.app, "dev", &victim.cookie, &pairs).await;
        refused.assert_error(400, "BAD_REQUEST");
    }

    /// Who takes their account back by ending its sessions must not find a stranger's link there, that
    /// was begun in one of them.
    async fn a_link_is_void_when_the_session_that_began_it_is_over(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = served.user("ada@example.org").await;
        let thief = served.member("ada@example.org", &ada.id.to_string()).await;
        let visit = begin(&thief.client, "dev").await;
        idp.nonce(&visit);
        let end_others = ada.client.delete("/api/v1/auth/sessions").query("except_current", "true");
        end_others.send().await.assert_status(204);
        let end = visit.end(&served.app).await;
        assert_eq!(parameter(&end, "error").as_deref(), Some("session_ended"), "{end}");
        assert!(query(&world, "SELECT subject AS x FROM oauth_accounts").await.is_empty());
    }

    /// Whoever found the password, and began before there was a second factor, does not finish without it.
    async fn a_second_factor_is_asked_for_at_the_end_too(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = served.user("ada@example.org").await;
        let visit = begin(&ada.client, "dev").await;
        idp.nonce(&visit);
        crate::passkeys::add(&ada).await;
        let end = visit.end(&served.app).await;
        assert_eq!(parameter(&end, "error").as_deref(), Some("not_proved"), "{end}");
        assert!(query(&world, "SELECT subject AS x FROM oauth_accounts").await.is_empty());
    }

    /// A code that was got by a link is good for nothing once the link is gone.
    async fn a_one_time_code_is_void_when_its_link_is_gone(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = served.user("ada@example.org").await;
        link(&served.app, &ada.client, &idp, "dev").await;
        let visit = Visit::begin(&served.app, "dev").await;
        idp.nonce(&visit);
        let code = parameter(&visit.end(&served.app).await, "code").unwrap();
        unlink(&ada.client, "dev").await.assert_status(204);
        visit.exchange(&served.app, &code).await.assert_error(401, "UNAUTHORIZED");
    }

    async fn the_last_way_to_sign_in_remains(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let (_, client) = signed_in(&served, &idp, "dev").await;
        unlink(&client, "dev").await.assert_error(409, "CONFLICT");
        link(&served.app, &client, &idp, "other").await;
        // At once: one of the two must remain.
        let both = [unlink(&client, "dev"), unlink(&client, "other")];
        let both = futures_util::future::join_all(both).await;
        let gone = both.iter().filter(|answer| answer.status() == 204);
        assert_eq!(gone.count(), 1);
    }

    /// A session that was left open neither links nor unlinks (OWASP ASVS 4.0, 3.7.1).
    async fn linking_asks_for_a_recent_proof(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = served.user("ada@example.org").await;
        link(&served.app, &ada.client, &idp, "dev").await;
        world.turn_clock(16 * MINUTE);
        let post = ada.client.post("/api/v1/auth/oauth/other/link").json(&json!({})).send().await;
        post.assert_error(403, "STEP_UP_REQUIRED");
        assert_eq!(post.header("set-cookie"), None);
        unlink(&ada.client, "dev").await.assert_error(403, "STEP_UP_REQUIRED");
        let links = ada.client.get("/api/v1/auth/oauth/links").send().await;
        assert_eq!(links.json()["data"].as_array().unwrap().len(), 1);
        let granted = step_up(&ada, json!({ "password": PASSWORD })).await;
        let ada = served.granted(ada.id, &granted);
        link(&served.app, &ada.client, &idp, "other").await;
        unlink(&ada.client, "dev").await.assert_status(204);
        let links = ada.client.get("/api/v1/auth/oauth/links").send().await;
        assert_eq!(links.json()["data"][0]["provider"], "other");
    }

    /// Without a sign-in nothing is linked or unlinked.
    async fn linking_asks_for_a_sign_in(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let body = json!({});
        let path = "/api/v1/auth/oauth/dev/link";
        let anybody = served.app.anonymous().post(path).json(&body).send().await;
        anybody.assert_error(401, "UNAUTHORIZED");
        unlink(&served.app.anonymous(), "dev").await.assert_error(401, "UNAUTHORIZED");
    }
}

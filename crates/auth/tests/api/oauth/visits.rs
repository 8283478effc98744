//! Visits to a provider: each ends once, where it began, and nobody is sent elsewhere.

use std::time::Duration;

use ashlar_testkit::{
    World, on_each_database,
    upstream::{Reply, Upstream},
};

use super::{Idp, Visit, auth_with, exchange, location_of, parameter, query, serve_with};
use crate::{MINUTE, Served};

on_each_database! {
    async fn the_provider_is_asked_with_pkce_state_and_nonce(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let visit = Visit::begin(&served.app, "dev").await;
        let asked = |name: &str| parameter(&visit.location, name).unwrap();
        assert!(visit.location.as_str().starts_with(&format!("{}/authorize?", idp.url())));
        assert_eq!(asked("response_type"), "code");
        assert_eq!(asked("code_challenge_method"), "S256");
        assert_eq!(asked("client_id"), "ashlar");
        assert_eq!(asked("scope"), "openid email profile");
        let callback = "http://localhost:8000/api/v1/auth/oauth/dev/callback";
        assert_eq!(asked("redirect_uri"), callback);
        let secrets = [asked("code_challenge"), visit.state(), visit.nonce()];
        let other = Visit::begin(&served.app, "dev").await;
        for secret in &secrets {
            assert_eq!(secret.len(), 43);
            assert!(!other.location.as_str().contains(secret.as_str()));
        }
        idp.nonce(&visit);
        let end = visit.end(&served.app).await;
        assert!(end.as_str().starts_with("http://localhost:8000/account?a=b&code="), "{end}");
        let sent = String::from_utf8(idp.requests("/token")[0].body.clone()).unwrap();
        assert!(sent.contains("code_verifier=") && !sent.contains("secret"), "{sent}");
        // Neither the state nor the verifier stands in the database.
        let rows = query(&world, "SELECT state_hash || verifier_sealed AS x FROM oauth_flows").await;
        let verifier = sent.split("code_verifier=").nth(1).unwrap().split('&').next().unwrap();
        assert_eq!(rows.len(), 1, "the other visit's");
        assert!(!rows[0].contains(verifier) && !rows[0].contains(&other.state()));
    }

    async fn a_state_ends_one_visit_once(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let visit = Visit::begin(&served.app, "dev").await;
        let state = visit.state();
        let good = [("code", "good"), ("state", &*state)];
        let foreign = Visit::begin(&served.app, "dev").await;
        for (provider, cookie) in [
            ("dev", &*foreign.cookie),
            ("dev", ""),
            ("dev", "ashlar_oauth="),
            ("other", &*visit.cookie),
        ] {
            let refused = visit.back_to(&served.app, provider, cookie, &good).await;
            refused.assert_error(400, "BAD_REQUEST");
            assert_eq!(refused.header("location"), None);
        }
        for pairs in [&[("code", "good"), ("state", "guessed")][..], &[("code", "good")], &[]] {
            visit.back(&served.app, pairs).await.assert_error(400, "BAD_REQUEST");
        }
        assert!(idp.requests("/token").is_empty(), "no code went anywhere");
        idp.nonce(&visit);
        visit.back(&served.app, &good).await.assert_status(302);
        visit.back(&served.app, &good).await.assert_error(400, "BAD_REQUEST");
        assert_eq!(idp.requests("/token").len(), 1);
    }

    async fn a_visit_ends_within_ten_minutes(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let visit = Visit::begin(&served.app, "dev").await;
        let state = visit.state();
        world.turn_clock(10 * MINUTE);
        let late = visit.back(&served.app, &[("code", "good"), ("state", &state)]).await;
        late.assert_error(400, "BAD_REQUEST");
    }

    /// Good for three minutes, once, and in the browser that was away.
    async fn a_code_signs_in_once_where_it_belongs(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let mut codes = Vec::new();
        for _ in 0..2 {
            let visit = Visit::begin(&served.app, "dev").await;
            idp.nonce(&visit);
            let end = visit.end(&served.app).await;
            codes.push((visit, parameter(&end, "code").unwrap()));
        }
        let (visit, code) = &codes[0];
        let (other, late) = &codes[1];
        for (cookie, code) in [("", code), (&*other.cookie, code), (&*visit.cookie, late)] {
            exchange(&served.app, cookie, code).await.assert_error(401, "UNAUTHORIZED");
        }
        visit.exchange(&served.app, "guessed").await.assert_error(401, "UNAUTHORIZED");
        let at_once = (0..4).map(|_| visit.exchange(&served.app, code));
        let answers = futures_util::future::join_all(at_once).await;
        let good = answers.iter().filter(|answer| answer.status() == 200);
        assert_eq!(good.count(), 1);
        let cleared = answers.iter().find_map(|answer| answer.header("set-cookie")).unwrap();
        assert!(cleared.contains("Max-Age=0"), "{cleared}");
        world.turn_clock(3 * MINUTE);
        other.exchange(&served.app, late).await.assert_error(401, "UNAUTHORIZED");
    }

    async fn what_the_provider_refuses_is_told_to_the_page(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        for (error, told) in [
            ("access_denied", "access_denied"),
            ("server_error", "provider_unavailable"),
            ("temporarily_unavailable", "provider_unavailable"),
            ("invalid_scope", "provider_error"),
            ("\"><script>\r\nx: y", "provider_error"),
        ] {
            let visit = Visit::begin(&served.app, "dev").await;
            let back = visit.back(&served.app, &[("error", error), ("state", &visit.state())]).await;
            let end = location_of(&back);
            assert_eq!(parameter(&end, "error").as_deref(), Some(told));
            assert_eq!(end.query_pairs().count(), 2, "{end}");
        }
    }

    async fn nobody_is_sent_where_the_settings_do_not_say(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let authorize = || served.app.anonymous().get("/api/v1/auth/oauth/dev/authorize");
        for target in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/account/..//evil.example",
            "/account/%2e%2e%2f%2e%2e",
            "https://127.0.0.1:5174@evil.example",
            "https://127.0.0.1:5174.evil.example",
            "https://localhost.:5174/",
            "javascript:alert(1)",
            "",
        ] {
            let refused = authorize().query("redirect_to", target).send().await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.header("location"), None);
            assert_eq!(refused.header("set-cookie"), None);
        }
        let visit = location_of(&authorize().send().await);
        assert!(visit.as_str().starts_with(&idp.url()), "{visit}");
        let unknown = served.app.anonymous().get("/api/v1/auth/oauth/nobody/authorize").send().await;
        unknown.assert_error(404, "NOT_FOUND");
    }

    /// Each visit is a row, and anybody may begin one: so nobody begins them by the thousand.
    async fn visits_from_one_address_are_counted(world: World) {
        let idp = Idp::start(&world).await;
        let two = [("AUTH_ADDRESS_ATTEMPTS", "2")];
        let served = Served::of(&world, auth_with(&world, &idp.url(), &two)).await;
        let authorize = || served.app.anonymous().get("/api/v1/auth/oauth/dev/authorize");
        for _ in 0..2 {
            authorize().send().await.assert_status(302);
        }
        let refused = authorize().send().await;
        refused.assert_error(429, "TOO_MANY_REQUESTS");
        assert!(refused.header("retry-after").is_some() && refused.header("set-cookie").is_none());
        let flows = query(&world, "SELECT provider AS x FROM oauth_flows").await;
        assert_eq!(flows.len(), 2);
        world.turn_clock(MINUTE);
        authorize().send().await.assert_status(302);
    }

    /// The browser comes straight back to the page, which can say so.
    async fn a_provider_that_is_away_is_told_to_the_page(world: World) {
        let gone = Upstream::gone();
        let served = serve_with(&world, &gone.url()).await;
        let authorize = served.app.anonymous().get("/api/v1/auth/oauth/dev/authorize");
        let back = authorize.query("redirect_to", "/account").send().await;
        let error = parameter(&location_of(&back), "error");
        assert_eq!(error.as_deref(), Some("provider_unavailable"));
        assert_eq!(back.header("set-cookie"), None);
    }

    async fn a_provider_that_fails_or_is_slow_in_between_is_told_to_the_page(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        for (reply, told) in [
            (Reply::status(500), "provider_unavailable"),
            (Reply::close(), "provider_unavailable"),
            (Reply::status(200).after(Duration::from_secs(7)), "provider_unavailable"),
            (Reply::json("{}"), "provider_error"),
            (Reply::json(r#"{"access_token":"a","token_type":"Bearer"}"#), "provider_error"),
        ] {
            idp.says(|idp| idp.token_reply = Some(reply));
            assert_eq!(super::refused(&served, &idp, "dev").await, told);
        }
    }
}

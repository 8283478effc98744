//! ID tokens that are not what they seem.

use ashlar_testkit::{World, on_each_database};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::{
    Idp, Visit,
    idp::{Key, ada},
    location_of, parameter, query, refused, serve_with, sign_in,
};

fn ada_with(name: &str, value: Value) -> Value {
    let mut claims = ada();
    claims[name] = value;
    claims
}

on_each_database! {
    async fn every_claim_of_an_id_token_counts(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let now = world.now().timestamp();
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("aud", json!("other")),
            ("aud", json!(["ashlar", "other"])),
            ("azp", json!("other")),
            ("nonce", json!("another")),
            ("nonce", json!(null)),
            ("exp", json!(now - 60)),
            ("iat", json!(now + 60)),
            ("iat", json!(now - 3600)),
            ("sub", json!("")),
            ("sub", json!(null)),
        ] {
            idp.claims(ada_with(name, value.clone()));
            assert_eq!(refused(&served, &idp, "dev").await, "provider_error", "{name} {value}");
        }
        assert!(query(&world, "SELECT email AS x FROM users").await.is_empty());
        idp.claims(ada());
        sign_in(&served, &idp, "dev").await;
    }

    /// The token that vouches for an address vouches for the one that it tells, and for no other.
    async fn an_address_is_vouched_for_by_who_tells_it(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        idp.claims(json!({ "sub": "ada-1", "email_verified": true }));
        idp.says(|told| told.userinfo = Some(json!({ "sub": "ada-1", "email": "ada@example.org" })));
        sign_in(&served, &idp, "dev").await;
        let verified = query(&world, "SELECT email AS x FROM users WHERE email_verified_at IS NOT NULL");
        assert!(verified.await.is_empty());
        idp.claims(json!({ "sub": "eve-1" }));
        idp.says(|told| {
            told.userinfo = Some(json!({ "sub": "eve-1", "email": "eve@example.org", "email_verified": true }));
        });
        sign_in(&served, &idp, "dev").await;
        let verified = query(&world, "SELECT email AS x FROM users WHERE email_verified_at IS NOT NULL");
        assert_eq!(verified.await, ["eve@example.org"]);
    }

    /// Addresses that look like Ada's, and are not: in Cyrillic, full width, with a dot that nobody sees.
    async fn a_look_alike_is_nobodys_address(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        served.register("ada@example.org").await.assert_status(201);
        super::verify_email(&world, "ada@example.org").await;
        for email in [
            "\u{430}da@example.org",
            "\u{ff41}da@example.org",
            "ada@ex\u{430}mple.org",
            "a\u{200b}da@example.org",
            "ada@example\u{3002}org",
        ] {
            idp.claims(json!({ "sub": "eve-1", "email": email, "email_verified": true }));
            assert_eq!(refused(&served, &idp, "dev").await, "email_missing", "{email}");
        }
        assert!(query(&world, "SELECT subject AS x FROM oauth_accounts").await.is_empty());
    }

    /// Not by another key, not by our secret as an HMAC key, not by nobody.
    async fn the_providers_key_must_have_signed(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        idp.says(|told| told.key = Some(Key::new().signing));
        assert_eq!(refused(&served, &idp, "dev").await, "provider_error");
        idp.says(|told| {
            told.algorithm = Algorithm::HS256;
            told.key = Some(EncodingKey::from_secret(b"ashlar-secret"));
        });
        assert_eq!(refused(&served, &idp, "dev").await, "provider_error");
        // {"alg":"none"} and {}, and what is no token at all.
        for token in ["eyJhbGciOiJub25lIn0.e30.", "e30.e30.", "..", "", "a.b.c"] {
            idp.says(|told| told.id_token = Some(token.to_owned()));
            assert_eq!(refused(&served, &idp, "dev").await, "provider_error", "{token}");
        }
        assert!(query(&world, "SELECT email AS x FROM users").await.is_empty());
    }

    /// The one token of another visit, replayed into this one.
    async fn a_token_of_another_visit_is_refused(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let stolen = Visit::begin(&served.app, "dev").await;
        idp.nonce(&stolen);
        let visit = Visit::begin(&served.app, "dev").await;
        let end = visit.end(&served.app).await;
        assert_eq!(parameter(&end, "error").as_deref(), Some("provider_error"));
    }

    /// Who signs in at one provider cannot be passed off as signed in at the other (RFC 9207).
    async fn an_answer_of_another_issuer_is_refused(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let visit = Visit::begin(&served.app, "dev").await;
        let state = visit.state();
        let pairs = [("code", "good"), ("state", &*state), ("iss", "https://evil.example")];
        let end = location_of(&visit.back(&served.app, &pairs).await);
        assert_eq!(parameter(&end, "error").as_deref(), Some("provider_error"));
        assert!(idp.requests("/token").is_empty(), "the code went nowhere");
    }

    /// A provider that promises to tell its issuer must.
    async fn a_promised_issuer_must_be_told(world: World) {
        let idp = Idp::start(&world).await;
        idp.says(|told| {
            told.metadata = json!({ "authorization_response_iss_parameter_supported": true });
        });
        let served = serve_with(&world, &idp.url()).await;
        assert_eq!(refused(&served, &idp, "dev").await, "provider_error");
        let visit = Visit::begin(&served.app, "dev").await;
        idp.nonce(&visit);
        let (state, issuer) = (visit.state(), idp.url());
        let pairs = [("code", "good"), ("state", &*state), ("iss", &*issuer)];
        let end = location_of(&visit.back(&served.app, &pairs).await);
        assert!(parameter(&end, "code").is_some(), "{end}");
    }

    async fn a_discovery_that_lies_is_not_believed(world: World) {
        for lie in [
            json!({ "issuer": "https://evil.example" }),
            json!({ "token_endpoint": "http://evil.example/token" }),
            json!({ "jwks_uri": "http://evil.example/jwks" }),
            json!({ "authorization_endpoint": "javascript:alert(1)" }),
        ] {
            let idp = Idp::start(&world).await;
            idp.says(|told| told.metadata = lie.clone());
            let served = serve_with(&world, &idp.url()).await;
            let path = "/api/v1/auth/oauth/dev/authorize";
            let end = location_of(&served.app.anonymous().get(path).send().await);
            assert_eq!(parameter(&end, "error").as_deref(), Some("provider_error"), "{lie}");
        }
    }

    /// A key that is not known may be new; anybody can name one.
    async fn keys_are_asked_for_again_but_not_at_will(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        sign_in(&served, &idp, "dev").await;
        let asked = idp.requests("/jwks").len();
        // {"alg":"EdDSA","kid":"nobody"}
        let token = "eyJhbGciOiJFZERTQSIsImtpZCI6Im5vYm9keSJ9.e30.AA";
        for _ in 0..3 {
            idp.says(|told| told.id_token = Some(token.to_owned()));
            assert_eq!(refused(&served, &idp, "dev").await, "provider_error");
        }
        assert_eq!(idp.requests("/jwks").len(), asked, "within a minute");
        world.turn_clock(crate::MINUTE);
        assert_eq!(refused(&served, &idp, "dev").await, "provider_error");
        assert_eq!(idp.requests("/jwks").len(), asked + 1);
    }
}

//! Tokens of providers, as other domains ask for them.

use ashlar_auth::{model::ProviderName, service::ProviderTokenError};
use ashlar_core::principal::UserId;
use ashlar_testkit::{World, on_each_database, upstream::Reply};

use super::{Idp, auth_with, query, serve_with, sign_in};
use crate::MINUTE;

fn dev() -> ProviderName {
    "dev".parse().unwrap()
}

on_each_database! {
    async fn a_token_is_refreshed_when_it_is_due(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = sign_in(&served, &idp, "dev").await;
        let tokens = served.auth.provider_tokens();
        assert_eq!(tokens.valid(ada, &dev()).await.unwrap().expose(), "access-1");
        world.turn_clock(58 * MINUTE);
        assert_eq!(tokens.valid(ada, &dev()).await.unwrap().expose(), "access-1");
        world.turn_clock(MINUTE);
        assert_eq!(tokens.valid(ada, &dev()).await.unwrap().expose(), "access-2");
        world.turn_clock(59 * MINUTE);
        // The refresh token is the one that came with the last.
        assert_eq!(tokens.valid(ada, &dev()).await.unwrap().expose(), "access-3");
        let sent = idp.requests("/token");
        let body = String::from_utf8(sent[2].body.clone()).unwrap();
        assert!(body.contains("refresh_token=refresh-2"), "{body}");
    }

    /// Of many who ask at once, also in another process, one asks the provider.
    async fn one_refreshes_for_all(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = sign_in(&served, &idp, "dev").await;
        world.turn_clock(60 * MINUTE);
        let another = auth_with(&world, &idp.url(), &[]);
        let both = [served.auth.provider_tokens(), another.provider_tokens()];
        let dev = dev();
        let asked = (0..8).map(|n| both[n % 2].valid(ada, &dev));
        for token in futures_util::future::join_all(asked).await {
            assert_eq!(token.unwrap().expose(), "access-2");
        }
        assert_eq!(idp.requests("/token").len(), 2, "the sign-in, and one refresh");
    }

    async fn what_the_provider_takes_back_is_revoked_until_the_next_sign_in(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = sign_in(&served, &idp, "dev").await;
        let tokens = served.auth.provider_tokens();
        world.turn_clock(60 * MINUTE);
        idp.says(|told| told.token_reply = Some(Reply::status(503)));
        let away = tokens.valid(ada, &dev()).await.unwrap_err();
        assert!(matches!(away, ProviderTokenError::Unavailable(_)), "{away}");
        let refusal = Reply::status(400).header("content-type", "application/json");
        let refusal = refusal.body(r#"{"error":"invalid_grant"}"#);
        idp.says(|told| told.token_reply = Some(refusal));
        for _ in 0..2 {
            let revoked = tokens.valid(ada, &dev()).await.unwrap_err();
            assert!(matches!(revoked, ProviderTokenError::Revoked), "{revoked}");
        }
        assert_eq!(idp.requests("/token").len(), 3, "and not asked again");
        let audit = query(&world, "SELECT action AS x FROM audit_log ORDER BY id").await;
        assert_eq!(audit.last().unwrap(), "provider.revoked");
        idp.says(|told| told.token_reply = None);
        assert_eq!(sign_in(&served, &idp, "dev").await, ada);
        assert!(tokens.valid(ada, &dev()).await.is_ok());
    }

    async fn who_linked_nothing_has_no_token(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let nobody = served.auth.provider_tokens().valid(UserId::new(), &dev()).await.unwrap_err();
        assert!(matches!(nobody, ProviderTokenError::NotLinked), "{nobody}");
    }

    /// A new key in front seals; the one that is derived still opens what it sealed before.
    async fn keys_can_be_rotated(world: World) {
        const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = sign_in(&served, &idp, "dev").await;
        let sealed = "SELECT access_token_sealed AS x FROM oauth_accounts";
        let before = query(&world, sealed).await;
        let rotated = auth_with(&world, &idp.url(), &[("AUTH_TOKEN_KEYS", KEY)]);
        let token = rotated.provider_tokens().valid(ada, &dev()).await.unwrap();
        assert_eq!(token.expose(), "access-1");
        world.turn_clock(60 * MINUTE);
        rotated.provider_tokens().valid(ada, &dev()).await.unwrap();
        let after = query(&world, sealed).await;
        assert_ne!(before[0][..14], after[0][..14], "another key's id");
        let old = served.auth.provider_tokens().valid(ada, &dev()).await.unwrap_err();
        assert!(matches!(old, ProviderTokenError::Unavailable(_)), "{old}");
    }
}

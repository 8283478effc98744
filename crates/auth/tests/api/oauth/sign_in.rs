//! Who signs in as whom.

use ashlar_contracts::users::UserRegistered;
use ashlar_testkit::{World, on_each_database};
use serde_json::json;

use super::{Idp, Visit, parameter, query, refused, serve_with, sign_in, verify_email};

on_each_database! {
    /// A newcomer gets an account, without a password; who comes again gets the same.
    async fn a_newcomer_signs_up_and_signs_in_again(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = sign_in(&served, &idp, "dev").await;
        assert_eq!(sign_in(&served, &idp, "dev").await, ada);
        let registered = world.published().await.of::<UserRegistered>();
        assert_eq!(registered.len(), 1);
        assert_eq!((registered[0].user_id, &*registered[0].display_name), (ada, "Ada L."));
        let verified = "SELECT email AS x FROM users WHERE email_verified_at IS NOT NULL";
        assert_eq!(query(&world, verified).await, ["ada@example.org"]);
        served.login("ada@example.org", "").await.assert_error(401, "UNAUTHORIZED");
        let audit = query(&world, "SELECT action AS x FROM audit_log ORDER BY id").await;
        let told = ["user.registered", "provider.linked", "session.started", "session.started"];
        assert_eq!(audit[..4], told);
        assert_eq!(audit[4..], ["login.failed"]);
        let all = query(&world, "SELECT details AS x FROM audit_log").await.join("");
        assert!(!all.contains("access-") && !all.contains("refresh-"), "{all}");
    }

    /// The address may change there: who it is does not depend on it.
    async fn a_known_account_signs_in_whatever_its_address(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = sign_in(&served, &idp, "dev").await;
        idp.claims(json!({ "sub": "ada-1", "email": "new@example.org" }));
        assert_eq!(sign_in(&served, &idp, "dev").await, ada);
        idp.claims(json!({ "sub": "ada-2", "email": "ada@example.org", "email_verified": false }));
        assert_eq!(refused(&served, &idp, "dev").await, "account_exists");
    }

    /// Linked by its address only when the provider verified it, and so did we.
    async fn an_address_links_when_both_sides_verified_it(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let ada = served.user("Ada@Example.org").await;
        // Somebody may have registered her address to lie in wait for her.
        assert_eq!(refused(&served, &idp, "dev").await, "account_exists");
        verify_email(&world, "Ada@Example.org").await;
        for unverified in [json!(false), json!(null), json!("no")] {
            let claims = json!({ "sub": "eve", "email": "ada@example.org", "email_verified": unverified });
            idp.claims(claims);
            assert_eq!(refused(&served, &idp, "dev").await, "account_exists");
        }
        idp.claims(super::idp::ada());
        assert_eq!(sign_in(&served, &idp, "dev").await, ada.id);
        // Another account there with the same address does not take the place of the first.
        idp.claims(json!({ "sub": "ada-2", "email": "ada@example.org", "email_verified": true }));
        assert_eq!(refused(&served, &idp, "dev").await, "account_exists");
    }

    async fn an_unverified_address_is_no_verified_one_here(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        idp.claims(json!({ "sub": "bob", "email": "bob@example.org" }));
        sign_in(&served, &idp, "dev").await;
        let verified = "SELECT email AS x FROM users WHERE email_verified_at IS NOT NULL";
        assert!(query(&world, verified).await.is_empty());
        // What stands before the @ is the name of who tells none.
        assert_eq!(query(&world, "SELECT display_name AS x FROM users").await, ["bob"]);
    }

    async fn without_an_address_there_is_no_account(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        for email in [json!(null), json!(""), json!("no address"), json!("a@b"), json!(7)] {
            idp.claims(json!({ "sub": "bob", "email": email, "email_verified": true }));
            assert_eq!(refused(&served, &idp, "dev").await, "email_missing");
        }
        assert!(query(&world, "SELECT email AS x FROM users").await.is_empty());
    }

    /// Neither with a new code nor with one that was got before.
    async fn the_suspended_stay_out(world: World) {
        let idp = Idp::start(&world).await;
        let served = serve_with(&world, &idp.url()).await;
        let admin = served.admin("root@example.org").await;
        let ada = sign_in(&served, &idp, "dev").await;
        let visit = Visit::begin(&served.app, "dev").await;
        idp.nonce(&visit);
        let code = parameter(&visit.end(&served.app).await, "code").unwrap();
        let path = format!("/api/v1/users/{ada}");
        let suspend = admin.client.patch(&path).json(&json!({ "status": "suspended" }));
        suspend.send().await.assert_status(200);
        visit.exchange(&served.app, &code).await.assert_error(401, "UNAUTHORIZED");
        assert_eq!(refused(&served, &idp, "dev").await, "account_suspended");
        // Deleted, she is nobody, and may come anew.
        admin.client.delete(&path).send().await.assert_status(204);
        assert_ne!(sign_in(&served, &idp, "dev").await, ada);
    }
}

//! `POST /auth/verify-email` and `/auth/verify-email/request`.

use std::time::Duration;

use ashlar_contracts::users::UserVerificationRequested;
use ashlar_testkit::{TestResponse, World, on_each_database};
use futures_util::future::join;
use serde_json::json;

use crate::{
    MINUTE, Member,
    mail_links::{assert_refused, audited, redeem, verification},
    serve,
};

async fn request(member: &Member) -> TestResponse {
    let post = member.client.post("/api/v1/auth/verify-email/request");
    post.send().await
}

on_each_database! {
    /// With the token that came with the registration.
    async fn an_address_is_verified_once(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        assert_eq!(ada.me().await.json()["email_verified"], false);
        let token = verification(&world, &served).await;
        redeem(&ada.client, "verify-email", &token).await.assert_status(204);
        let me = ada.me().await.json();
        assert_eq!(me["email_verified"], true);
        assert_eq!(me["version"], 2);
        assert_refused(&redeem(&ada.client, "verify-email", &token).await);
        request(&ada).await.assert_error(409, "CONFLICT");
        assert_eq!(audited(&world, "email.verified").await, 1);
    }

    /// At most once a minute; the one before it is void.
    async fn another_link_can_be_asked_for(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let first = verification(&world, &served).await;
        world.turn_clock(Duration::from_secs(40));
        let soon = request(&ada).await;
        soon.assert_error(429, "TOO_MANY_REQUESTS");
        assert_eq!(soon.header("retry-after"), Some("20"));
        world.turn_clock(Duration::from_secs(20));
        let (one, two) = join(request(&ada), request(&ada)).await;
        let mut statuses = [one.status(), two.status()];
        statuses.sort_unstable();
        assert_eq!(statuses, [202, 429]);
        let asked = world.published().await.of::<UserVerificationRequested>();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].email, "ada@example.org");
        let second = verification(&world, &served).await;
        assert_eq!(second, first, "sent once more");
        // Half of its time is over: another one takes its place.
        world.turn_clock(12 * 60 * MINUTE);
        let ada = served.member("ada@example.org", &ada.id.to_string()).await;
        request(&ada).await.assert_status(202);
        let third = verification(&world, &served).await;
        assert_refused(&redeem(&ada.client, "verify-email", &second).await);
        redeem(&ada.client, "verify-email", &third).await.assert_status(204);
        served.app.anonymous().post("/api/v1/auth/verify-email/request").send().await
            .assert_error(401, "UNAUTHORIZED");
    }

    /// A day, by default.
    async fn a_link_has_its_time(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        let token = verification(&world, &served).await;
        world.turn_clock(24 * 60 * MINUTE - Duration::from_secs(1));
        verification(&world, &served).await;
        world.turn_clock(Duration::from_secs(1));
        let ada = served.member("ada@example.org", &ada.id.to_string()).await;
        assert_refused(&redeem(&ada.client, "verify-email", &token).await);
    }

    /// Somebody who registers with a victim's address is not vouched for by the victim's click: neither when
    /// the victim is signed in nowhere, nor in an account of their own.
    async fn a_victims_click_verifies_nothing_for_somebody_else(world: World) {
        let served = serve(&world).await;
        let victim = served.user("victim@example.org").await;
        let eve = served.user("victims-other@example.org").await;
        let token = verification(&world, &served).await;
        let clicked = redeem(&served.app.anonymous(), "verify-email", &token).await;
        clicked.assert_error(401, "UNAUTHORIZED");
        assert_refused(&redeem(&victim.client, "verify-email", &token).await);
        for member in [&victim, &eve] {
            assert_eq!(member.me().await.json()["email_verified"], false);
        }
        assert_eq!(audited(&world, "email.verified").await, 0);
    }

    /// Mail to an address shows nothing of the one that took its place.
    async fn a_link_to_another_address_is_void(world: World) {
        let served = serve(&world).await;
        let root = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let token = verification(&world, &served).await;
        root.patch(&ada, json!({ "email": "other@example.org" })).await.assert_status(200);
        assert_refused(&redeem(&ada.client, "verify-email", &token).await);
        root.patch(&ada, json!({ "email": "ada@example.org" })).await.assert_status(200);
        assert_refused(&redeem(&ada.client, "verify-email", &token).await);
        assert_eq!(root.get(&ada).await.json()["email_verified"], false);
    }
}

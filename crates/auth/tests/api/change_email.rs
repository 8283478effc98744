//! `POST /auth/change-email` and `/auth/confirm-email`.

use ashlar_auth::model::Purpose;
use ashlar_contracts::users::{UserEmailChangeRequested, UserEmailChanged, UserUpdated};
use ashlar_testkit::{TestResponse, World, on_each_database};
use futures_util::future::join;
use serde_json::json;

use crate::{
    Member, PASSWORD,
    mail_links::{
        assert_refused, audited, confirmation, forget, link, redeem, reset, reset_token,
        serve_recent, verification,
    },
    passkeys, serve,
};

async fn change(member: &Member, email: &str) -> TestResponse {
    let post = member.client.post("/api/v1/auth/change-email");
    post.json(&json!({ "email": email })).send().await
}

async fn confirm(member: &Member, token: &str) -> TestResponse {
    let post = member.client.post("/api/v1/auth/confirm-email");
    post.json(&json!({ "token": token })).send().await
}

on_each_database! {
    /// The address is another once mail to the new one has reached its owner; the old one is told.
    async fn an_address_changes_when_it_is_confirmed(world: World) {
        let served = serve_recent(&world, true).await;
        let ada = served.user("ada@example.org").await;
        let unverified = verification(&world, &served).await;
        forget(&served, "ada@example.org").await.assert_status(202);
        let forgotten = reset_token(&world, &served).await;
        change(&ada, "Lovelace@example.org").await.assert_status(202);
        let asked = world.published().await.of::<UserEmailChangeRequested>();
        assert_eq!((asked.len(), &*asked[0].email), (1, "Lovelace@example.org"));
        assert_eq!(ada.me().await.json()["email"], "ada@example.org");
        served.login("ada@example.org", PASSWORD).await.assert_status(200);
        served.login("lovelace@example.org", PASSWORD).await.assert_status(401);

        let token = confirmation(&world, &served).await;
        confirm(&ada, &token).await.assert_status(204);
        let me = ada.me().await.json();
        assert_eq!((&me["email"], &me["email_verified"]), (&json!("Lovelace@example.org"), &json!(true)));
        served.login("lovelace@example.org", PASSWORD).await.assert_status(200);
        served.login("ada@example.org", PASSWORD).await.assert_status(401);
        let published = world.published().await;
        let told = published.of::<UserEmailChanged>();
        assert_eq!((told.len(), &*told[0].previous_email), (1, "ada@example.org"));
        assert_eq!(published.of::<UserUpdated>()[0].email, "Lovelace@example.org");
        for action in ["email.change_requested", "email.changed"] {
            assert_eq!(audited(&world, action).await, 1, "{action}");
        }
        // Nothing that went to the old address is good for anything.
        assert_refused(&confirm(&ada, &token).await);
        assert_refused(&redeem(&ada.client, "verify-email", &unverified).await);
        assert_refused(&reset(&served, &forgotten, "battery staple").await);
    }

    /// A sign-in that was left open is not enough.
    async fn it_asks_for_a_recent_proof_of_identity(world: World) {
        let served = serve_recent(&world, false).await;
        let ada = served.user("ada@example.org").await;
        change(&ada, "new@example.org").await.assert_error(403, "STEP_UP_REQUIRED");
        let nobody = served.app.anonymous().post("/api/v1/auth/change-email");
        let body = json!({ "email": "new@example.org" });
        nobody.json(&body).send().await.assert_error(401, "UNAUTHORIZED");
    }

    /// Whether it is somebody's is not told, neither by the answer nor by the work that it takes; and there
    /// is no link for a mail there.
    async fn an_address_that_is_taken_gets_the_same_answer(world: World) {
        let served = serve_recent(&world, true).await;
        served.register("bob@example.org").await.assert_status(201);
        let mut answers = Vec::new();
        for (name, wanted) in [("ada", "BOB@example.org"), ("eve", "free@example.org")] {
            let member = served.user(&format!("{name}@example.org")).await;
            let answer = change(&member, wanted).await;
            answer.assert_status(202);
            let asked = world.published().await.of::<UserEmailChangeRequested>().pop().unwrap();
            assert_eq!(asked.email, wanted);
            let link = link(&served.auth, Purpose::ConfirmEmail, asked.token_id).await;
            answers.push((answer.text().to_owned(), answer.statements(), link.is_some()));
        }
        let [taken, free] = <[_; 2]>::try_from(answers).unwrap();
        assert_eq!((taken.0, taken.1), (free.0, free.1));
        assert_eq!((taken.2, free.2), (false, true));
    }

    /// Whoever found the password, and began before there was a second factor, does not finish without it.
    async fn a_second_factor_is_asked_for_at_the_end_too(world: World) {
        let served = serve(&world).await;
        let ada = served.user("ada@example.org").await;
        change(&ada, "eve@example.org").await.assert_status(202);
        let token = confirmation(&world, &served).await;
        let mut device = passkeys::add(&ada).await;
        let thief = served.member("ada@example.org", &ada.id.to_string()).await;
        confirm(&thief, &token).await.assert_error(403, "STEP_UP_REQUIRED");
        let ada = passkeys::signed_in(&served, &ada, &mut device).await;
        confirm(&ada, &token).await.assert_status(204);
    }

    /// What is refused is not sent, and keeps nobody else from the address.
    async fn a_refused_change_counts_for_nobody(world: World) {
        let served = serve_recent(&world, true).await;
        let eve = served.user("eve@example.org").await;
        change(&eve, "wanted@example.org").await.assert_status(202);
        for _ in 0..12 {
            change(&eve, "wanted@example.org").await.assert_error(429, "TOO_MANY_REQUESTS");
        }
        let ada = served.user("ada@example.org").await;
        change(&ada, "wanted@example.org").await.assert_status(202);
    }

    /// However many accounts ask for it, nobody's mailbox is filled.
    async fn an_address_gets_few_such_mails(world: World) {
        let served = serve_recent(&world, true).await;
        for number in 0..5 {
            let member = served.user(&format!("ada{number}@example.org")).await;
            change(&member, "victim@example.org").await.assert_status(202);
        }
        let one_more = served.user("eve@example.org").await;
        let refused = change(&one_more, "VICTIM@example.org").await;
        refused.assert_error(429, "TOO_MANY_REQUESTS");
        change(&one_more, "other@example.org").await.assert_status(202);
    }

    /// Whoever confirms first has it; the link of the other is a conflict, and stays one.
    async fn an_address_that_two_want_is_the_first_ones(world: World) {
        let served = serve_recent(&world, true).await;
        let ada = served.user("ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        change(&ada, "new@example.org").await.assert_status(202);
        let first = confirmation(&world, &served).await;
        change(&bob, "NEW@example.org").await.assert_status(202);
        let second = confirmation(&world, &served).await;
        let (one, two) = join(
            confirm(&ada, &first),
            confirm(&bob, &second),
        )
        .await;
        let mut statuses = [one.status(), two.status()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        let again = match one.status() {
            409 => confirm(&ada, &first).await,
            _ => confirm(&bob, &second).await,
        };
        again.assert_error(409, "CONFLICT");
        assert_eq!(world.published().await.of::<UserEmailChanged>().len(), 1);
    }

    /// One's own address in another case is a change; the very same is none. At most once a minute.
    async fn what_is_no_change_is_refused(world: World) {
        let served = serve_recent(&world, true).await;
        let ada = served.user("ada@example.org").await;
        let same = change(&ada, "ada@example.org").await;
        same.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(same.error_fields(), ["email"]);
        for email in ["ａda@example.org", "no address", "a@b.cd\r\nBcc: eve@example.org"] {
            change(&ada, email).await.assert_error(422, "VALIDATION_ERROR");
        }
        change(&ada, "ADA@example.org").await.assert_status(202);
        let soon = change(&ada, "other@example.org").await;
        soon.assert_error(429, "TOO_MANY_REQUESTS");
        assert_eq!(soon.header("retry-after"), Some("60"));
        let token = confirmation(&world, &served).await;
        confirm(&ada, &token).await.assert_status(204);
        assert_eq!(ada.me().await.json()["email"], "ADA@example.org");
    }

    /// Whoever took over a session and asked for an address of theirs loses it with the password.
    async fn another_password_voids_a_change_under_way(world: World) {
        let served = serve_recent(&world, true).await;
        let ada = served.user("ada@example.org").await;
        change(&ada, "eve@example.org").await.assert_status(202);
        let token = confirmation(&world, &served).await;
        forget(&served, "ada@example.org").await.assert_status(202);
        let forgotten = reset_token(&world, &served).await;
        reset(&served, &forgotten, "battery staple").await.assert_status(204);
        let login = served.login("ada@example.org", "battery staple").await;
        assert_refused(&confirm(&served.granted(ada.id, &login), &token).await);
    }

    /// Somebody who asks for a victim's address does not get it by the victim's click: neither when the
    /// victim is signed in nowhere, nor in an account of their own.
    async fn a_victims_click_confirms_nothing_for_somebody_else(world: World) {
        let served = serve_recent(&world, true).await;
        let eve = served.user("eve@example.org").await;
        let victim = served.user("victim@example.org").await;
        change(&eve, "victims-other@example.org").await.assert_status(202);
        let token = confirmation(&world, &served).await;
        let clicked = redeem(&served.app.anonymous(), "confirm-email", &token).await;
        clicked.assert_error(401, "UNAUTHORIZED");
        assert_refused(&confirm(&victim, &token).await);
        for (member, email) in [(&eve, "eve@example.org"), (&victim, "victim@example.org")] {
            let me = member.me().await.json();
            assert_eq!((&me["email"], &me["email_verified"]), (&json!(email), &json!(false)));
        }
        assert_eq!(audited(&world, "email.changed").await, 0);
        // Nor is it used up for whoever asked.
        confirm(&eve, &token).await.assert_status(204);
    }
}

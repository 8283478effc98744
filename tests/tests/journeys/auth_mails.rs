//! What is done by the links in mails: an address is verified and changed, a password set anew.

use std::time::Duration;

use ashlar_testkit::{AshlarProcess, TestClient, TestResponse, World, on_each_database};
use serde_json::{Value, json};

use crate::{
    mail::mailbox,
    people::{PASSWORD, email, eventually, register, sign_in},
};

/// Within this time a mail is there.
const WITHIN: Duration = Duration::from_secs(5);

const OTHER_PASSWORD: &str = "battery staple";

on_each_database! {
    /// Each link does what it is for, once; who has an old one has nothing.
    async fn an_account_is_verified_and_its_password_reset_by_mail(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let ada = register(&process, "ada").await;
        let verified = async || ada.get("/api/v1/auth/me").send().await.json()["email_verified"].clone();
        assert_eq!(verified().await, false);
        let verify = mailed_token(&process, &email("ada"), "verify-email").await;
        verify_email(&ada, &verify).await.assert_status(204);
        assert_eq!(verified().await, true);

        forget(&process, &email("ada")).await;
        // What is answered to a stranger's address is the same, and nobody gets a mail.
        forget(&process, &email("nobody")).await;
        let token = mailed_token(&process, &email("ada"), "reset-password").await;
        assert_refused(&reset(&process, &verify).await);
        reset(&process, &token).await.assert_status(204);
        ada.get("/api/v1/auth/me").send().await.assert_error(401, "UNAUTHORIZED");
        login(&process, PASSWORD).await.assert_error(401, "UNAUTHORIZED");
        let login = login(&process, OTHER_PASSWORD).await;
        login.assert_status(200);
        let ada = process.bearer(login.json()["access_token"].as_str().unwrap());

        assert_refused(&verify_email(&ada, &verify).await);
        assert_refused(&reset(&process, &token).await);
        let told = "Your password for Ashlar was changed";
        eventually(WITHIN, told, async || subjects(&process, &email("ada")).await.contains(&told.to_owned())).await;
        assert_eq!(subjects(&process, &email("nobody")).await, [] as [&str; 0]);
    }

    /// The new address is confirmed by its own mail; the old one is told, and its links are void.
    async fn an_address_is_changed_by_mail(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let ada = register(&process, "ada").await;
        let verify = mailed_token(&process, &email("ada"), "verify-email").await;
        forget(&process, &email("ada")).await;
        let reset_by_old = mailed_token(&process, &email("ada"), "reset-password").await;

        let body = json!({ "email": email("lovelace") });
        let change = ada.post("/api/v1/auth/change-email").json(&body).send().await;
        change.assert_status(202);
        let token = mailed_token(&process, &email("lovelace"), "confirm-email").await;
        let me = ada.get("/api/v1/auth/me").send().await.json();
        assert_eq!(me["email"], email("ada"), "not before it is confirmed");
        let confirm = async || {
            let post = ada.post("/api/v1/auth/confirm-email");
            post.json(&json!({ "token": token })).send().await
        };
        confirm().await.assert_status(204);
        assert_refused(&confirm().await);

        sign_in(&process, &email("lovelace")).await;
        login(&process, PASSWORD).await.assert_error(401, "UNAUTHORIZED");
        assert_refused(&verify_email(&ada, &verify).await);
        assert_refused(&reset(&process, &reset_by_old).await);
        let told = "Your address for Ashlar was changed";
        eventually(WITHIN, told, async || subjects(&process, &email("ada")).await.contains(&told.to_owned())).await;
    }
}

mod smtp {
    use ashlar_contracts::posts::PostId;

    use super::*;
    use crate::{mail::smtp::arrived, services::service};

    on_each_database! {
        /// The mail of a real mail server has the link in both parts, and the link works.
        async fn a_password_is_reset_by_a_mail_server(world: World) {
            // Nobody else writes to it.
            let name = format!("ada-{}", PostId::new());
            let address = email(&name);
            let process = AshlarProcess::start(&[
                ("DATABASE_URL", world.database_url()),
                ("SMTP_URL", &service("TEST_SMTP_URL")),
                ("FRONTEND_URL", "https://site.example"),
            ]).await;
            register(&process, &name).await;
            forget(&process, &address).await;
            let subject = "Set a new password for Ashlar";
            let of_reset = async || {
                arrived(&address).await.into_iter().find(|mail| mail["subject"] == subject)
            };
            eventually(WITHIN, "the mail is there", async || of_reset().await.is_some()).await;
            let mail = of_reset().await.unwrap();
            let token = token_in(&mail, "reset-password").expect("a link");
            let link = format!("https://site.example/account#reset-password={token}");
            for part in ["text", "html"] {
                assert!(mail[part].as_str().unwrap().contains(&link), "{part}: {mail:#}");
            }
            reset(&process, &token).await.assert_status(204);
            assert_refused(&reset(&process, &token).await);
            let body = json!({ "email": address, "password": OTHER_PASSWORD });
            let login = process.anonymous().post("/api/v1/auth/login").json(&body);
            login.send().await.assert_status(200);
            assert!(!process.output().contains(&token), "the log tells the token");
        }
    }
}

/// The token of the link for `purpose` in a mail to `address`, once it is there.
async fn mailed_token(process: &AshlarProcess, address: &str, purpose: &str) -> String {
    let find = async || {
        let mails = mailbox(process).await;
        let mut to = mails.iter().filter(|mail| mail["to"] == address);
        to.find_map(|mail| token_in(mail, purpose))
    };
    eventually(WITHIN, purpose, async || find().await.is_some()).await;
    let token = find().await.unwrap();
    assert!(
        !process.output().contains(&token),
        "the log tells the token"
    );
    token
}

/// The token in the fragment of the link for `purpose`.
fn token_in(mail: &Value, purpose: &str) -> Option<String> {
    let (_, rest) = (mail["text"].as_str()?).split_once(&format!("/account#{purpose}="))?;
    Some(rest.split_whitespace().next()?.to_owned())
}

async fn subjects(process: &AshlarProcess, address: &str) -> Vec<String> {
    let mails = mailbox(process).await;
    let to = mails.iter().filter(|mail| mail["to"] == address);
    to.map(|mail| mail["subject"].as_str().unwrap().to_owned())
        .collect()
}

async fn forget(process: &AshlarProcess, address: &str) {
    let post = process.anonymous().post("/api/v1/auth/forgot-password");
    let answer = post.json(&json!({ "email": address })).send().await;
    assert_eq!(answer.assert_status(202).text(), "");
}

async fn reset(process: &AshlarProcess, token: &str) -> TestResponse {
    let body = json!({ "token": token, "password": OTHER_PASSWORD });
    let post = process.anonymous().post("/api/v1/auth/reset-password");
    post.json(&body).send().await
}

async fn verify_email(client: &TestClient, token: &str) -> TestResponse {
    let post = client.post("/api/v1/auth/verify-email");
    post.json(&json!({ "token": token })).send().await
}

/// Signs in at the first address.
async fn login(process: &AshlarProcess, password: &str) -> TestResponse {
    let body = json!({ "email": email("ada"), "password": password });
    let post = process.anonymous().post("/api/v1/auth/login");
    post.json(&body).send().await
}

#[track_caller]
fn assert_refused(answer: &TestResponse) {
    answer.assert_error(422, "VALIDATION_ERROR");
    assert_eq!(answer.error_fields(), ["token"]);
}

//! Which passwords are good ones.

use std::time::{Duration, Instant};

use ashlar_testkit::{TestResponse, World, on_each_database};
use serde_json::json;

use crate::{Served, auth, serve};

async fn register(served: &Served, password: &str) -> TestResponse {
    let body = json!({
        "email": "ada.lovelace@example.org",
        "display_name": "Countess Ada",
        "password": password,
    });
    let post = served.app.anonymous().post("/api/v1/users");
    post.json(&body).send().await
}

on_each_database! {
    /// Each says which rule it breaks, and none is told back.
    async fn what_is_guessed_first_is_refused(world: World) {
        let served = serve(&world).await;
        for (password, rule) in [
            ("password1", "most common"),
            ("PASSWORD1", "most common"),
            ("ｐassword１", "most common"),
            ("12345678", "most common"),
            ("ada.lovelace@example.org", "e-mail address or name"),
            ("Ada.Lovelace", "e-mail address or name"),
            ("COUNTESS ADA", "e-mail address or name"),
            ("1234567", "8 to 128"),
            ("Ashlar2026!", "name of this site"),
        ] {
            let refused = register(&served, password).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), ["password"], "{password}");
            let text = refused.text();
            assert!(text.contains(rule) && !text.contains(password), "{text}");
        }
        register(&served, "a passphrase of some words").await.assert_status(201);
    }

    /// However the keyboard writes it.
    async fn a_password_is_compared_in_one_form(world: World) {
        let served = serve(&world).await;
        let (composed, decomposed) = ("caf\u{e9} cr\u{e8}me", "cafe\u{301} cre\u{300}me");
        register(&served, composed).await.assert_status(201);
        for same in [composed, decomposed, "ｃａｆ\u{e9} cr\u{e8}me"] {
            served.login("ada.lovelace@example.org", same).await.assert_status(200);
        }
        for other in ["cafe creme", "Caf\u{e9} cr\u{e8}me"] {
            served.login("ada.lovelace@example.org", other).await.assert_status(401);
        }
    }

    /// To the last byte: none is cut off at 72, as by bcrypt.
    async fn a_long_password_counts_as_a_whole(world: World) {
        // More guesses than are free by default.
        let served = Served::of(&world, auth(&world, &[("AUTH_ACCOUNT_ATTEMPTS", "20")])).await;
        let long = "0123456789 ä".repeat(10);
        assert!(long.len() > 72 && long.chars().count() == 120);
        register(&served, &long).await.assert_status(201);
        let email = "ada.lovelace@example.org";
        served.login(email, &long).await.assert_status(200);
        for cut in [71, 72, 110, 119] {
            let cut: String = long.chars().take(cut).collect();
            served.login(email, &cut).await.assert_status(401);
        }
        let mut changed = long.clone();
        changed.pop();
        served.login(email, &format!("{changed}b")).await.assert_status(401);
        served.login(email, &format!("{long}b")).await.assert_status(401);
    }

    /// Without being hashed, normalised or looked up.
    async fn a_huge_password_is_refused_quickly(world: World) {
        let served = serve(&world).await;
        let begin = Instant::now();
        // Each of these would become 18 characters.
        let refused = register(&served, &"\u{fdfa}".repeat(300_000)).await;
        refused.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(refused.error_fields(), ["password"]);
        assert!(refused.text().len() < 1_000);
        let compared = served.auth.passwords_compared();
        let email = "ada.lovelace@example.org";
        served.login(email, &"x".repeat(900_000)).await.assert_error(422, "VALIDATION_ERROR");
        assert_eq!(served.auth.passwords_compared(), compared);
        for answer in [
            register(&served, &"x".repeat(10_000_000)).await,
            served.login(email, &"x".repeat(10_000_000)).await,
        ] {
            answer.assert_error(413, "PAYLOAD_TOO_LARGE");
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    }

    /// What the database cannot keep never gets there; everything else is a character.
    async fn every_character_but_nul_is_one(world: World) {
        let served = serve(&world).await;
        register(&served, "before\0after").await.assert_error(422, "VALIDATION_ERROR");
        let password = " \u{1f511}\t\u{202e}\"\\ ' ; \u{7f}";
        register(&served, password).await.assert_status(201);
        served.login("ada.lovelace@example.org", password).await.assert_status(200);
        served.login("ada.lovelace@example.org", password.trim()).await.assert_status(401);
    }
}

//! Recovery codes.

use ashlar_contracts::users::{SecondFactorChange, SecondFactorChanged};
use ashlar_testkit::{TestResponse, World, on_each_database};
use futures_util::future::join_all;

use crate::{
    MINUTE, Member, Served, actions, assert_unauthorized, auth,
    authenticator_app::{AuthenticatorApp, login},
    query_text, serve,
};

const ADA: &str = "ada@example.org";

on_each_database! {
    /// Each lets its owner in once, however it is typed.
    async fn a_recovery_code_is_good_once(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (_, codes) = AuthenticatorApp::enable(&world, &ada).await;
        login(&served, ADA, &codes[3].to_uppercase().replace('-', " ")).await.assert_status(200);
        assert_unauthorized(&login(&served, ADA, &codes[3]).await, "Invalid credentials");
        let mfa = ada.client.get("/api/v1/auth/mfa").send().await;
        assert_eq!(mfa.json()["recovery_codes_left"], 9);
        assert!(actions(&world).await.contains(&"recovery_code.used".to_owned()));
        let told = world.published().await.of::<SecondFactorChanged>();
        assert_eq!(told[1].change, SecondFactorChange::RecoveryCodeUsed);
    }

    /// Whoever knows the password and guesses at the app keeps nobody out who has a recovery code.
    async fn one_lets_in_while_codes_of_the_app_are_blocked(world: World) {
        let patient = [("AUTH_ACCOUNT_ATTEMPTS", "20")];
        let served = Served::of(&world, auth(&world, &patient)).await;
        let (ada, eve) = (served.user(ADA).await, served.user("eve@example.org").await);
        let (app, codes) = AuthenticatorApp::enable(&world, &ada).await;
        let (_, others) = AuthenticatorApp::enable(&world, &eve).await;
        world.turn_clock(MINUTE);
        for _ in 0..5 {
            let wrong = login(&served, ADA, &app.wrong_code(world.now())).await;
            assert_unauthorized(&wrong, "Invalid credentials");
        }
        for wrong in [&app.code(world.now()), &others[0]] {
            login(&served, ADA, wrong).await.assert_error(429, "TOO_MANY_REQUESTS");
        }
        login(&served, ADA, &codes[0]).await.assert_status(200);
        // Which shows that it is them, so the app counts again.
        login(&served, ADA, &app.code(world.now())).await.assert_status(200);
    }

    /// Two who use one at once: one wins.
    async fn of_two_uses_at_once_one_wins(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let (_, codes) = AuthenticatorApp::enable(&world, &ada).await;
        let logins = join_all((0..4).map(|_| login(&served, ADA, &codes[0]))).await;
        let won = logins.iter().map(TestResponse::status).filter(|status| *status == 200);
        assert_eq!(won.count(), 1);
    }

    /// New ones make the old ones void.
    async fn new_codes_replace_the_old(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        let renew = |member: &Member| member.client.post("/api/v1/auth/mfa/recovery-codes").send();
        renew(&ada).await.assert_error(409, "CONFLICT");
        let (app, old) = AuthenticatorApp::enable(&world, &ada).await;
        renew(&ada).await.assert_error(403, "STEP_UP_REQUIRED");
        let ada = served.granted(ada.id, &login(&served, ADA, &app.code(world.now())).await);
        let renewed = renew(&ada).await;
        renewed.assert_status(200);
        assert_unauthorized(&login(&served, ADA, &old[0]).await, "Invalid credentials");
        let new = renewed.json()["recovery_codes"][0].as_str().unwrap().to_owned();
        login(&served, ADA, &new).await.assert_status(200);
        assert!(actions(&world).await.contains(&"recovery_codes.renewed".to_owned()));
    }

    /// Another's code is no code, and none is kept as it was shown.
    async fn codes_belong_to_a_user_and_are_kept_hashed(world: World) {
        let served = serve(&world).await;
        let (ada, eve) = (served.user(ADA).await, served.user("eve@example.org").await);
        let (_, codes) = AuthenticatorApp::enable(&world, &ada).await;
        let (_, others) = AuthenticatorApp::enable(&world, &eve).await;
        assert_unauthorized(&login(&served, ADA, &others[0]).await, "Invalid credentials");
        let stored = query_text(&world, "SELECT code_hash AS text FROM recovery_codes").await;
        assert_eq!(stored.len(), 20);
        let plain = |hash: &String| codes.iter().any(|code| hash.contains(&code.replace('-', "")));
        assert!(!stored.iter().any(plain));
        let details = query_text(&world, "SELECT details AS text FROM audit_log").await.concat();
        assert!(!codes.iter().any(|code| details.contains(code)));
    }
}

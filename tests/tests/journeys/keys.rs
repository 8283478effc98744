//! Keys of access tokens: made on the command line, served with, and replaced.

use std::fs;

use ashlar_testkit::{AshlarProcess, Scratch, World, on_each_database};
use serde_json::Value;

use crate::{
    command::{ashlar, ashlar_in},
    people::{email, register, sign_in},
};

/// The id in "made key <id>".
fn told_id(printed: &str) -> &str {
    let id = printed.trim().strip_prefix("made key ");
    id.unwrap_or_else(|| panic!("{printed}"))
}

async fn key_ids(process: &AshlarProcess) -> Vec<String> {
    let set = process
        .anonymous()
        .get("/.well-known/jwks.json")
        .send()
        .await;
    let set: Value = set.assert_status(200).json();
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_key_is_written_for_its_owner_alone_and_never_over_another() {
    let folder = Scratch::new();
    let generate = ["keys", "generate", "--out", "jwt.pem"];
    let made = ashlar_in(folder.path(), &[], &generate).await;
    assert_eq!(told_id(made.succeeded()).len(), 43);
    let path = folder.path().join("jwt.pem");
    let key = fs::read_to_string(&path).unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{made:?}");
    #[cfg(unix)]
    {
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = ashlar_in(folder.path(), &[], &generate).await;
    assert!(again.complaint().contains("jwt.pem"), "{again:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), key);
    let printed = ashlar(&[], &["keys", "generate"]).await;
    assert!(printed.succeeded().ends_with("-----END PRIVATE KEY-----\n"));
    assert_ne!(printed.stdout, key);
}

#[tokio::test]
async fn keys_that_cannot_be_used_stop_the_start() {
    let other = "MC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
    for (keys, told) in [
        ("", "AUTH_JWT_KEYS must be set"),
        (other, "AUTH_JWT_KEYS must be PEM"),
        (
            &*format!("-----BEGIN PRIVATE KEY-----\n{other}\n-----END PRIVATE KEY-----"),
            "AUTH_JWT_KEYS must hold",
        ),
    ] {
        let variables = [("AUTH_JWT_ALGORITHM", "EdDSA"), ("AUTH_JWT_KEYS", keys)];
        let ended = ashlar(&variables, &["serve"]).await;
        assert!(ended.complaint().contains(told), "{ended:?}");
        assert!(!format!("{ended:?}").contains(other), "{ended:?}");
    }
}

on_each_database! {
    /// The new key first, the old one after it; once its tokens are over, the old one goes.
    async fn a_key_is_replaced_while_its_tokens_live_on(world: World) {
        let mut made = Vec::new();
        for name in ["old.pem", "new.pem"] {
            let path = world.folder().join(name).to_str().unwrap().to_owned();
            let ended = ashlar(&[], &["keys", "generate", "--out", &path]).await;
            made.push((path, told_id(ended.succeeded()).to_owned()));
        }
        let [(old, old_id), (new, new_id)] = <[_; 2]>::try_from(made).unwrap();
        let serve = async |keys: &str| {
            let variables = [("DATABASE_URL", world.database_url()),
                ("AUTH_JWT_ALGORITHM", "EdDSA"), ("AUTH_JWT_KEYS", keys)];
            AshlarProcess::start(&variables).await
        };
        let me = async |process: &AshlarProcess, token: &str| {
            process.bearer(token).get("/api/v1/auth/me").send().await.status()
        };
        let process = serve(&old).await;
        assert_eq!(key_ids(&process).await, [&*old_id]);
        register(&process, "ada").await;
        let token = sign_in(&process, &email("ada")).await;
        assert_eq!(me(&process, &token).await, 200);

        let process = serve(&format!("{new},{old}")).await;
        assert_eq!(key_ids(&process).await, [&*new_id, &*old_id]);
        assert_eq!(me(&process, &token).await, 200);
        let renewed = sign_in(&process, &email("ada")).await;

        let process = serve(&new).await;
        assert_eq!(me(&process, &token).await, 401);
        assert_eq!(me(&process, &renewed).await, 200);
    }
}

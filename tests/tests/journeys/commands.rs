//! The command line: help, `doctor`, `openapi`, `migrate`, and the files that are made of them.

use std::{
    fs::{self, File},
    path::Path,
    process::Stdio,
};

use ashlar_testkit::{Scratch, World, on_each_database, process};

use crate::command::{ashlar, ashlar_in};

/// For each command what its help must tell.
const HELP: [(&[&str], &[&str]); 11] = [
    (
        &[],
        &[
            "Usage: ashlar",
            "serve",
            "migrate",
            "doctor",
            "openapi",
            "user",
            "--version",
            ".env",
        ],
    ),
    (
        &["serve"],
        &["Serve the API (the default)", "SIGTERM", "Ctrl-C"],
    ),
    (&["migrate"], &["up", "down", "status"]),
    (&["migrate", "up"], &["[STEPS]", "pending"]),
    (&["migrate", "down"], &["[STEPS]", "[default: 1]"]),
    (&["doctor"], &["--example", ".env.example", "setting"]),
    (&["audit", "export"], &["--since", "--until", "JSON"]),
    (&["openapi"], &["OpenAPI"]),
    (
        &["keys", "generate"],
        &["--out", "AUTH_JWT_KEYS", "Ed25519"],
    ),
    (&["user"], &["create-admin"]),
    (
        &["user", "create-admin"],
        &["--email", "--display-name", "--password-stdin", "stdin"],
    ),
];

#[tokio::test]
async fn every_command_explains_itself() {
    for (command, words) in HELP {
        let arguments = [command, &["--help"]].concat();
        let help = ashlar(&[], &arguments).await;
        let text = help.succeeded();
        for word in words.iter().chain(&["Usage: ", "--help"]) {
            assert!(
                text.contains(word),
                "{word:?} is missing in {arguments:?}:\n{text}"
            );
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }
    let version = ashlar(&[], &["--version"]).await;
    assert_eq!(
        version.succeeded(),
        format!("ashlar {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test]
async fn what_there_is_not_is_refused_with_advice() {
    let advised: [(&[&str], &str); 4] = [
        (&["sevre"], "serve"),
        (&["doctor", "--exmaple"], "--example"),
        (&["migrate", "down", "many"], "<STEPS>"),
        (&["user", "create-admin"], "--email"),
    ];
    for (arguments, advice) in advised {
        let ended = ashlar(&[], arguments).await;
        assert_eq!(ended.code, Some(2), "{ended:#?}");
        assert!(ended.stderr.starts_with("error: "), "{ended:#?}");
        for word in [advice, "--help"] {
            let told = ended.stderr.replace("[STEPS]", "<STEPS>");
            assert!(told.contains(word), "{word:?} is missing: {ended:#?}");
        }
    }
}

/// `ashlar openapi | head -1`.
#[tokio::test]
async fn a_reader_who_has_seen_enough_is_no_failure() {
    let folder = Scratch::new();
    let mut command = process::command(folder.path(), &[], &["openapi"]).await;
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(
        ended.status.success() && ended.stderr.is_empty(),
        "{ended:?}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_cannot_be_printed_is_a_failure() {
    let folder = Scratch::new();
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for arguments in [&["openapi"][..], &["doctor"], &["doctor", "--example"]] {
        let mut command = process::command(folder.path(), &[], arguments).await;
        let ended = command.stdout(full()).output().unwrap();
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {ended:?}");
        assert!(complaint.starts_with("error: No space left"), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        let mut command = process::command(folder.path(), &[], arguments).await;
        let ended = command.stdout(full()).stderr(full()).output().unwrap();
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {ended:?}");
    }
}

#[tokio::test]
async fn the_doctor_masks_what_is_secret() {
    let (key, password) = ("Qp7vN2xKd9LmZ4tRw8YbC1sHf6Gj3EaU", "hunter2-and-more");
    let url = format!("postgres://ada:{password}@db.example.com/ashlar");
    let variables = [
        ("SECRET_KEY", key),
        ("DATABASE_URL", url.as_str()),
        ("PORT", "8123"),
    ];
    let ended = ashlar(&variables, &["doctor"]).await;
    let table = ended.succeeded();
    assert_eq!(
        row(table, "SECRET_KEY"),
        ["SECRET_KEY", "[redacted]", "environment"]
    );
    let masked = "postgres://ada:[redacted]@db.example.com/ashlar";
    assert_eq!(
        row(table, "DATABASE_URL"),
        ["DATABASE_URL", masked, "environment"]
    );
    assert_eq!(row(table, "PORT"), ["PORT", "8123", "environment"]);
    assert_eq!(row(table, "HOST"), ["HOST", "127.0.0.1", "default"]);
    for secret in [key, password] {
        assert!(
            !format!("{ended:?}").contains(secret),
            "{secret} is told: {table}"
        );
    }
}

/// Keys that sign and seal, and what providers gave us.
#[tokio::test]
async fn the_doctor_masks_keys_and_clients_secrets() {
    let pem = ashlar(&[], &["keys", "generate"]).await;
    let pem = pem.succeeded();
    let seal = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlLi4=";
    let variables = [
        ("AUTH_JWT_ALGORITHM", "EdDSA"),
        ("AUTH_JWT_KEYS", pem),
        ("AUTH_TOKEN_KEYS", seal),
        ("OAUTH_GITHUB_ISSUER", "https://id.example.com"),
        ("OAUTH_GITHUB_CLIENT_ID", "ashlar"),
        ("OAUTH_GITHUB_CLIENT_SECRET", "hush-and-more"),
    ];
    let ended = ashlar(&variables, &["doctor"]).await;
    let table = ended.succeeded();
    for name in [
        "AUTH_JWT_KEYS",
        "AUTH_TOKEN_KEYS",
        "OAUTH_GITHUB_CLIENT_SECRET",
    ] {
        assert_eq!(row(table, name), [name, "[redacted]", "environment"]);
    }
    assert_eq!(row(table, "OAUTH_GITHUB_CLIENT_ID")[1], "ashlar");
    let key = pem.lines().nth(1).unwrap();
    for secret in [key, seal, "hush-and-more"] {
        assert!(!format!("{ended:?}").contains(secret), "told: {table}");
    }
}

#[tokio::test]
async fn the_doctor_tells_what_is_wrong_beside_the_rest() {
    let folder = Scratch::new();
    fs::write(folder.path().join(".env"), "LOG_LEVEL=debug\n").unwrap();
    let ended = ashlar_in(folder.path(), &[("PORT", "eighty")], &["doctor"]).await;
    assert!(ended.complaint().contains("PORT must be"), "{ended:#?}");
    assert_eq!(row(&ended.stdout, "LOG_LEVEL")[1], "debug");
    assert!(
        row(&ended.stdout, "LOG_LEVEL")[2..]
            .join(" ")
            .contains(".env line 1"),
        "{ended:#?}"
    );
}

/// A setting that is gone, or misspelt.
#[tokio::test]
async fn the_doctor_warns_of_what_is_no_setting() {
    let folder = Scratch::new();
    fs::write(
        folder.path().join(".env"),
        "CORS_ORIGIN=https://example.com\n",
    )
    .unwrap();
    let ended = ashlar_in(folder.path(), &[], &["doctor"]).await;
    assert_eq!(row(ended.succeeded(), "CORS_ORIGINS")[2..], ["default"]);
    let advice = "did you mean CORS_ORIGINS?";
    assert!(ended.stderr.contains(advice), "{ended:#?}");
}

/// The words of the line about one variable.
fn row<'a>(table: &'a str, name: &str) -> Vec<&'a str> {
    let mut rows = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let row = rows.find(|words| words.first() == Some(&name));
    row.unwrap_or_else(|| panic!("no {name}: {table}"))
}

#[tokio::test]
async fn the_committed_example_is_what_the_doctor_prints() {
    // Whatever is set: the file is the same for everybody.
    let variables = [("APP_ENV", "production"), ("PORT", "eighty")];
    let example = ashlar(&variables, &["doctor", "--example"]).await;
    assert_same(
        ".env.example",
        example.succeeded(),
        "cargo run -- doctor --example > .env.example",
    );
}

#[tokio::test]
async fn the_committed_contract_is_what_the_code_says() {
    let folder = Scratch::new();
    let before = fs::read_dir(folder.path()).unwrap().count();
    let nowhere = [
        ("DATABASE_URL", "postgres://127.0.0.1:1/nowhere"),
        ("APP_NAME", "Other"),
    ];
    let contract = ashlar_in(folder.path(), &nowhere, &["openapi"]).await;
    assert_same(
        "docs/openapi.json",
        contract.succeeded(),
        "cargo xtask openapi",
    );
    let after = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(before, after, "it leaves nothing behind");
}

#[track_caller]
fn assert_same(file: &str, current: &str, update: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let committed = fs::read_to_string(path).unwrap();
    assert!(
        committed == current,
        "{file} is not up to date: `{update}` updates it"
    );
}

on_each_database! {
    /// Down, and up again, with the status telling where it is.
    async fn migrations_go_up_and_down(world: World) {
        let variables = [("DATABASE_URL", world.database_url())];
        let migrate = async |arguments: &[&str]| {
            let ended = ashlar(&variables, &[&["migrate"], arguments].concat()).await;
            ended.succeeded().to_owned()
        };
        let all = migrate(&["status"]).await;
        let count = all.lines().count();
        assert!(count >= 2 && all.lines().all(|line| line.starts_with("applied  m")), "{all}");
        assert_eq!(migrate(&["up"]).await, "nothing to apply\n");

        let last = all.lines().last().unwrap().split_whitespace().last().unwrap();
        assert_eq!(migrate(&["down"]).await, format!("taken back  {last}\n"));
        let status = migrate(&["status"]).await;
        assert!(status.ends_with(&format!("pending  {last}\n")), "{status}");
        assert_eq!(status.matches("pending").count(), 1, "{status}");

        assert_eq!(migrate(&["down", "1000"]).await.lines().count(), count - 1);
        assert_eq!(migrate(&["down"]).await, "nothing to take back\n");
        assert_eq!(migrate(&["up", "1"]).await.lines().count(), 1);
        let up = migrate(&["up"]).await;
        assert!(up.ends_with(&format!("applied  {last}\n")), "{up}");
        assert_eq!(migrate(&["status"]).await, all);
    }
}

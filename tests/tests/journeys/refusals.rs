//! What it does not start with: one clear sentence, exit code 1, and no trace of its insides.

use std::{fs, path::Path};

use ashlar_testkit::{Backend, Scratch, World, certificate};
use reqwest::Url;

use crate::{
    command::{ashlar, ashlar_in},
    people::SECRET_KEY,
};

const PASSWORD: &str = "hunter2-and-more";

#[tokio::test]
async fn a_database_that_is_a_folder() {
    let folder = Scratch::new();
    fs::create_dir(folder.path().join("ashlar.db")).unwrap();
    let ended = ashlar_in(folder.path(), &[], &["serve"]).await;
    ended.refused(&["cannot open the database sqlite://ashlar.db"]);
}

#[tokio::test]
async fn a_database_that_is_garbage() {
    let folder = Scratch::new();
    let file = folder.path().join("ashlar.db");
    fs::write(&file, "These are no tables. ".repeat(500)).unwrap();
    let before = fs::read(&file).unwrap();
    let ended = ashlar_in(folder.path(), &[], &["serve"]).await;
    ended.refused(&[
        "cannot open the database sqlite://ashlar.db",
        "file is not a database",
    ]);
    assert_eq!(
        fs::read(&file).unwrap(),
        before,
        "what it cannot read it does not touch"
    );
}

#[tokio::test]
async fn a_database_in_a_folder_that_is_not_there() {
    let ended = ashlar(
        &[("DATABASE_URL", "sqlite://nowhere/a.db?mode=rwc")],
        &["serve"],
    )
    .await;
    ended.refused(&[
        "cannot open the database sqlite://nowhere/a.db",
        "unable to open",
    ]);
}

#[tokio::test]
async fn a_postgresql_that_is_not_there() {
    // Nobody listens on the first port there is.
    let url = format!("postgres://ada:{PASSWORD}@127.0.0.1:1/ashlar");
    let variables = [("DATABASE_URL", url.as_str()), ("DB_POOL_TIMEOUT", "0.5")];
    let shown = "cannot open the database postgres://ada:[redacted]@127.0.0.1:1/ashlar";
    for arguments in [["serve"].as_slice(), &["migrate", "up"]] {
        let ended = ashlar(&variables, arguments).await;
        ended.refused(&[shown, "Connection refused"]);
        assert!(!format!("{ended:?}").contains(PASSWORD), "{ended:#?}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_not_told_with_its_password() {
    for url in [
        format!("postgres://ada:{PASSWORD}@:1:2/ashlar"),
        format!("postgres://ada:{PASSWORD}/x@localhost/ashlar"),
        format!("postgres://ada:{PASSWORD}@local host/ashlar"),
    ] {
        for command in ["serve", "doctor"] {
            let ended = ashlar(&[("DATABASE_URL", &url)], &[command]).await;
            let complaint = ended.complaint();
            assert!(
                complaint.contains("DATABASE_URL must be a URL"),
                "{complaint}"
            );
            assert!(!format!("{ended:?}").contains(PASSWORD), "{ended:#?}");
        }
    }
}

/// A server that is there, but lets us in neither as this user nor to this database.
mod a_postgresql_that_does_not_let_us_in {
    #[test]
    fn postgres() {
        ashlar_testkit::run(ashlar_testkit::Backend::Postgres, super::is_refused);
    }
}

async fn is_refused(world: World) {
    assert_eq!(world.backend(), Backend::Postgres);
    let mut nobody = Url::parse(world.database_url()).unwrap();
    nobody.set_username("nobody_at_all").unwrap();
    nobody.set_password(Some(PASSWORD)).unwrap();
    let mut nowhere = Url::parse(world.database_url()).unwrap();
    nowhere.set_password(Some(PASSWORD)).unwrap();
    nowhere.set_path("no_such_database");
    for (url, what) in [(nobody, "nobody_at_all"), (nowhere, "no_such_database")] {
        let ended = ashlar(&[("DATABASE_URL", url.as_str())], &["serve"]).await;
        ended.refused(&[
            "cannot open the database postgres://",
            "does not exist",
            what,
        ]);
        assert!(!ended.stderr.contains(PASSWORD), "{ended:#?}");
    }
}

#[tokio::test]
async fn bad_settings_are_all_told_at_once() {
    let variables = [
        ("PORT", "eighty"),
        ("DB_POOL_SIZE", "0"),
        ("CORS_ORIGINS", "*"),
        ("LOG_LEVEL", "loud"),
        ("APP_ENV", "staging"),
        ("DATABASE_URL", "mysql://root:hunter2-and-more@localhost/a"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "soon"),
    ];
    let ended = ashlar(&variables, &["serve"]).await;
    let complaint = ended.complaint();
    assert!(
        complaint.starts_with("error: the settings cannot be used:"),
        "{complaint}"
    );
    for (name, _) in variables {
        let line = complaint.lines().find(|line| line.trim().starts_with(name));
        assert!(
            line.is_some_and(|line| line.contains("must")),
            "{name}: {complaint}"
        );
    }
    assert_eq!(
        complaint.lines().count(),
        1 + variables.len(),
        "{complaint}"
    );
    assert!(!complaint.contains(PASSWORD), "{complaint}");
}

#[tokio::test]
async fn a_bad_line_in_the_file_is_told_with_its_number() {
    let folder = Scratch::new();
    fs::write(
        folder.path().join(".env"),
        "# Ours.\nPORT=eighty\nPROT=80\n",
    )
    .unwrap();
    let ended = ashlar_in(folder.path(), &[], &["serve"]).await;
    let complaint = ended.complaint();
    for words in ["PORT (.env line 2) must be", "PROT", "did you mean PORT?"] {
        assert!(complaint.contains(words), "{words}: {complaint}");
    }
}

#[tokio::test]
async fn production_without_a_key_and_a_database() {
    let ended = ashlar(&[("APP_ENV", "production")], &["serve"]).await;
    let complaint = ended.complaint();
    for name in ["SECRET_KEY", "DATABASE_URL"] {
        assert!(
            complaint.contains(&format!("{name} must be set in production")),
            "{complaint}"
        );
    }
}

#[tokio::test]
async fn production_with_a_weak_key() {
    let url = ("DATABASE_URL", "sqlite://a.db?mode=rwc");
    let production = ("APP_ENV", "production");
    for key in [
        "short",
        "changeme-changeme-changeme-changeme",
        &"ab".repeat(20),
    ] {
        let ended = ashlar(&[production, url, ("SECRET_KEY", key)], &["serve"]).await;
        let complaint = ended.complaint();
        assert!(complaint.contains("SECRET_KEY must"), "{complaint}");
        assert!(!complaint.contains(key), "{complaint}");
    }
}

#[tokio::test]
async fn production_on_a_database_that_is_behind() {
    let folder = Scratch::new();
    let variables = [
        ("APP_ENV", "production"),
        ("DATABASE_URL", "sqlite://ashlar.db?mode=rwc"),
        ("SECRET_KEY", SECRET_KEY),
        ("SMTP_URL", "smtps://mail.example.com"),
        ("NOTIFICATIONS_ADMIN_EMAILS", "root@example.com"),
        // One that no machine has: with a current schema it fails there, and not before.
        ("HOST", "192.0.2.1"),
    ];
    let ended = ashlar_in(folder.path(), &variables, &["serve"]).await;
    ended.refused(&["behind", "`ashlar migrate up`"]);
    ashlar_in(folder.path(), &variables, &["migrate", "up"])
        .await
        .succeeded();
    let ended = ashlar_in(folder.path(), &variables, &["serve"]).await;
    ended.refused(&["cannot listen on 192.0.2.1"]);
}

#[tokio::test]
async fn a_certificate_without_its_key() {
    let folder = Scratch::new();
    fs::write(folder.path().join("cert.pem"), certificate().pem()).unwrap();
    let ended = ashlar_in(folder.path(), &[("TLS_CERT", "cert.pem")], &["serve"]).await;
    assert!(
        ended.complaint().contains("TLS_KEY must be set too"),
        "{ended:#?}"
    );
}

#[tokio::test]
async fn a_certificate_that_is_of_no_use() {
    let folder = Scratch::new();
    let (ours, other) = (
        write_certificate(folder.path(), "a"),
        write_certificate(folder.path(), "b"),
    );
    fs::write(folder.path().join("garbage"), "no PEM").unwrap();
    for (cert, key, told) in [
        (
            "nowhere.pem",
            ours.1.as_str(),
            "TLS_CERT must be a file that can be read",
        ),
        (
            "garbage",
            &ours.1,
            "cannot use garbage: there is no certificate in it",
        ),
        (
            &ours.0,
            "garbage",
            "cannot use garbage: there is no private key in it",
        ),
        (&ours.0, &other.1, "cannot use a/localhost."),
    ] {
        let variables = [("TLS_CERT", cert), ("TLS_KEY", key), ("PORT", "0")];
        let ended = ashlar_in(folder.path(), &variables, &["serve"]).await;
        assert!(
            ended.complaint().contains(told),
            "{cert}, {key}: {ended:#?}"
        );
    }
}

/// The paths of a new certificate and its key, seen from `folder`.
fn write_certificate(folder: &Path, name: &str) -> (String, String) {
    certificate().write(&folder.join(name)).unwrap();
    (
        format!("{name}/localhost.crt"),
        format!("{name}/localhost.key"),
    )
}

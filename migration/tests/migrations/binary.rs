//! The binary, as an operator runs it.

use std::process::{Command, Output, Stdio};

use crate::database::Scratch;
use crate::on_both_databases;

on_both_databases!(
    processes_that_migrate_at_once_apply_each_migration_once,
    the_commands_say_what_they_did,
);

#[test]
fn a_missing_url_is_one_clear_sentence() {
    let output = run("", &["up"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).starts_with("error: DATABASE_URL is not set"),
        "{output:?}"
    );
    assert_eq!(stderr(&output).lines().count(), 1);
}

#[test]
fn a_bad_url_is_refused_without_repeating_its_password() {
    for url in [
        "mysql://root:hunter2@localhost/ashlar",
        "root:hunter2@localhost",
        "postgres://u:hunter2@[bad/x",
    ] {
        let output = run(url, &["status"]);
        assert_eq!(output.status.code(), Some(1), "{url}");
        assert!(stderr(&output).starts_with("error: "), "{output:?}");
        assert_eq!(stderr(&output).lines().count(), 1, "{output:?}");
        assert!(!stderr(&output).contains("hunter2"), "{output:?}");
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_one_clear_sentence() {
    let output = run("sqlite:///no/such/directory/ashlar.db?mode=rwc", &["up"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).starts_with("error: the database cannot be opened"),
        "{output:?}"
    );
    assert_eq!(stderr(&output).lines().count(), 1);
}

#[tokio::test]
async fn fresh_is_refused_in_production() {
    let scratch = Scratch::sqlite();
    assert!(run(&scratch.url, &["up"]).status.success());

    let mut fresh = command(&scratch.url, &["fresh"]);
    let output = fresh.env("APP_ENV", "production").output().unwrap();

    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("APP_ENV=production"), "{output:?}");
    scratch.remove().await;
}

async fn the_commands_say_what_they_did(scratch: &Scratch) {
    let status = stdout(run(&scratch.url, &["status"]));
    let pending = status
        .lines()
        .filter(|line| line.ends_with("  pending"))
        .count();
    assert!(
        status.starts_with("MIGRATION ") && pending == status.lines().count() - 1,
        "{status}"
    );

    let one = stdout(run(&scratch.url, &["up", "1"]));
    assert_eq!(one.lines().count(), 1);
    assert!(one.starts_with("applied m"), "{one}");
    let rest = stdout(run(&scratch.url, &["up"]));
    assert_eq!(rest.lines().count(), pending - 1);
    assert_eq!(stdout(run(&scratch.url, &["up"])), "nothing to apply\n");

    assert!(stdout(run(&scratch.url, &["down"])).starts_with("reverted m"));
    let status = stdout(run(&scratch.url, &["status"]));
    assert_eq!(
        status
            .lines()
            .filter(|line| line.contains("  applied "))
            .count(),
        pending - 1
    );
    assert_eq!(
        stdout(run(&scratch.url, &["fresh"])).lines().count(),
        pending
    );
    assert_eq!(
        stdout(run(&scratch.url, &["down", "99"])).lines().count(),
        pending
    );
    assert_eq!(stdout(run(&scratch.url, &["down"])), "nothing to revert\n");
}

async fn processes_that_migrate_at_once_apply_each_migration_once(scratch: &Scratch) {
    let db = scratch.connect().await;
    let all = ashlar_migration::pending(&db).await.unwrap();
    let spawn = |_| {
        command(&scratch.url, &["up"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let processes: Vec<_> = (0..4).map(spawn).collect();

    let outputs = processes
        .into_iter()
        .map(|process| stdout(process.wait_with_output().unwrap()));
    let outputs: String = outputs.collect();

    let mut applied: Vec<&str> = outputs
        .lines()
        .filter_map(|line| line.strip_prefix("applied "))
        .collect();
    applied.sort_unstable();
    assert_eq!(applied, all);
    assert!(
        ashlar_migration::status(&db)
            .await
            .unwrap()
            .iter()
            .all(|status| status.applied())
    );
}

fn run(url: &str, arguments: &[&str]) -> Output {
    command(url, arguments).output().unwrap()
}

fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ashlar-migration"));
    command
        .args(arguments)
        .env("DATABASE_URL", url)
        .env_remove("APP_ENV");
    command
}

/// What a command that must succeed wrote.
fn stdout(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

//! Starting: with nothing at all, again, and where another one is already.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use ashlar_testkit::{AshlarProcess, Scratch};

use crate::{
    command::ashlar_in,
    people::{create_project, register},
};

/// What SQLite writes at offsets 18 and 19 of a file in WAL mode (sqlite.org/fileformat2.html).
const WAL: [u8; 2] = [2, 2];

#[tokio::test]
async fn a_first_start_needs_nothing() {
    let process = AshlarProcess::start(&[]).await;
    process
        .anonymous()
        .get("/api/v1/health/ready")
        .send()
        .await
        .assert_status(200);
    assert_eq!(
        fs::read(process.folder().join("ashlar.db")).unwrap()[18..20],
        WAL
    );
    assert!(
        process.output().contains("migration applied"),
        "{}",
        process.output()
    );

    let output = process.output();
    let warnings: Vec<&str> = output
        .lines()
        .filter(|line| line.contains("WARN"))
        .collect();
    assert_eq!(warnings.len(), 1, "{output}");
    assert!(warnings[0].contains("SECRET_KEY is unset: made one"));

    let key = process.folder().join(".ashlar/secret_key");
    assert_eq!((mode(&key), mode(key.parent().unwrap())), (0o600, 0o700));
    let key = fs::read_to_string(key).unwrap();
    assert!(!process.output().contains(key.trim()), "the key is told");
}

#[tokio::test]
async fn the_last_line_of_a_start_tells_where_everything_is() {
    let mut process = AshlarProcess::start(&[]).await;
    assert_eq!(process.terminate().await.code(), Some(0));
    let output = process.output();
    let mut lines = output
        .lines()
        .skip_while(|line| !line.contains("listening on"));
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("no such line: {output}"));
    assert!(
        line.contains(&format!("listening on {}", process.url())),
        "{line}"
    );
    assert!(line.contains(&format!("{}/docs", process.url())), "{line}");
    // Where passkeys can be used: a browser takes no address for them.
    let account = process.url().replace("127.0.0.1", "localhost");
    assert!(line.contains(&format!("{account}/account")), "{line}");
    // What comes after it is the request by which the testkit read the contract, and the end.
    let rest: Vec<&str> = lines.collect();
    assert_eq!(rest.len(), 3, "{output}");
    for (line, told) in rest
        .iter()
        .zip(["request_completed", "stopping", "stopped"])
    {
        assert!(line.contains(told), "{told}: {output}");
    }
}

#[tokio::test]
async fn what_was_made_at_the_first_start_is_used_at_the_next() {
    let mut process = AshlarProcess::start(&[]).await;
    let ada = register(&process, "ada").await;
    let project = create_project(&ada, "apollo").await;
    assert_eq!(process.terminate().await.code(), Some(0));

    process.restart().await;
    let ada = process.bearer(ada.token().unwrap());
    ada.get("/api/v1/auth/me").send().await.assert_status(200);
    let path = format!("/api/v1/projects/{}", project["id"].as_str().unwrap());
    assert_eq!(
        ada.get(path).send().await.assert_status(200).json(),
        project
    );
    assert!(
        !process.output().contains("migration applied"),
        "{}",
        process.output()
    );
}

#[tokio::test]
async fn a_second_start_on_the_same_port_is_refused_in_one_sentence() {
    let first = AshlarProcess::start(&[]).await;
    let port = first.url().rsplit(':').next().unwrap();
    for folder in [first.folder(), Scratch::new().path()] {
        let second = ashlar_in(
            folder,
            &[("PORT", port), ("RUST_BACKTRACE", "1")],
            &["serve"],
        )
        .await;
        second.refused(&[&format!("cannot listen on 127.0.0.1:{port}"), "in use"]);
    }
    first
        .anonymous()
        .get("/api/v1/health/ready")
        .send()
        .await
        .assert_status(200);
}

#[tokio::test]
async fn an_address_that_is_not_ours_is_refused() {
    // Of the block for documentation (RFC 5737), so no machine has it.
    let ended = ashlar_in(Scratch::new().path(), &[("HOST", "192.0.2.1")], &["serve"]).await;
    ended.refused(&["cannot listen on 192.0.2.1:8000"]);
}

#[tokio::test]
async fn serving_is_what_it_does_without_a_command() {
    let first = AshlarProcess::start(&[]).await;
    let port = first.url().rsplit(':').next().unwrap();
    let ended = ashlar_in(Scratch::new().path(), &[("PORT", port)], &[]).await;
    ended.refused(&["cannot listen on"]);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

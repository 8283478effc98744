//! A certificate serves HTTPS to those who trust it, and its key is nobody else's to read.

use ashlar_testkit::{World, certificate, on_each_database};

use crate::notes;

on_each_database! {
    async fn a_certificate_serves_https(world: World) {
        let files = certificate().write(world.folder()).unwrap();
        let app = world
            .serve_with(vec![notes::domain(world.database())], world.authenticator(), |settings| {
                settings.tls = Some(files);
            })
            .await;
        assert!(app.url().starts_with("https://127.0.0.1:"), "{}", app.url());
        app.anonymous().get("/api/v1/notes/count").send().await.assert_status(200);
    }
}

#[cfg(unix)]
#[test]
fn the_key_is_private_even_over_an_old_file() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let scratch = ashlar_testkit::Scratch::new();
    let folder = scratch.path().join("certs");
    let certificate = certificate();
    let files = certificate.write(&folder).unwrap();
    fs::set_permissions(&files.key, fs::Permissions::from_mode(0o644)).unwrap();
    certificate.write(&folder).unwrap();
    let mode = fs::metadata(&files.key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(files.key.file_name().unwrap(), "localhost.key");
    let secret = fs::read_to_string(&files.key).unwrap();
    assert!(secret.starts_with("-----BEGIN PRIVATE KEY-----"));
    let line = secret.lines().nth(1).unwrap();
    assert!(!format!("{certificate:?}").contains(line));
}

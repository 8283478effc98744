//! The key that is given, made or kept.

use super::*;

#[test]
fn development_keeps_the_key_it_makes() {
    let directory = Scratch::new();
    let state = directory.0.join(".ashlar");
    let kept = || read(Source::from_pairs(NOTHING).with_state_directory(&state));
    let (first, outcome) = kept();
    let told = outcome.unwrap().warnings()[0].to_string();
    assert!(
        told.starts_with("SECRET_KEY is unset: made one and kept it in "),
        "{told}"
    );
    let (second, outcome) = kept();
    assert_eq!(outcome.unwrap().warnings(), [], "said once");
    assert_eq!(first.key.derive("jwt"), second.key.derive("jwt"));
    let names: Vec<_> = fs::read_dir(&state)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["secret_key"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&state.join("secret_key")), 0o600);
        assert_eq!(mode(&state), 0o700);
    }

    fs::write(state.join("secret_key"), "").unwrap();
    let problems = kept().1.unwrap_err();
    assert!(
        problems
            .to_string()
            .contains("SECRET_KEY cannot be read from"),
        "{problems}"
    );
}

#[test]
fn nothing_is_kept_but_in_development() {
    let directory = Scratch::new();
    for environment in ["test", "production", "developmint"] {
        let source = Source::from_pairs([("APP_ENV", environment)]);
        let (first, _) = read(source.with_state_directory(&directory.0));
        let (second, _) = read(Source::from_pairs([("APP_ENV", environment)]));
        assert_ne!(
            first.key.derive("jwt"),
            second.key.derive("jwt"),
            "made by chance"
        );
    }
    assert_eq!(fs::read_dir(&directory.0).unwrap().count(), 0);
}

#[test]
fn each_purpose_has_its_own_key() {
    let key = SecretKey::from_text(&GOOD_KEY.into());
    assert_eq!(
        key.derive("jwt"),
        SecretKey::from_text(&GOOD_KEY.into()).derive("jwt")
    );
    assert_ne!(key.derive("jwt"), key.derive("cursor"));
    assert_ne!(
        key.derive("jwt"),
        SecretKey::from_text(&"other".into()).derive("jwt")
    );
    assert_eq!(format!("{key:?}"), "SecretKey([redacted])");
}

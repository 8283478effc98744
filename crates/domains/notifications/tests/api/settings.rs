//! What the settings take and refuse.

use ashlar_core::settings::{Reader, Source};
use ashlar_notifications::{NotificationsSettings, Security};

use crate::settings;

#[test]
fn without_any_mail_stays_here() {
    let settings = settings(&[]).expect("nothing must be set");
    assert!(settings.smtp_url.is_none());
    assert_eq!(settings.from.to_string(), "Ashlar <no-reply@localhost>");
    assert_eq!(settings.admins, ["admin@localhost"]);
    assert_eq!(settings.site, "https://127.0.0.1:5174");
}

#[test]
fn production_needs_a_mail_server_and_has_no_admins_of_its_own() {
    let problems = settings(&[("APP_ENV", "production")]).expect_err("SMTP_URL is missing");
    assert!(
        problems
            .to_string()
            .contains("SMTP_URL must be set in production"),
        "{problems}"
    );
    let production = [
        ("APP_ENV", "production"),
        ("SMTP_URL", "smtps://u:p@mail.example"),
    ];
    let settings = settings(&production).expect("it is sound");
    assert!(settings.admins.is_empty());
    assert_eq!(
        settings.smtp_url.expect("a server").security(),
        Security::Tls
    );
}

#[test]
fn what_is_wrong_is_told_without_the_password() {
    for (variable, value, told) in [
        (
            "SMTP_URL",
            "smtp://u:hunter2@mail.example?tls=none",
            "must not send a password",
        ),
        (
            "SMTP_URL",
            "http://u:hunter2@mail.example",
            "must begin with smtp://",
        ),
        (
            "SMTP_CA",
            "/nowhere/ca.pem",
            "must be a file that can be read",
        ),
        ("SMTP_TIMEOUT", "0", "must be at least 0.1"),
        (
            "NOTIFICATIONS_FROM",
            "nobody",
            "must be a name and an address",
        ),
        (
            "NOTIFICATIONS_ADMIN_EMAILS",
            "ada@example.org, bob",
            "must list addresses",
        ),
    ] {
        let problems = settings(&[(variable, value)]).expect_err(value).to_string();
        assert!(
            problems.contains(variable) && problems.contains(told),
            "{problems}"
        );
        assert!(!problems.contains("hunter2"), "{problems}");
    }
}

#[test]
fn production_is_warned_of_a_sender_whom_nobody_believes() {
    let warned = |from: Option<(&'static str, &'static str)>| {
        let production = [
            ("APP_ENV", "production"),
            ("SMTP_URL", "smtps://mail.example"),
        ];
        let mut reader = Reader::new(Source::from_pairs(production.into_iter().chain(from)));
        NotificationsSettings::read(&mut reader);
        let effective = reader.finish().expect("it is sound");
        let warnings = effective.warnings().iter().map(ToString::to_string);
        warnings
            .filter(|warning| warning.contains("NOTIFICATIONS_FROM"))
            .count()
    };
    assert_eq!(warned(None), 1);
    assert_eq!(
        warned(Some(("NOTIFICATIONS_FROM", "Ashlar <mail@example.com>"))),
        0
    );
}

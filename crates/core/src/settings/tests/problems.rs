//! What is refused, and how it is told.

use super::*;

#[test]
fn every_problem_is_told_at_once_with_its_variable() {
    let source = Source::from_pairs([
        ("APP_ENV", "staging"),
        ("PORT", "70000"),
        ("DEBUG", "perhaps"),
        ("HTTP_REQUEST_TIMEOUT", "-1"),
        ("HTTP_KEEP_ALIVE", "1e30"),
        ("DB_POOL_SIZE", "0"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d"),
        ("LOG_LEVEL", "loud"),
        ("CORS_ORIGINS", "http://a.example/path"),
        ("CORS_METHODS", "get"),
        ("BACKEND_URL", "api.example"),
        ("HOST", "http://h"),
        ("TLS_CERT", "/nowhere.pem"),
        ("ERROR_FORMAT", "xml"),
    ])
    .with_dotenv("LOG_FORMAT=fancy\n");
    let problems = read(source).1.unwrap_err();
    let text = problems.to_string();
    for line in [
        "APP_ENV must be one of development, test, production, not \"staging\"",
        "PORT must be a whole number from 0 to 65535, not \"70000\"",
        "DEBUG must be true or false (or 1 or 0, yes or no), not \"perhaps\"",
        "HTTP_REQUEST_TIMEOUT must be a number of seconds, such as 30 or 0.5, not \"-1\"",
        "HTTP_KEEP_ALIVE must be a number of seconds, such as 30 or 0.5, not \"1e30\"",
        "DB_POOL_SIZE must be at least 1 and at most 10000, not \"0\"",
        "DATABASE_URL must begin with postgres://, postgresql:// or sqlite:, \
         not \"mysql://u:[redacted]@h/d\"",
        "LOG_FORMAT (.env line 1) must be one of pretty, json, not \"fancy\"",
        "ERROR_FORMAT must be one of json, problem, vben, not \"xml\"",
    ] {
        assert!(
            text.contains(&format!("\n  {line}\n")) || text.ends_with(line),
            "{line}\n{text}"
        );
    }
    for name in [
        "LOG_LEVEL",
        "CORS_ORIGINS",
        "CORS_METHODS",
        "BACKEND_URL",
        "HOST",
        "TLS_CERT",
    ] {
        assert!(
            text.contains(&format!("\n  {name} must ")),
            "{name}\n{text}"
        );
    }
    assert_eq!(problems.iter().count(), 15, "{text}");
    assert_eq!(text.lines().count(), 16, "{text}");
    assert!(!text.contains("hunter2"));
}

#[test]
fn what_must_not_be_seen_is_masked() {
    let (settings, outcome) = read(production([]));
    let effective = outcome.unwrap();
    let table = effective.to_string();
    let debugged = format!("{:?} {effective:?} {:?}", settings.database, settings.key);
    for text in [&table, &debugged] {
        assert!(
            !text.contains("hunter2") && !text.contains(GOOD_KEY),
            "{text}"
        );
        assert!(
            text.contains("postgres://ashlar:[redacted]@db/ashlar"),
            "{text}"
        );
    }
    let row = table
        .lines()
        .find(|line| line.contains("SECRET_KEY"))
        .unwrap();
    let columns: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(columns, ["SECRET_KEY", "[redacted]", "environment"]);
    assert_eq!(
        settings.database.url.expose(),
        "postgres://ashlar:hunter2@db/ashlar"
    );

    let weak = read(Source::from_pairs([
        ("APP_ENV", "production"),
        ("SECRET_KEY", "hunter2"),
    ]));
    assert!(!weak.1.unwrap_err().to_string().contains("hunter2"));
}

#[test]
fn production_refuses_what_is_unsafe() {
    let told = problems([("APP_ENV", "production")]);
    assert!(
        told.contains(&"DATABASE_URL must be set in production".to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&"SECRET_KEY must be set in production".to_owned()),
        "{told:?}"
    );
    assert_eq!(told.len(), 2);

    let repeated = "0123456789abcdef".repeat(3);
    let same = "x".repeat(64);
    for weak in [
        "short",
        "dev-secret-key-change-in-production",
        "ChangeMe-ChangeMe-8461520397-abcdefgh",
        "aabbccddaabbddccaabbccddbbaadcbaabcdd",
        &repeated,
        &same,
    ] {
        let source = production([("SECRET_KEY", weak)]);
        let problems = read(source).1.unwrap_err();
        assert_eq!(problems.iter().count(), 1, "{weak}");
        assert_eq!(
            problems.iter().next().unwrap().variable,
            "SECRET_KEY",
            "{weak}"
        );
    }

    let (settings, outcome) = read(production([]));
    outcome.unwrap();
    assert!(!settings.database.auto_migrate);
    assert_eq!(settings.http.drain_delay, Duration::from_secs(5));
    assert_eq!(settings.log.format, LogFormat::Json);
}

#[test]
fn any_origin_and_credentials_do_not_go_together() {
    let told = problems([("CORS_ORIGINS", "*")]);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("CORS_ORIGINS must name origins"),
        "{told:?}"
    );
    assert_eq!(
        problems([("CORS_ORIGINS", "*"), ("CORS_CREDENTIALS", "no")]),
        [""; 0]
    );
    let listed = [("CORS_ORIGINS", " https://a.example , http://b.example:81 ,")];
    let (settings, _) = read(Source::from_pairs(listed));
    assert_eq!(
        settings.http.cors.origins,
        ["https://a.example", "http://b.example:81"]
    );
}

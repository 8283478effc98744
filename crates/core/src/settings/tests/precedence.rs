//! Which value holds.

use super::*;

#[test]
fn nothing_set_gives_the_defaults() {
    let (settings, outcome) = read(Source::from_pairs(NOTHING));
    outcome.unwrap();
    assert_eq!(settings.app.name, "Ashlar");
    assert_eq!(settings.app.environment, Environment::Development);
    assert!(!settings.app.debug);
    assert_eq!(settings.http.port, 8000);
    assert_eq!(settings.http.base_url(8000), "http://127.0.0.1:8000");
    assert_eq!(settings.http.drain_delay, Duration::ZERO);
    assert_eq!(settings.http.keep_alive, Duration::from_secs(75));
    assert_eq!(settings.http.cors.origins.len(), 2);
    assert_eq!(settings.http.workers, None);
    assert_eq!(
        settings.database.url.expose(),
        "sqlite://ashlar.db?mode=rwc"
    );
    assert_eq!(settings.database.max_connections(), 30);
    assert!(settings.database.auto_migrate);
    assert_eq!(settings.log.level.as_str(), "INFO");
    assert_eq!(settings.log.format, LogFormat::Pretty);
    assert_eq!(settings.log.file, None);
}

#[test]
fn the_environment_goes_before_dotenv_and_that_before_defaults() {
    let source = Source::from_pairs([("PORT", "1"), ("DEBUG", "")])
        .with_dotenv("PORT=2\nHOST=0.0.0.0\nDEBUG=yes\nexport APP_NAME='A # name' # comment\n");
    let (settings, outcome) = read(source);
    assert_eq!(settings.http.port, 1);
    assert_eq!(settings.http.host, "0.0.0.0");
    assert!(settings.app.debug, "an empty variable is none");
    assert_eq!(settings.app.name, "A # name");
    assert_eq!(settings.database.pool_size, 20);

    let effective = outcome.unwrap();
    let origin = |name: &str| {
        let entry = effective.entries().iter().find(|entry| entry.name == name);
        entry.unwrap().origin
    };
    assert_eq!(origin("PORT"), Origin::Environment);
    assert_eq!(origin("HOST"), Origin::DotEnv { line: 2 });
    assert_eq!(origin("APP_NAME"), Origin::DotEnv { line: 4 });
    assert_eq!(origin("DB_POOL_SIZE"), Origin::Default);
}

#[test]
fn a_required_variable_and_a_family_of_names_are_read() {
    let source = Source::from_pairs([("OAUTH_B_ID", "2"), ("OTHER", "x")])
        .with_dotenv("OAUTH_A_ID=1\nOAUTH_B_ID=3\n");
    let mut reader = Reader::new(source);
    assert_eq!(reader.names("OAUTH_"), ["OAUTH_A_ID", "OAUTH_B_ID"]);
    let ids: Vec<u32> = (reader.names("OAUTH_").into_iter())
        .map(|name| reader.var(name, "An id").required())
        .collect();
    assert_eq!(ids, [1, 2]);
    let minutes = reader
        .minutes("EXPIRE_MINUTES", "Minutes")
        .default(Duration::from_secs(90));
    assert_eq!(minutes, Duration::from_secs(90));
    let missing: String = reader.var("NEEDED", "What is needed").required();
    assert_eq!(missing, "");
    let problems = reader.finish().unwrap_err();
    assert_eq!(
        problems.to_string(),
        "the settings cannot be used:\n  NEEDED must be set"
    );
    let shown = problems.effective().entries().iter();
    let minutes = shown
        .into_iter()
        .find(|entry| entry.name == "EXPIRE_MINUTES")
        .unwrap();
    assert_eq!(minutes.value.as_deref(), Some("1.5"));
}

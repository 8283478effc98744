//! What providers come of which variables.

use ashlar_core::settings::{Problems, Source};

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<OauthSettings, Problems> {
    let mut reader = Reader::new(Source::from_pairs(pairs.iter().copied()));
    let settings = OauthSettings::read(&mut reader);
    reader.finish().map(|_| settings)
}

fn problems(pairs: &[(&str, &str)]) -> String {
    read(pairs).unwrap_err().to_string()
}

const GOOGLE: [(&str, &str); 3] = [
    ("OAUTH_GOOGLE_CLIENT_ID", "us"),
    ("OAUTH_GOOGLE_CLIENT_SECRET", "sesame"),
    ("OAUTH_GOOGLE_ISSUER", "https://accounts.google.com"),
];

#[test]
fn without_variables_there_are_none() {
    assert!(read(&[]).unwrap().providers.is_empty());
    let empty = [("OAUTH_GOOGLE_CLIENT_ID", ""), ("OAUTH_GOOGLE_ISSUER", "")];
    assert!(read(&empty).unwrap().providers.is_empty());
    assert!(
        read(&[("OAUTH_ELSEWHERE", "x")])
            .unwrap()
            .providers
            .is_empty()
    );
}

#[test]
fn an_issuer_is_enough() {
    let settings = read(&GOOGLE).unwrap();
    let [google] = &settings.providers[..] else {
        panic!("{settings:?}");
    };
    assert_eq!(google.name.as_str(), "google");
    assert_eq!(google.title, "Google");
    assert_eq!(google.scopes, ["openid", "email", "profile"]);
    assert_eq!(
        google.callback("https://api.example.org"),
        "https://api.example.org/api/v1/auth/oauth/google/callback"
    );
    assert!(!format!("{settings:?}").contains("sesame"));
}

#[test]
fn endpoints_do_without_an_issuer() {
    let settings = read(&[
        ("OAUTH_MY_HUB_CLIENT_ID", "us"),
        ("OAUTH_MY_HUB_CLIENT_SECRET", "sesame"),
        (
            "OAUTH_MY_HUB_AUTHORIZE_URL",
            "https://hub.example/authorize",
        ),
        ("OAUTH_MY_HUB_TOKEN_URL", "https://hub.example/token"),
        ("OAUTH_MY_HUB_USERINFO_URL", "https://hub.example/user"),
        ("OAUTH_MY_HUB_SCOPES", "read:user, user:email"),
        ("OAUTH_MY_HUB_USERINFO_EMAIL_VERIFIED", "verified"),
        ("OAUTH_MY_HUB_TITLE", "My Hub"),
    ]);
    let settings = settings.unwrap();
    let hub = &settings.providers[0];
    assert_eq!(
        (hub.name.as_str(), hub.title.as_str()),
        ("my_hub", "My Hub")
    );
    assert_eq!(hub.scopes, ["read:user", "user:email"]);
    assert_eq!(hub.fields.email_verified, "verified");
    assert_eq!(hub.fields.id, ["sub", "id"]);
}

#[test]
fn what_is_missing_is_told_by_its_variable() {
    for (left_out, told) in [
        (0, "OAUTH_GOOGLE_CLIENT_ID"),
        (1, "OAUTH_GOOGLE_CLIENT_SECRET"),
        (2, "OAUTH_GOOGLE_ISSUER"),
    ] {
        let mut pairs = GOOGLE.to_vec();
        pairs.remove(left_out);
        let problems = problems(&pairs);
        assert!(
            problems.contains(told) && !problems.contains("sesame"),
            "{problems}"
        );
    }
    let both = [
        &GOOGLE[..],
        &[("OAUTH_GOOGLE_TOKEN_URL", "https://x.example")],
    ]
    .concat();
    assert!(problems(&both).contains("OAUTH_GOOGLE_ISSUER"));
    let bad_name = GOOGLE.map(|(name, value)| (name.replace("GOOGLE", "2FA"), value));
    let bad_name: Vec<_> = bad_name
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    assert!(problems(&bad_name).contains("names no provider"));
}

#[test]
fn providers_are_reached_by_tls_but_on_this_machine() {
    let at = |issuer| [GOOGLE[0], GOOGLE[1], ("OAUTH_GOOGLE_ISSUER", issuer)];
    assert!(read(&at("http://127.0.0.1:4000")).is_ok());
    for issuer in [
        "http://idp.example",
        "ftp://idp.example",
        "idp",
        "https://a:b@idp.example",
    ] {
        assert!(
            problems(&at(issuer)).contains("OAUTH_GOOGLE_ISSUER"),
            "{issuer}"
        );
    }
    let mut production = at("http://127.0.0.1:4000").to_vec();
    production.extend([
        ("APP_ENV", "production"),
        ("BACKEND_URL", "https://api.example"),
    ]);
    assert!(problems(&production).contains("OAUTH_GOOGLE_ISSUER"));
}

#[test]
fn production_must_know_its_own_address() {
    let mut production = GOOGLE.to_vec();
    production.push(("APP_ENV", "production"));
    assert!(problems(&production).contains("BACKEND_URL"));
    production.push(("BACKEND_URL", "https://api.example"));
    assert_eq!(read(&production).unwrap().own_url, "https://api.example");
}

#[test]
fn redirects_are_the_front_end_and_our_own_page_by_default() {
    let settings = read(&[("FRONTEND_URL", "https://app.example")]).unwrap();
    assert!(settings.redirects.check("https://app.example/in").is_ok());
    assert!(settings.redirects.check("/account").is_ok());
    assert!(settings.redirects.check("https://evil.example").is_err());
    let own = read(&[("AUTH_REDIRECT_URLS", "https://a.example/x, /in")]).unwrap();
    assert!(own.redirects.check("/in").is_ok() && own.redirects.check("/account").is_err());
    assert!(problems(&[("AUTH_REDIRECT_URLS", "a.example")]).contains("AUTH_REDIRECT_URLS"));
}

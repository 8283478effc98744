//! Where the API is reached.

use super::*;

#[test]
fn tls_takes_both_files_and_moves_the_port() {
    let directory = Scratch::new();
    let (cert, key) = (directory.0.join("cert.pem"), directory.0.join("key.pem"));
    fs::write(&cert, "a certificate").unwrap();
    fs::write(&key, "a key").unwrap();
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());

    let (settings, outcome) = read(Source::from_pairs([("TLS_CERT", cert), ("TLS_KEY", key)]));
    outcome.unwrap();
    assert_eq!(settings.http.port, 8443);
    assert_eq!(settings.http.base_url(8443), "https://127.0.0.1:8443");
    assert_eq!(settings.http.tls.unwrap().key, Path::new(key));

    let told = problems([("TLS_CERT", cert)]);
    assert_eq!(told, ["TLS_KEY must be set too when TLS_CERT is"]);
    let told = problems([("TLS_KEY", key)]);
    assert_eq!(told, ["TLS_CERT must be set too when TLS_KEY is"]);
}

#[test]
fn proxies_are_trusted_by_name_alone() {
    let (settings, outcome) = read(Source::from_pairs(NOTHING));
    outcome.unwrap();
    assert_eq!(settings.http.proxies.trusted, []);
    let pairs = [
        ("HTTP_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1"),
        ("HTTP_FORWARDED_HEADER", "Forwarded"),
    ];
    let (settings, outcome) = read(Source::from_pairs(pairs));
    outcome.unwrap();
    let proxies = settings.http.proxies;
    assert_eq!(proxies.header, ForwardedHeader::Forwarded);
    assert!(proxies.trust("10.1.2.3".parse().unwrap()));
    assert!(proxies.trust("2001:db8::1".parse().unwrap()));
    assert!(!proxies.trust("2001:db8::2".parse().unwrap()));
    let told = problems([("HTTP_TRUSTED_PROXIES", "proxy.internal")]);
    assert!(told[0].starts_with("HTTP_TRUSTED_PROXIES has an item that must be an address"));
}

#[test]
fn the_base_url_can_be_gone_to() {
    for (host, url) in [
        ("0.0.0.0", "http://127.0.0.1:81"),
        ("::", "http://[::1]:81"),
        ("::1", "http://[::1]:81"),
        ("api.internal", "http://api.internal:81"),
    ] {
        let (settings, _) = read(Source::from_pairs([("HOST", host)]));
        assert_eq!(settings.http.base_url(81), url);
    }
    let set = [
        ("HOST", "0.0.0.0"),
        ("BACKEND_URL", "https://api.example/base/"),
    ];
    let (settings, _) = read(Source::from_pairs(set));
    assert_eq!(settings.http.base_url(81), "https://api.example/base");
    assert_eq!(settings.http.site_url(81), "https://api.example/base");
}

#[test]
fn browsers_know_this_machine_by_its_name() {
    for (host, url) in [
        ("127.0.0.1", "http://localhost:81"),
        ("0.0.0.0", "http://localhost:81"),
        ("::", "http://localhost:81"),
        ("::1", "http://localhost:81"),
        ("10.0.0.7", "http://10.0.0.7:81"),
        ("api.internal", "http://api.internal:81"),
    ] {
        let (settings, _) = read(Source::from_pairs([("HOST", host)]));
        assert_eq!(settings.http.site_url(81), url);
    }
}

#[test]
fn in_production_clients_come_by_https() {
    for (url, is_right) in [
        ("http://api.example.org", false),
        ("http://127.0.0.1.example.org", false),
        ("https://api.example.org", true),
        ("http://localhost:8000", true),
        ("http://127.0.0.1:8000", true),
        ("http://[::1]:8000", true),
    ] {
        let (_, outcome) = read(production([("BACKEND_URL", url)]));
        assert_eq!(outcome.is_ok(), is_right, "{url}");
        let (_, outcome) = read(Source::from_pairs([("BACKEND_URL", url)]));
        outcome.unwrap();
    }
}

#[test]
fn in_production_no_page_of_another_origin_may_call_unless_it_is_named() {
    let (settings, outcome) = read(Source::from_pairs(NOTHING));
    outcome.unwrap();
    let local = ["http://localhost:4200", "http://localhost:3000"];
    assert_eq!(settings.http.cors.origins, local);
    let (settings, outcome) = read(production([]));
    outcome.unwrap();
    assert!(settings.http.cors.origins.is_empty());
    let named = [("CORS_ORIGINS", "https://app.example.org")];
    let (settings, outcome) = read(production(named));
    outcome.unwrap();
    assert_eq!(settings.http.cors.origins, ["https://app.example.org"]);
}

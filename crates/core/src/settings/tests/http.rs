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
}

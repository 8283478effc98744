//! Which texts are keys, and that a key never shows.

use super::*;

/// The key pair of RFC 8037, appendix A, written by OpenSSL.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
";
const OTHER_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";

/// The example of RFC 8037, A.2 and A.3.
#[test]
fn a_key_is_named_by_its_thumbprint() {
    let ring = KeyRing::from_pem(PRIVATE).unwrap();
    let JwkSet { keys } = ring.public();
    assert_eq!(keys[0].x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(keys[0].kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let public = serde_json::to_value(&keys[0]).unwrap();
    let members: Vec<&String> = public.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["kty", "crv", "x", "kid", "alg", "use"],
        "and no d"
    );
}

/// The example of RFC 8037, A.4 and A.5.
#[test]
fn a_signature_is_that_of_the_standard() {
    const MESSAGE: &[u8] = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const SIGNATURE: &str =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let ring = KeyRing::from_pem(PRIVATE).unwrap();
    let signature = ring.sign(MESSAGE).unwrap();
    let encoded = base64::Engine::encode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        signature.as_ref(),
    );
    assert_eq!(encoded, SIGNATURE);
    assert!(ring.verifying()[0].signed(MESSAGE, signature.as_ref()));
    assert!(!ring.verifying()[0].signed(b"another", signature.as_ref()));
}

#[test]
fn the_first_signs_and_all_verify() {
    let new = NewKey::generate().unwrap();
    let text = format!("{}{PUBLIC}{OTHER_PUBLIC}", new.pem.expose());
    let ring = KeyRing::from_pem(&text).unwrap();
    let ids: Vec<&str> = ring.verifying().iter().map(|key| &*key.jwk.kid).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(ids[0], new.id);
    assert_eq!(ids[1], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn what_is_no_key_is_told_without_quoting_it() {
    let cut = &PRIVATE[..70];
    let rsa = PRIVATE.replace("PRIVATE KEY", "RSA PRIVATE KEY");
    let encrypted = PRIVATE.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let x25519 = PUBLIC.replace("MCowBQYDK2VwAyEA", "MCowBQYDK2VuAyEA");
    let swapped = PRIVATE.replace("PRIVATE", "PUBLIC");
    for (text, expected) in [
        (String::new(), InvalidKeys::None),
        ("nonsense".to_owned(), InvalidKeys::None),
        (cut.to_owned(), InvalidKeys::Malformed),
        (PRIVATE.replace("MC4C", "M?4C"), InvalidKeys::Malformed),
        (rsa, InvalidKeys::NotEd25519),
        (format!("{PRIVATE}{encrypted}"), InvalidKeys::NotEd25519),
        (format!("{PRIVATE}{x25519}"), InvalidKeys::NotEd25519),
        (swapped, InvalidKeys::NotEd25519),
        (
            PRIVATE.replace("BCIEIJ1h", "BCIEIJ1"),
            InvalidKeys::NotEd25519,
        ),
        (PUBLIC.to_owned(), InvalidKeys::FirstIsPublic),
        (format!("{PRIVATE}{PRIVATE}"), InvalidKeys::Repeated),
        (format!("{PRIVATE}{PUBLIC}"), InvalidKeys::Repeated),
    ] {
        let error = KeyRing::from_pem(&text).unwrap_err();
        assert_eq!(error, expected, "{text}");
        assert!(!error.to_string().contains("MC"), "{error}");
    }
}

#[test]
fn no_key_is_printed() {
    let new = NewKey::generate().unwrap();
    let ring = KeyRing::from_pem(new.pem.expose()).unwrap();
    let line = new.pem.expose().lines().nth(1).unwrap();
    for printed in [format!("{new:?}"), format!("{ring:?}")] {
        assert!(!printed.contains(line), "{printed}");
        assert!(printed.contains(&new.id), "{printed}");
    }
}

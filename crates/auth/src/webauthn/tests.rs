//! Held against the standard's own examples (section 16.2 and 16.3), and against what attackers send.

mod fuzz;

use super::*;

const CREATE_CHALLENGE: &str = "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130";
const CREATE_CLIENT_DATA: &str = "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d";
const ATTESTATION_OBJECT: &str = "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";
const CREDENTIAL_ID: &str = "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4";
const PUBLIC_KEY: &str = "a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";
const GET_CHALLENGE: &str = "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408";
const GET_CLIENT_DATA: &str = "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d";
const AUTHENTICATOR_DATA: &str =
    "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000";
const SIGNATURE: &str = "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87";

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn site(id: &str, origin: &str) -> RelyingParty {
    RelyingParty {
        id: id.to_owned(),
        origins: vec!["https://elsewhere.example".to_owned(), origin.to_owned()],
    }
}

fn example() -> RelyingParty {
    site("example.org", "https://example.org")
}

/// Both examples were made without verifying the user, whom we always want verified: the bit is
/// part of what is signed, so only the check before the signature can be passed by setting it.
fn verified(data: &str, at: usize) -> Vec<u8> {
    let mut data = bytes(data);
    data[at] |= 1 << 2;
    data
}

fn register(site: &RelyingParty, attestation_object: &[u8]) -> Result<Registered, Refusal> {
    let answer = Registration {
        id: &base64(&bytes(CREDENTIAL_ID)),
        client_data: &base64(&bytes(CREATE_CLIENT_DATA)),
        attestation_object: &base64(attestation_object),
    };
    site.register(&base64(&bytes(CREATE_CHALLENGE)), &answer)
}

/// Where the flags stand in the attestation object.
const FLAGS: usize = 30 + 32;

#[test]
fn the_standards_registration_is_read() {
    let object = verified(ATTESTATION_OBJECT, FLAGS);
    let registered = register(&example(), &object).unwrap();
    let state = State {
        sign_count: 0,
        backup_eligible: true,
        backed_up: true,
    };
    let public_key = base64(&bytes(PUBLIC_KEY));
    assert_eq!(registered, Registered { public_key, state });
}

#[test]
fn a_user_must_be_verified_and_present() {
    let object = bytes(ATTESTATION_OBJECT);
    assert_eq!(register(&example(), &object), Err(Refusal::NotVerified));
    let mut absent = verified(ATTESTATION_OBJECT, FLAGS);
    absent[FLAGS] &= !1;
    assert_eq!(register(&example(), &absent), Err(Refusal::NotPresent));
    let mut contradictory = verified(ATTESTATION_OBJECT, FLAGS);
    contradictory[FLAGS] &= !(1 << 3);
    assert_eq!(register(&example(), &contradictory), Err(Refusal::Backup));
}

#[test]
fn another_site_is_refused() {
    let object = verified(ATTESTATION_OBJECT, FLAGS);
    for origin in [
        "https://example.org.evil.example",
        "http://example.org",
        "https://example.org:8443",
    ] {
        let wrong = site("example.org", origin);
        assert_eq!(
            register(&wrong, &object),
            Err(Refusal::WrongOrigin),
            "{origin}"
        );
    }
    let wrong = site("www.example.org", "https://example.org");
    assert_eq!(register(&wrong, &object), Err(Refusal::WrongRelyingParty));
}

#[test]
fn what_is_cut_off_or_longer_is_refused() {
    let object = verified(ATTESTATION_OBJECT, FLAGS);
    for length in 0..object.len() {
        assert_eq!(
            register(&example(), &object[..length]),
            Err(Refusal::Malformed),
            "{length}"
        );
    }
    let longer = [&object[..], &[0]].concat();
    assert_eq!(register(&example(), &longer), Err(Refusal::Malformed));
}

#[test]
fn a_key_of_another_algorithm_is_refused() {
    let object = verified(ATTESTATION_OBJECT, FLAGS);
    let key = object.len() - bytes(PUBLIC_KEY).len();
    // ES384 in place of ES256; then a curve that does not belong to it.
    for (at, value, refusal) in [
        (key + 4, 0x2f, Refusal::Algorithm),
        (key + 6, 2, Refusal::Malformed),
        (key + 2, 1, Refusal::Malformed),
    ] {
        let mut wrong = object.clone();
        wrong[at] = value;
        assert_eq!(register(&example(), &wrong), Err(refusal), "{at}");
    }
}

/// The signature of the standard's example, which was made without verifying the user.
#[test]
fn the_standards_signature_fits() {
    let key = bytes(PUBLIC_KEY);
    let key = PublicKey::read(&mut Decoder::new(&key)).unwrap();
    let hash = digest::digest(&digest::SHA256, &bytes(GET_CLIENT_DATA));
    let message = [&bytes(AUTHENTICATOR_DATA), hash.as_ref()].concat();
    assert!(key.verifies(&message, &bytes(SIGNATURE)));
    assert!(!key.verifies(&message[1..], &bytes(SIGNATURE)));
    assert!(!key.verifies(&message, &bytes(SIGNATURE)[1..]));
    assert!(!key.verifies(&message, &[]));
}

#[test]
fn an_assertion_is_for_one_challenge_and_one_kind_of_question() {
    let (client_data, data) = (
        base64(&bytes(GET_CLIENT_DATA)),
        verified(AUTHENTICATOR_DATA, 32),
    );
    let answer = Assertion {
        client_data: &client_data,
        authenticator_data: &base64(&data),
        signature: &base64(&bytes(SIGNATURE)),
    };
    let (key, challenge) = (base64(&bytes(PUBLIC_KEY)), base64(&bytes(GET_CHALLENGE)));
    let ask = |challenge: &str, answer: &Assertion<'_>, eligible| {
        example().authenticate(challenge, answer, &key, eligible)
    };
    // All is well but for the bit that the signature does not cover as it is now.
    assert_eq!(ask(&challenge, &answer, true), Err(Refusal::Signature));
    assert_eq!(ask(&challenge, &answer, false), Err(Refusal::Backup));
    let other = base64(&bytes(CREATE_CHALLENGE));
    assert_eq!(ask(&other, &answer, true), Err(Refusal::WrongChallenge));
    let data = base64(&bytes(AUTHENTICATOR_DATA));
    let unverified = Assertion {
        authenticator_data: &data,
        ..answer
    };
    assert_eq!(
        ask(&challenge, &unverified, true),
        Err(Refusal::NotVerified)
    );
    let client_data = base64(&bytes(CREATE_CLIENT_DATA));
    let created = Assertion {
        client_data: &client_data,
        ..answer
    };
    assert_eq!(ask(&other, &created, true), Err(Refusal::WrongCeremony));
}

#[test]
fn a_frame_in_a_page_of_somebody_else_is_refused() {
    let origins = ["https://example.org".to_owned()];
    let check = |more: &str| {
        let json = format!(
            r#"{{"type":"webauthn.get","challenge":"c","origin":"https://example.org"{more}}}"#
        );
        client_data::check(json.as_bytes(), Ceremony::Get, "c", &origins)
    };
    assert_eq!(check(""), Ok(()));
    assert_eq!(check(r#","crossOrigin":false,"new":[1]"#), Ok(()));
    assert_eq!(check(r#","crossOrigin":true"#), Err(Refusal::CrossOrigin));
    assert_eq!(
        check(r#","topOrigin":"https://evil.example""#),
        Err(Refusal::CrossOrigin)
    );
    assert_eq!(
        check(r#","origin":"https://example.org""#),
        Err(Refusal::Malformed)
    );
}

//! Every event is on the wire what it was when it was published: written as this text, and read
//! from it. When a property is added, the text stays here as one that is read, and the text with
//! the property comes beside it; a new version gets texts of its own.

#![expect(
    clippy::expect_used,
    reason = "a test that fails says what it expected"
)]

use std::fmt::Debug;

use ashlar_contracts::{
    posts::{PostCreated, PostDeleted, PostId, PostPublished, PostUpdated},
    users::{
        ProviderChange, SecondFactorChange, SecondFactorChanged, UserDeleted,
        UserEmailChangeRequested, UserEmailChanged, UserPasswordChanged,
        UserPasswordResetRequested, UserProviderChanged, UserRegistered, UserUpdated,
        UserVerificationRequested,
    },
};
use ashlar_core::{events::Event, principal::UserId};

const USER: &str = "0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21";
const POST: &str = "0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22";

fn user_id() -> UserId {
    USER.parse().expect("an id")
}

fn token_id() -> uuid::Uuid {
    "0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b23"
        .parse()
        .expect("an id")
}

fn noon() -> chrono::DateTime<chrono::Utc> {
    "2026-11-20T12:00:00Z".parse().expect("a time")
}

fn post_id() -> PostId {
    POST.parse().expect("an id")
}

/// `event` is written as `text` and read from it, now and with fields that came later; it goes
/// under `name`, and stands in line with the others of `key`.
fn assert_wire<E: Event + PartialEq + Debug>(event: &E, name: &str, key: &str, text: &str) {
    assert_eq!((E::NAME, E::VERSION), (name, 1));
    assert_eq!(event.key().to_string(), key);
    assert_eq!(serde_json::to_string(event).expect("JSON"), text);
    let later = text.replacen('{', r#"{"added_later":[1],"#, 1);
    for text in [text, &later] {
        assert_eq!(serde_json::from_str::<E>(text).expect(text), *event);
    }
}

#[test]
fn user_registered() {
    let event = UserRegistered {
        user_id: user_id(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada Lovelace".to_owned(),
        token_id: None,
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","email":"ada@example.org","display_name":"Ada Lovelace"}"#;
    assert_wire(&event, "user.registered", USER, text);
    let event = UserRegistered {
        token_id: Some(token_id()),
        ..event
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","email":"ada@example.org","display_name":"Ada Lovelace","token_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b23"}"#;
    assert_wire(&event, "user.registered", USER, text);
}

#[test]
fn user_updated() {
    let event = UserUpdated {
        user_id: user_id(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada King".to_owned(),
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","email":"ada@example.org","display_name":"Ada King"}"#;
    assert_wire(&event, "user.updated", USER, text);
}

#[test]
fn user_deleted() {
    let event = UserDeleted { user_id: user_id() };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21"}"#;
    assert_wire(&event, "user.deleted", USER, text);
}

#[test]
fn user_verification_requested() {
    let event = UserVerificationRequested {
        user_id: user_id(),
        token_id: token_id(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada Lovelace".to_owned(),
        expires_at: noon(),
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","token_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b23","email":"ada@example.org","display_name":"Ada Lovelace","expires_at":"2026-11-20T12:00:00Z"}"#;
    assert_wire(&event, "user.verification_requested", USER, text);
}

#[test]
fn user_password_reset_requested() {
    let event = UserPasswordResetRequested {
        user_id: user_id(),
        token_id: token_id(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada Lovelace".to_owned(),
        requested_from: Some("192.0.2.7".to_owned()),
        expires_at: noon(),
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","token_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b23","email":"ada@example.org","display_name":"Ada Lovelace","requested_from":"192.0.2.7","expires_at":"2026-11-20T12:00:00Z"}"#;
    assert_wire(&event, "user.password_reset_requested", USER, text);
}

#[test]
fn user_email_change_requested() {
    let event = UserEmailChangeRequested {
        user_id: user_id(),
        token_id: token_id(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada Lovelace".to_owned(),
        expires_at: noon(),
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","token_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b23","email":"ada@example.org","display_name":"Ada Lovelace","expires_at":"2026-11-20T12:00:00Z"}"#;
    assert_wire(&event, "user.email_change_requested", USER, text);
}

#[test]
fn user_email_changed() {
    let event = UserEmailChanged {
        user_id: user_id(),
        email: "ada@example.org".to_owned(),
        previous_email: "lovelace@example.org".to_owned(),
        display_name: "Ada Lovelace".to_owned(),
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","email":"ada@example.org","previous_email":"lovelace@example.org","display_name":"Ada Lovelace"}"#;
    assert_wire(&event, "user.email_changed", USER, text);
}

#[test]
fn user_password_changed() {
    let event = UserPasswordChanged {
        user_id: user_id(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada Lovelace".to_owned(),
        api_keys: 2,
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","email":"ada@example.org","display_name":"Ada Lovelace","api_keys":2}"#;
    assert_wire(&event, "user.password_changed", USER, text);
    let before = text.replace(r#","api_keys":2"#, "");
    let read: UserPasswordChanged = serde_json::from_str(&before).expect("read as it was");
    assert_eq!(read.api_keys, 0);
}

#[test]
fn user_provider_changed() {
    let event = UserProviderChanged {
        user_id: user_id(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada Lovelace".to_owned(),
        provider: "GitHub".to_owned(),
        change: ProviderChange::Linked,
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","email":"ada@example.org","display_name":"Ada Lovelace","provider":"GitHub","change":"linked"}"#;
    assert_wire(&event, "user.provider_changed", USER, text);
}

#[test]
fn post_created() {
    let event = PostCreated {
        post_id: post_id(),
        author_id: user_id(),
        title: "On the Analytical Engine".to_owned(),
        published: false,
    };
    let text = r#"{"post_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22","author_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","title":"On the Analytical Engine","published":false}"#;
    assert_wire(&event, "post.created", POST, text);
}

#[test]
fn post_updated() {
    let event = PostUpdated {
        post_id: post_id(),
        author_id: user_id(),
        title: "On the Engine".to_owned(),
        published: true,
    };
    let text = r#"{"post_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22","author_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","title":"On the Engine","published":true}"#;
    assert_wire(&event, "post.updated", POST, text);
}

#[test]
fn post_published() {
    let event = PostPublished {
        post_id: post_id(),
        author_id: user_id(),
        title: "On the Analytical Engine".to_owned(),
    };
    let text = r#"{"post_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22","author_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","title":"On the Analytical Engine"}"#;
    assert_wire(&event, "post.published", POST, text);
}

#[test]
fn post_deleted() {
    let event = PostDeleted {
        post_id: post_id(),
        author_id: user_id(),
    };
    let text = r#"{"post_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22","author_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21"}"#;
    assert_wire(&event, "post.deleted", POST, text);
}

#[test]
fn second_factor_changed() {
    let event = SecondFactorChanged {
        user_id: user_id(),
        email: "ada@example.org".to_owned(),
        display_name: "Ada King".to_owned(),
        change: SecondFactorChange::RecoveryCodeUsed,
    };
    let text = r#"{"user_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","email":"ada@example.org","display_name":"Ada King","change":"recovery_code_used"}"#;
    assert_wire(&event, "user.second_factor_changed", USER, text);
}

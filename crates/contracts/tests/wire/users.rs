//! What is told of users.

use ashlar_contracts::users::{
    ProviderChange, SecondFactorChange, SecondFactorChanged, UserDeleted, UserEmailChangeRequested,
    UserEmailChanged, UserPasswordChanged, UserPasswordResetRequested, UserProviderChanged,
    UserRegistered, UserUpdated, UserVerificationRequested,
};

use crate::{USER, assert_wire, user_id};

fn token_id() -> uuid::Uuid {
    "0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b23"
        .parse()
        .expect("an id")
}

fn noon() -> chrono::DateTime<chrono::Utc> {
    "2026-11-20T12:00:00Z".parse().expect("a time")
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

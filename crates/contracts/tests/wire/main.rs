//! Every event is on the wire what it was when it was published: written as this text, and read
//! from it. When a property is added, the text stays here as one that is read, and the text with
//! the property comes beside it; a new version gets texts of its own. One file a domain.

#![expect(
    clippy::expect_used,
    reason = "a test that fails says what it expected"
)]

mod posts;
mod users;

use std::fmt::Debug;

use ashlar_core::{events::Event, principal::UserId};

const USER: &str = "0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21";

fn user_id() -> UserId {
    USER.parse().expect("an id")
}

/// [`assert_wire_of`] the first version.
fn assert_wire<E: Event + PartialEq + Debug>(event: &E, name: &str, key: &str, text: &str) {
    assert_wire_of(1, event, name, key, text);
}

/// `event` is written as `text` and read from it, now and with fields that came later; it goes
/// under `name` and `version`, and stands in line with the others of `key`.
fn assert_wire_of<E: Event + PartialEq + Debug>(
    version: u16,
    event: &E,
    name: &str,
    key: &str,
    text: &str,
) {
    assert_eq!((E::NAME, E::VERSION), (name, version));
    assert_eq!(event.key().to_string(), key);
    assert_eq!(serde_json::to_string(event).expect("JSON"), text);
    let later = text.replacen('{', r#"{"added_later":[1],"#, 1);
    for text in [text, &later] {
        assert_eq!(serde_json::from_str::<E>(text).expect(text), *event);
    }
}

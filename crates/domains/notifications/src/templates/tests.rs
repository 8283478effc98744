//! What the templates make of letters.

use ashlar_contracts::users::{ProviderChange, SecondFactorChange};
use uuid::Uuid;

use super::*;
use crate::letter::{
    Change, Confirmation, PasswordChanged, PasswordReset, PostCreated, Provider, SecondFactor,
    Welcome,
};

fn write(letter: &Letter) -> Content {
    let templates = Templates::new("Ashlar & Sons", "https://site.example");
    let link = Secret::from("https://site.example/account#reset-password=ash_1-_&x");
    let link = letter.link().is_some().then_some(&link);
    templates.write(letter, link).unwrap()
}

fn name() -> Option<String> {
    Some("Ada".to_owned())
}

fn reset(from: Option<&str>) -> Letter {
    Letter::ResetPassword(PasswordReset {
        name: name(),
        token_id: Uuid::nil(),
        at: "20 November 2026, 12:00 UTC".to_owned(),
        from: from.map(str::to_owned),
        until: "20 November 2026, 12:30 UTC".to_owned(),
    })
}

fn second_factor(name: Option<String>, change: SecondFactorChange) -> Letter {
    Letter::SecondFactorChanged(SecondFactor {
        name,
        change,
        at: "20 November 2026, 12:00 UTC".to_owned(),
    })
}

fn password_changed(name: Option<String>, api_keys: u64) -> Letter {
    Letter::PasswordChanged(PasswordChanged {
        name,
        at: "20 November 2026, 12:30 UTC".to_owned(),
        api_keys,
    })
}

fn provider(name: Option<String>, change: ProviderChange) -> Letter {
    Letter::ProviderChanged(Provider {
        name,
        provider: "Stone <Guild>".to_owned(),
        change,
        at: "20 November 2026, 12:30 UTC".to_owned(),
    })
}

fn post(title: Option<&str>) -> Letter {
    Letter::PostCreated(PostCreated {
        post_id: Uuid::nil(),
        author_id: Uuid::max(),
        title: title.map(str::to_owned),
    })
}

#[test]
fn every_template_can_be_filled_in() {
    let names = [(None, None), (name(), None), (name(), Some(Uuid::nil()))];
    let welcomes = names.map(|(name, token_id)| Letter::Welcome(Welcome { name, token_id }));
    let posts = [None, Some("On engines")].map(post);
    let confirmation = |name: Option<String>| Confirmation {
        name,
        token_id: Uuid::nil(),
        until: "20 November 2026, 12:30 UTC".to_owned(),
    };
    let change = |name: Option<String>| Change {
        name,
        at: "20 November 2026, 12:30 UTC".to_owned(),
    };
    let accounts = [None, name()].into_iter().flat_map(|name| {
        [
            Letter::VerifyEmail(confirmation(name.clone())),
            Letter::ConfirmEmail(confirmation(name.clone())),
            password_changed(name.clone(), 0),
            provider(name.clone(), ProviderChange::Linked),
            second_factor(name.clone(), SecondFactorChange::Reset),
            Letter::EmailChanged(change(name)),
        ]
    });
    let resets = [None, Some("192.0.2.7")].map(reset);
    let accounts: Vec<Letter> = accounts.chain(resets).collect();
    for letter in welcomes.iter().chain(&posts).chain(&accounts) {
        let content = write(letter);
        assert!(!content.subject.is_empty() && !content.text.is_empty());
        assert!(content.html.starts_with("<!doctype html>"));
        assert!(content.html.contains("Ashlar &amp; Sons"));
        assert!(content.text.contains("Ashlar & Sons"));
        let left = content.text.contains("{%") || content.html.contains("{{");
        assert!(!left, "{content:?}");
        let has_link = content.text.contains("/account#reset-password=ash_1-_&x");
        let has_href = content
            .html
            .contains("/account#reset-password=ash_1-_&amp;x\"");
        let wants_link = letter.link().is_some();
        assert_eq!(
            (has_link, has_href),
            (wants_link, wants_link),
            "{content:?}"
        );
    }
}

#[test]
fn a_reset_says_who_asked_and_what_to_do_if_it_was_somebody_else() {
    let content = write(&reset(Some("192.0.2.7")));
    for text in [&content.text, &content.html] {
        for said in [
            "20 November 2026, 12:00 UTC",
            "192.0.2.7",
            "20 November 2026, 12:30 UTC",
            "it was not you",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}

#[test]
fn each_change_of_a_second_factor_is_told_in_its_own_words() {
    let changes = [
        (SecondFactorChange::TotpEnabled, "asks for a code"),
        (SecondFactorChange::TotpDisabled, "does not ask for a code"),
        (
            SecondFactorChange::RecoveryCodesRenewed,
            "new recovery codes",
        ),
        (
            SecondFactorChange::RecoveryCodeUsed,
            "recovery code was used",
        ),
        (SecondFactorChange::PasskeyAdded, "another passkey"),
        (SecondFactorChange::PasskeyRemoved, "passkey was removed"),
        (SecondFactorChange::Reset, "removed the authenticator app"),
    ];
    for (told, _) in changes {
        let content = write(&second_factor(name(), told));
        for text in [&content.text, &content.html] {
            for (change, words) in changes {
                assert_eq!(text.contains(words), change == told, "{told:?}: {text}");
            }
            assert!(text.contains("20 November 2026, 12:00 UTC"), "{text}");
            assert!(text.contains("set another password at once"), "{text}");
        }
    }
}

#[test]
fn keys_that_a_new_password_leaves_alone_are_told() {
    for (keys, said) in [
        (1, "1 API key is still good"),
        (2, "2 API keys are still good"),
    ] {
        let content = write(&password_changed(name(), keys));
        assert!(content.text.contains(said), "{}", content.text);
        assert!(content.html.contains(said), "{}", content.html);
    }
    let none = write(&password_changed(name(), 0));
    assert!(!none.text.contains("API key") && !none.html.contains("API key"));
}

#[test]
fn a_provider_that_comes_or_goes_is_told_by_its_name() {
    let linked = write(&provider(name(), ProviderChange::Linked));
    assert!(linked.text.contains("sign in by Stone <Guild> now"));
    assert!(linked.html.contains("sign in by Stone &lt;Guild&gt; now"));
    let unlinked = write(&provider(name(), ProviderChange::Unlinked));
    for text in [&unlinked.text, &unlinked.html] {
        assert!(text.contains("any more"), "{text}");
        assert!(text.contains("20 November 2026, 12:30 UTC"), "{text}");
    }
}

#[test]
fn what_is_filled_in_ends_no_line_of_the_subject_and_opens_no_tag() {
    let content = write(&post(Some("One\r\n\r\nBcc: eve@example.org <b>")));
    assert!(content.subject.ends_with("One Bcc: eve@example.org <b>"));
    assert!(content.html.contains("eve@example.org &lt;b&gt;"));
    assert!(!content.html.contains("<b>"));
}

#[test]
fn a_draft_is_told_without_its_address() {
    let published = write(&post(Some("On engines")));
    assert!(published.text.contains("https://site.example/posts/0000"));
    let draft = write(&post(None));
    assert!(!draft.text.contains("/posts/") && !draft.html.contains("/posts/"));
}

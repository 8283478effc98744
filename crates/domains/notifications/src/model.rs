//! Whom mail goes to, and which of their words go into it.

use serde::{Deserialize, Serialize};

/// Whom a mail goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recipient {
    /// The address; whether it is one is found out when the mail is written.
    pub(crate) address: String,
    /// What the recipient is called, as far as it is [`presentable`].
    pub(crate) name: Option<String>,
}

impl Recipient {
    /// Somebody who is called `name`, as far as it can be said.
    pub(crate) fn named(address: impl Into<String>, name: &str) -> Self {
        Self {
            address: address.into(),
            name: presentable(name),
        }
    }

    /// Somebody who is known by the address alone.
    pub(crate) fn unnamed(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            name: None,
        }
    }

    /// The address as it may stand in a log: `a…@example.org`.
    pub(crate) fn masked(&self) -> String {
        let Some((local, domain)) = self.address.rsplit_once('@') else {
            return "…".to_owned();
        };
        let first: String = local.chars().take(1).collect();
        format!("{first}…@{domain}")
    }
}

/// `text` in one line, as the header of a mail wants it: what would end the line is a blank, and so
/// is what would turn the direction of the words behind it (Unicode's bidirectional controls).
pub(crate) fn one_line(text: &str) -> String {
    let is_gap = |character: char| {
        let turns = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || character.is_control() || matches!(character, ' ' | '\u{2028}' | '\u{2029}')
    };
    let words: Vec<&str> = text.split(is_gap).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// A user's name in one line; `None` when nothing is left of it, or when mail programs could make a
/// link of it: whoever registers with a stranger's address must not be able to have one sent there.
pub(crate) fn presentable(name: &str) -> Option<String> {
    let name = one_line(name);
    (!name.is_empty() && !resembles_link(&name)).then_some(name)
}

/// A scheme, an address, the number of a telephone or a machine, or a dot inside a word that two
/// more characters follow (`evil.com`, but not `J.R.R.`).
fn resembles_link(text: &str) -> bool {
    let has_host = |word: &str| {
        word.char_indices().any(|(at, character)| {
            let rest = &word[at + character.len_utf8()..];
            let label = rest.chars().take_while(|next| next.is_alphanumeric());
            is_dot(character) && at > 0 && label.count() >= 2
        })
    };
    let digits = text.chars().filter(|character| character.is_numeric());
    text.contains("//")
        || text.contains([':', '@'])
        || digits.count() > MOST_DIGITS
        || text.split(' ').any(has_host)
}

/// As many digits as a name has that counts its kings or its year of birth.
const MOST_DIGITS: usize = 4;

/// What separates the labels of a domain (UTS 46, 4), and what looks like it.
fn is_dot(character: char) -> bool {
    matches!(
        character,
        '.' | '\u{2024}' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line() {
        for (name, shown) in [
            ("Ada Lovelace", "Ada Lovelace"),
            ("Ada\r\nBcc: eve@example.org", "Ada Bcc: eve@example.org"),
            ("\tAda\u{2028}\u{85}Lovelace\n", "Ada Lovelace"),
            ("李 👩🏽‍🚀", "李 👩🏽‍🚀"),
            ("\u{202e}moc\u{2066} Ada", "moc Ada"),
        ] {
            assert_eq!(one_line(name), shown);
        }
    }

    #[test]
    fn a_name_is_no_link() {
        for name in [
            "J.R.R. Tolkien",
            "Dr. No",
            "Ada",
            "<script>alert(1)</script>",
            "O'Brien & Co.",
            ".dot",
            "Louis 14",
            "ada1815",
        ] {
            assert_eq!(presentable(name).as_deref(), Some(name));
        }
        for name in [
            "Win at evil.com",
            "https://evil",
            "www.evil.example/now",
            "eve@evil",
            "пример.рф",
            "evil\u{3002}com",
            "evil\u{ff0e}com",
            "//evil",
            "tel:123",
            "192.0.2.1",
            "Call 0900 1234567",
            "\n",
        ] {
            assert_eq!(presentable(name), None, "{name}");
        }
    }

    #[test]
    fn a_log_does_not_tell_the_address() {
        for (address, masked) in [
            ("ada@example.org", "a…@example.org"),
            ("ä@b@c.de", "ä…@c.de"),
            ("@example.org", "…@example.org"),
            ("nobody", "…"),
        ] {
            assert_eq!(Recipient::unnamed(address).masked(), masked);
        }
    }
}

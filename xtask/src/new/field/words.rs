//! A field in sentences: `due_on` is when it is due, `expires_at` when it expires, and `is_spent` whether it is spent.

use super::kind::Kind;
use crate::new::name;

/// Verbs that name a time without the ending that others have: `start_on`, and not `starts_on`.
const BARE: [&str; 4] = ["begin", "close", "end", "start"];

/// What is said of a field.
pub(super) struct Words {
    /// What it is of one, as the first half of a sentence.
    pub(super) about: String,
    /// What it is of many.
    pub(super) order: String,
    /// What it is called.
    pub(super) noun: String,
    /// Those that have it so, of a truth; when it is so, of a time.
    pub(super) those: String,
}

/// The words for a field of this name.
pub(super) fn of(kind: Kind, name: &str) -> Words {
    let told = match kind {
        Kind::Bool => Some(truth(name)),
        Kind::Date => time(name, "date", "day"),
        Kind::Datetime => time(name, "time", "time"),
        _ => None,
    };
    told.unwrap_or_else(|| {
        let noun = name::words(match kind {
            Kind::Uuid => name.strip_suffix("_id").unwrap_or(name),
            _ => name,
        });
        Words {
            about: format!("Its {noun}"),
            order: format!("Their {noun}"),
            those: format!("whose {noun} is"),
            noun,
        }
    })
}

fn truth(name: &str) -> Words {
    let (one, many, rest) = match name.split_once('_') {
        Some(("is", rest)) => ("is", "are", rest),
        Some(("has", rest)) => ("has", "have", rest),
        Some(("can", rest)) => ("can", "can", rest),
        _ => ("is", "are", name),
    };
    let words = name::words(rest);
    Words {
        about: format!("Whether it {one} {words}"),
        order: format!("Whether they {many} {words}"),
        those: format!("that {many} {words}"),
        noun: words,
    }
}

/// That of a name which says by its last word that something happens or holds at that time.
fn time(name: &str, noun: &str, moment: &str) -> Option<Words> {
    let (rest, preposition) = name.rsplit_once('_')?;
    let when = match preposition {
        "at" | "on" => "When",
        "by" => "By when",
        "from" => "From when",
        "since" => "Since when",
        "until" => "Until when",
        _ => return None,
    };
    let words = name::words(rest);
    let verb = match words.strip_suffix('s') {
        Some(verb) if !verb.ends_with('s') && !verb.contains(' ') => Some(verb),
        _ => BARE.into_iter().find(|verb| *verb == words),
    };
    let (one, many) = match verb {
        Some(verb) => (format!("{verb}s"), verb.to_owned()),
        None => (format!("is {words}"), format!("are {words}")),
    };
    Some(Words {
        about: format!("{when} it {one}"),
        order: format!("{when} they {many}"),
        noun: format!("{} {noun}", verb.unwrap_or(&words)),
        those: format!("that {many} {preposition} a {moment}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn told(kind: Kind, name: &str) -> [String; 4] {
        let words = of(kind, name);
        [words.about, words.order, words.noun, words.those]
    }

    #[test]
    fn times_are_told_by_what_happens() {
        for (name, expected) in [
            (
                "due_on",
                [
                    "When it is due",
                    "When they are due",
                    "due date",
                    "that are due on a day",
                ],
            ),
            (
                "expires_on",
                [
                    "When it expires",
                    "When they expire",
                    "expire date",
                    "that expire on a day",
                ],
            ),
            (
                "start_on",
                [
                    "When it starts",
                    "When they start",
                    "start date",
                    "that start on a day",
                ],
            ),
            (
                "valid_until",
                [
                    "Until when it is valid",
                    "Until when they are valid",
                    "valid date",
                    "that are valid until a day",
                ],
            ),
            (
                "birthday",
                [
                    "Its birthday",
                    "Their birthday",
                    "birthday",
                    "whose birthday is",
                ],
            ),
        ] {
            assert_eq!(told(Kind::Date, name), expected);
        }
        assert_eq!(
            told(Kind::Datetime, "done_at")[2..],
            ["done time", "that are done at a time"]
        );
    }

    #[test]
    fn truths_are_told_by_what_is_so() {
        for (name, about, those) in [
            ("is_spent", "Whether it is spent", "that are spent"),
            ("has_lid", "Whether it has lid", "that have lid"),
            ("can_fly", "Whether it can fly", "that can fly"),
            ("urgent", "Whether it is urgent", "that are urgent"),
        ] {
            let words = of(Kind::Bool, name);
            assert_eq!((&*words.about, &*words.those), (about, those));
        }
    }

    #[test]
    fn anything_else_is_what_it_is_called() {
        assert_eq!(
            told(Kind::Uuid, "shop_id")[..3],
            ["Its shop", "Their shop", "shop"]
        );
        assert_eq!(
            told(Kind::Int, "rank")[..3],
            ["Its rank", "Their rank", "rank"]
        );
    }
}

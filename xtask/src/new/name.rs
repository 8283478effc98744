//! Names: what may be one, and how it is written in Rust, in SQL, in URLs and in sentences.

const MAX_LENGTH: usize = 30;

/// Rust's keywords, strict, reserved and weak.
const RUST: &str = "abstract as async await become box break const continue crate do dyn else enum \
    extern false final fn for gen if impl in let loop macro match mod move mut override priv pub \
    ref return self static struct super trait true try type typeof union unsafe unsized use \
    virtual where while yield";

/// Words that PostgreSQL or SQLite would take for their own where a query is written by hand.
const SQL: &str = "all alter analyze and any array as asc authorization begin between both by case \
    cast check collate column columns commit concurrently constraint create cross current default \
    deferrable delete desc distinct do drop else end except exists false fetch for foreign freeze \
    from full grant group having if ilike in index indexes initially inner insert intersect into \
    is isnull join keys lateral leading left like limit localtime natural not notnull null offset \
    on only or order outer overlaps placing primary references returning right rollback row rows \
    select session set similar some symmetric table tables tablesample then to trailing \
    transaction true union unique update user using values variadic verbose view when where \
    window with";

/// What the code that is written for each entity calls something else.
const TAKEN: &str = "active_model api arc asset box change clock code column condition connection \
    content created data database date_time day db direction domain e_tag entity err error event \
    expected expr failure foreign handler id identified if_match index job json keyed list_query \
    loader mailbox message migration model moment name no_content none notset ok option outbox \
    owner page page_request path_id perform principal problem query record received result route \
    router row run schema self service set setting some sort string table text time transaction \
    unexpected user utc uuid valid_json value vec version versioned";

/// Why `name` is no name of a `what`; `None` when it is one.
pub(super) fn problem(what: &str, name: &str) -> Option<String> {
    if !is_snake_case(name) {
        return Some(format!(
            "{what} `{name}` is not in snake_case: words of a-z and 0-9 that begin with a letter, _ between them"
        ));
    }
    if name.len() > MAX_LENGTH {
        return Some(format!(
            "{what} `{name}` has more than {MAX_LENGTH} characters"
        ));
    }
    is_in(RUST, name).then(|| format!("{what} `{name}` is a keyword of Rust"))
}

/// Why `name` is no name of a table or column.
pub(super) fn sql_problem(what: &str, name: &str) -> Option<String> {
    is_in(SQL, name).then(|| format!("{what} `{name}` is a keyword of SQL"))
}

/// Whether the generated code calls something else so.
pub(super) fn is_taken(name: &str) -> bool {
    is_in(TAKEN, name)
}

fn is_in(words: &str, name: &str) -> bool {
    words.split_whitespace().any(|word| word == name)
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        // `line_2` and `line2` would be the same type in Rust.
        && name
            .split('_')
            .all(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// `line_item` as `LineItem`.
pub(super) fn pascal(name: &str) -> String {
    name.split('_').map(capital).collect()
}

/// `line_item` as `Line item`.
pub(super) fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

/// `line_item` as `line-item`.
pub(super) fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// `line_item` as `line item`.
pub(super) fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// `line_item` as `a line item`.
pub(super) fn with_article(name: &str) -> String {
    // `a user`, `a unit`, `a one-off`; `an hour`.
    let sounds_like_a_consonant = ["uni", "use", "usa", "eu", "one", "once"];
    let is_vowel = name.starts_with(['a', 'e', 'i', 'o', 'u'])
        && !sounds_like_a_consonant
            .iter()
            .any(|start| name.starts_with(start));
    let article = if is_vowel || name.starts_with("hour") || name.starts_with("honest") {
        "an"
    } else {
        "a"
    };
    format!("{article} {}", words(name))
}

/// Words whose plural no rule tells.
const IRREGULAR: [(&str, &str); 10] = [
    ("person", "people"),
    ("child", "children"),
    ("man", "men"),
    ("woman", "women"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("datum", "data"),
    ("medium", "media"),
    ("criterion", "criteria"),
    ("quiz", "quizzes"),
];

/// Words in `f` or `fe` that change it.
const TO_VES: [&str; 6] = ["leaf", "shelf", "half", "life", "knife", "wife"];

/// The plural of a noun in English; of `line_item` it is that of its last word.
pub(super) fn plural(name: &str) -> String {
    let (before, word) = split(name);
    let known = IRREGULAR.iter().find(|(one, _)| *one == word);
    let many = if let Some((_, many)) = known {
        (*many).to_owned()
    } else if TO_VES.contains(&word) {
        format!("{}ves", word.trim_end_matches('e').trim_end_matches('f'))
    } else if ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| word.ends_with(end))
    {
        format!("{word}es")
    } else if let Some(stem) = word.strip_suffix('y').filter(|stem| !ends_in_vowel(stem)) {
        format!("{stem}ies")
    } else {
        format!("{word}s")
    };
    format!("{before}{many}")
}

/// The singular of what looks like a plural; anything else as it is.
pub(super) fn singular(name: &str) -> String {
    let (before, word) = split(name);
    let known = IRREGULAR.iter().find(|(_, many)| *many == word);
    let ves = |one: &&&str| plural(one) == word;
    let one = if let Some((one, _)) = known {
        (*one).to_owned()
    } else if let Some(one) = TO_VES.iter().find(ves) {
        (*one).to_owned()
    } else if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        format!("{stem}y")
    } else if let Some(stem) = word.strip_suffix("es").filter(|stem| {
        ["ss", "us", "x", "z", "ch", "sh"]
            .iter()
            .any(|end| stem.ends_with(end))
    }) {
        stem.to_owned()
    } else if let Some(stem) = word
        .strip_suffix('s')
        .filter(|stem| !stem.ends_with(['s', 'u', 'i']))
    {
        stem.to_owned()
    } else {
        word.to_owned()
    };
    format!("{before}{one}")
}

fn split(name: &str) -> (&str, &str) {
    name.rfind('_')
        .map_or(("", name), |end| name.split_at(end + 1))
}

fn ends_in_vowel(stem: &str) -> bool {
    stem.ends_with(['a', 'e', 'i', 'o', 'u'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_those_of_english() {
        for (one, many) in [
            ("invoice", "invoices"),
            ("line_item", "line_items"),
            ("category", "categories"),
            ("day_of_delivery", "day_of_deliveries"),
            ("survey", "surveys"),
            ("box", "boxes"),
            ("status", "statuses"),
            ("address", "addresses"),
            ("branch", "branches"),
            ("person", "people"),
            ("shelf", "shelves"),
            ("tie", "ties"),
            ("photo", "photos"),
        ] {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn a_plural_is_told_from_a_singular() {
        for (many, one) in [
            ("invoices", "invoice"),
            ("line_items", "line_item"),
            ("categories", "category"),
            ("people", "person"),
            ("boxes", "box"),
            ("statuses", "status"),
            ("addresses", "address"),
            ("shelves", "shelf"),
        ] {
            assert_eq!(singular(many), one);
        }
        for one in ["invoice", "status", "address", "bus", "analysis", "billing"] {
            assert_eq!(singular(one), one);
        }
    }

    #[test]
    fn what_is_no_name_is_told_why() {
        for (name, why) in [
            ("Invoice", "snake_case"),
            ("2fast", "snake_case"),
            ("a__b", "snake_case"),
            ("a_", "snake_case"),
            ("line_2", "snake_case"),
            ("rechnungsübersicht", "snake_case"),
            ("", "snake_case"),
            ("../app", "snake_case"),
            ("match", "keyword"),
            ("a_name_that_is_longer_than_an_index", "30 characters"),
        ] {
            let told = problem("entity", name).expect(name);
            assert!(
                told.contains(why) && told.contains(&format!("`{name}`")),
                "{told}"
            );
        }
        for name in ["line_item", "order"] {
            assert_eq!(problem("entity", name), None);
        }
        assert!(sql_problem("field", "order").is_some());
        assert!(is_taken("event") && !is_taken("invoice"));
    }

    #[test]
    fn sentences_have_their_article() {
        for (name, text) in [
            ("invoice", "an invoice"),
            ("line_item", "a line item"),
            ("unit", "a unit"),
            ("hour", "an hour"),
        ] {
            assert_eq!(with_article(name), text);
        }
    }
}

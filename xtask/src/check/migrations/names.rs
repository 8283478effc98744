//! A migration's name is its version and its place in the order, so it has its form, and nobody else has it.

use std::collections::BTreeMap;

use super::Migration;
use crate::error::Result;
use crate::workspace;

/// What is wrong with the names, and which file no list has.
pub(super) fn findings(migrations: &[Migration]) -> Result<Vec<String>> {
    let mut findings = of_form(migrations);
    let mut lists: BTreeMap<&str, String> = BTreeMap::new();
    for Migration { domain, name, .. } in migrations {
        if !lists.contains_key(domain.as_str()) {
            let list = workspace::root().join(format!("migration/src/{domain}/mod.rs"));
            lists.insert(domain, workspace::read(&list)?);
        }
        if !is_listed(&lists[domain.as_str()], name) {
            findings.push(format!(
                "migration/src/{domain}/mod.rs does not list {name}: it would never run"
            ));
        }
    }
    Ok(findings)
}

fn of_form(migrations: &[Migration]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut times: BTreeMap<&str, &str> = BTreeMap::new();
    for Migration { domain, name, .. } in migrations {
        let Some(time) = time(name) else {
            findings.push(format!(
                "migration/src/{domain}/{name}.rs is not called mYYYYMMDD_HHMMSS_<verb>_<noun>"
            ));
            continue;
        };
        if let Some(other) = times.insert(time, name) {
            findings.push(format!(
                "{other} and {name} have the same time: which comes first?"
            ));
        }
    }
    findings
}

/// The time in a name of the right form.
fn time(name: &str) -> Option<&str> {
    let rest = name.strip_prefix('m')?;
    let (time, words) = (rest.get(..15)?, rest.get(15..)?.strip_prefix('_')?);
    let is_time = time.bytes().enumerate().all(|(place, byte)| match place {
        8 => byte == b'_',
        _ => byte.is_ascii_digit(),
    });
    let mut words = words.split('_');
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let has_verb_and_noun = words.clone().count() > 1 && words.all(is_word);
    (is_time && has_verb_and_noun).then_some(time)
}

fn is_listed(list: &str, name: &str) -> bool {
    list.contains(&format!("mod {name};")) && list.contains(&format!("Box::new({name}::Migration)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(name: &str) -> Migration {
        Migration {
            domain: "a".to_owned(),
            name: name.to_owned(),
            text: String::new(),
        }
    }

    #[test]
    fn names_have_a_time_a_verb_and_a_noun() {
        let right = [
            "m20260101_000000_create_a",
            "m20260101_000001_index_a_by_b2",
        ];
        assert!(of_form(&right.map(migration)).is_empty());
        for wrong in [
            "m20260101_000000_create",
            "create_a",
            "m2026_create_a",
            "m20260101_000000_Create_a",
            "m20260101-000000_create_a",
        ] {
            assert_eq!(of_form(&[migration(wrong)]).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn no_two_come_at_the_same_time() {
        let same = ["m20260101_000000_create_a", "m20260101_000000_create_b"];
        assert_eq!(of_form(&same.map(migration)).len(), 1);
    }

    #[test]
    fn a_file_that_no_list_has_is_found() {
        let list = "mod m1_a_b;\nfn all() { vec![Box::new(m1_a_b::Migration)] }";
        assert!(is_listed(list, "m1_a_b"));
        assert!(!is_listed(list, "m1_a_c"));
        assert!(!is_listed("mod m1_a_b;", "m1_a_b"));
    }
}

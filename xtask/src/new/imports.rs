//! `use` statements, to which names are added as if by hand.

/// The text with `paths` (`calendar::Day`) imported from `root` (`ashlar_core`): into the `use` that is there, or with one
/// more. The order is left to rustfmt.
pub(super) fn add(text: &str, root: &str, paths: &[&str]) -> Option<String> {
    if paths.is_empty() {
        return Some(text.to_owned());
    }
    let start = format!("use {root}::");
    merged(text, &start, paths).or_else(|| {
        let line = format!("{start}{{{}}};", paths.join(", "));
        insert(text, root, &line)
    })
}

/// The text with `paths` in the statement that starts so; `None` when there is none.
pub(super) fn merged(text: &str, start: &str, paths: &[&str]) -> Option<String> {
    let (from, to) = statement(text, start)?;
    let mut all = Vec::new();
    flatten("", &text[from + start.len()..to - 1], &mut all)?;
    for path in paths {
        if !all.iter().any(|known| known == path) {
            all.push((*path).to_owned());
        }
    }
    let (before, after) = (&text[..from], &text[to..]);
    Some(format!("{before}{start}{{{}}};{after}", grouped(&all)))
}

/// Where the statement at the beginning of a line stands, with its semicolon.
fn statement(text: &str, start: &str) -> Option<(usize, usize)> {
    let from = text
        .match_indices(start)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || text[..*at].ends_with('\n'))?;
    let to = from + text[from..].find(';')? + 1;
    Some((from, to))
}

/// Beside the other `use`s; one of the crate's own stands apart, behind them.
fn insert(text: &str, root: &str, line: &str) -> Option<String> {
    if root == "crate" {
        let last = text.match_indices("\nuse ").map(|(at, _)| at + 1).last()?;
        let end = last + text[last..].find(";\n")? + 2;
        return Some(format!("{}\n{line}\n{}", &text[..end], &text[end..]));
    }
    let first = |start| text.match_indices(start).map(|(at, _)| at).next();
    let at = first("\nuse ashlar_").or_else(|| first("\nuse "))?;
    let gap = if text[at..].starts_with("\nuse crate") {
        "\n"
    } else {
        ""
    };
    Some(format!("{}\n{line}{gap}{}", &text[..at], &text[at..]))
}

/// `a::{b, c::d}` as `a::b`, `a::c::d`.
fn flatten(before: &str, tree: &str, all: &mut Vec<String>) -> Option<()> {
    for branch in branches(tree) {
        if let Some(inner) = branch.strip_prefix('{') {
            flatten(before, inner.strip_suffix('}')?, all)?;
        } else if let Some((head, rest)) = branch.split_once("::{") {
            let rest = rest.strip_suffix('}')?;
            flatten(&format!("{before}{head}::"), rest, all)?;
        } else {
            all.push(format!("{before}{branch}"));
        }
    }
    Some(())
}

/// The parts between the commas that no bracket holds.
fn branches(tree: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    tree.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|branch| !branch.is_empty())
    .collect()
}

/// Paths as within a `use`, by the first part of each.
pub(super) fn grouped(paths: &[String]) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for path in paths {
        let (head, rest) = path.split_once("::").unwrap_or((path, "self"));
        match groups.iter_mut().find(|(known, _)| *known == head) {
            Some((_, rests)) => rests.push(rest.to_owned()),
            None => groups.push((head, vec![rest.to_owned()])),
        }
    }
    let one = |(head, rests): &(&str, Vec<String>)| match rests.as_slice() {
        [only] if only == "self" => (*head).to_owned(),
        [only] => format!("{head}::{only}"),
        _ => format!("{head}::{{{}}}", grouped(rests)),
    };
    groups.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::add;

    #[test]
    fn names_are_added_to_the_use_that_is_there() {
        let text =
            "//! Doc.\n\nuse ashlar_core::{\n    events::Event,\n    ids::{Id, Identified},\n};\n";
        let text = add(
            text,
            "ashlar_core",
            &["ids::ForeignId", "events::Event", "calendar::Day"],
        );
        assert_eq!(
            text.expect("has a use"),
            "//! Doc.\n\nuse ashlar_core::{events::Event, ids::{Id, Identified, ForeignId}, calendar::Day};\n"
        );
        let text = add("\nuse a::b::C;\n", "a", &["b::D", "b"]).expect("has a use");
        assert_eq!(text, "\nuse a::{b::{C, D, self}};\n");
        let text = add("\nuse a::{self, b::{self, C}};\n", "a", &["D"]).expect("has a use");
        assert_eq!(text, "\nuse a::{self, b::{self, C}, D};\n");
    }

    #[test]
    fn a_use_is_added_beside_the_others() {
        let text = "//! Doc.\n\nuse b::B;\n\npub use c::C;\n";
        assert_eq!(
            add(text, "a", &["A"]).expect("has a use"),
            "//! Doc.\n\nuse a::{A};\nuse b::B;\n\npub use c::C;\n"
        );
        assert_eq!(
            add(text, "crate", &["A"]).expect("has a use"),
            "//! Doc.\n\nuse b::B;\n\nuse crate::{A};\n\npub use c::C;\n"
        );
        let text = "//! Doc.\n\nuse std::B;\n\nuse ashlar_b::B;\n";
        assert_eq!(
            add(text, "ashlar_a", &["A"]).expect("has a use"),
            "//! Doc.\n\nuse std::B;\n\nuse ashlar_a::{A};\nuse ashlar_b::B;\n"
        );
        let text = add("//! Doc.\n\nuse crate::B;\n", "a", &["A"]).expect("has a use");
        assert_eq!(text, "//! Doc.\n\nuse a::{A};\n\nuse crate::B;\n");
        assert_eq!(add("//! Doc.\n", "a", &["A"]), None);
    }
}

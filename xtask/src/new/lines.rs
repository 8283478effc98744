//! Edits of source text by what stands in it. Each answers `None` when its place is not there.

/// `mod <name>;` behind the modules that are there, else before the first item; with `head` in front of it.
pub(super) fn module(text: &str, head: &str, name: &str) -> Option<String> {
    let line = format!("{head}mod {name};");
    let is_module = |line: &&str| {
        let rest = ["pub mod ", "pub(crate) mod ", "mod "]
            .iter()
            .find_map(|start| line.strip_prefix(start));
        rest.is_some_and(|rest| rest.ends_with(';'))
    };
    if let Some(last) = text.lines().rfind(is_module) {
        return Some(text.replacen(&format!("{last}\n"), &format!("{last}\n{line}\n"), 1));
    }
    let is_head = |line: &str| line.starts_with("//!") || line.starts_with("#!") || line.is_empty();
    let first = text
        .split_inclusive('\n')
        .take_while(|line| is_head(line.trim_end()))
        .map(str::len)
        .sum::<usize>();
    let (before, after) = text.split_at(first);
    let before = before.trim_end();
    Some(format!("{before}\n\n{line}\n\n{after}"))
}

/// Whether the text has the module.
pub(super) fn has_module(text: &str, name: &str) -> bool {
    text.lines()
        .any(|line| line.trim_start().ends_with(&format!("mod {name};")))
}

/// A line behind the first line that reads like this, but for its indentation.
pub(super) fn behind(text: &str, anchor: &str, line: &str) -> Option<String> {
    let found = text.lines().find(|line| line.trim() == anchor)?;
    Some(text.replacen(&format!("{found}\n"), &format!("{found}\n{line}\n"), 1))
}

/// A line behind the last line that starts like this.
pub(super) fn behind_last(text: &str, start: &str, line: &str) -> Option<String> {
    let last = text.lines().rfind(|line| line.starts_with(start))?;
    let at = text.rfind(&format!("{last}\n"))?;
    let end = at + last.len() + 1;
    Some(format!("{}{line}\n{}", &text[..end], &text[end..]))
}

/// A `pub use` behind the others, else behind the modules, else at the end.
pub(super) fn shown(text: &str, line: &str) -> Option<String> {
    let Some(last) = text.rfind("\npub use ") else {
        return behind_last(text, "mod ", &format!("\n{line}"))
            .or_else(|| Some(format!("{}\n\n{line}\n", text.trim_end())));
    };
    let end = last + text[last..].find(";\n")? + 2;
    Some(format!("{}{line}\n{}", &text[..end], &text[end..]))
}

/// A line behind the last line that ends like this.
pub(super) fn behind_end(text: &str, end: &str, line: &str) -> Option<String> {
    let last = text.lines().rfind(|line| line.ends_with(end))?;
    behind_last(text, last, line)
}

/// Lines above the line that starts like this, and above its documentation and attributes.
pub(super) fn above_item(text: &str, start: &str, more: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let mut place = lines.iter().position(|line| line.starts_with(start))?;
    let is_head = |line: &str| {
        ["///", "#["]
            .iter()
            .any(|head| line.trim().starts_with(head))
    };
    while place > 0 && is_head(lines[place - 1]) {
        place -= 1;
    }
    lines.insert(place, more);
    Some(lines.join("\n") + "\n")
}

/// A line in its alphabetical place among the lines that start like this, which stand together.
pub(super) fn sorted(text: &str, start: &str, line: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| line.starts_with(start))?;
    let count = lines[first..]
        .iter()
        .take_while(|line| line.starts_with(start))
        .count();
    let place = lines[first..first + count]
        .iter()
        .position(|other| *other > line)
        .unwrap_or(count);
    let mut lines = lines;
    lines.insert(first + place, line);
    Some(lines.join("\n") + "\n")
}

/// A call in the chain that `domain()` is: behind the last one of its kind (`.publishes`), and never behind the last of all,
/// which takes what the others clone.
pub(super) fn link(text: &str, kind: &str, call: &str) -> Option<String> {
    const INDENT: &str = "        .";
    let start = text.find("\n    Domain::new(")? + 1;
    let end = start + text[start..].find("\n}")? + 1;
    let chain = &text[start..end];
    let mut links: Vec<String> = Vec::new();
    for line in chain.lines() {
        match links.last_mut() {
            Some(last) if !line.starts_with(INDENT) => {
                last.push('\n');
                last.push_str(line);
            }
            _ => links.push(line.to_owned()),
        }
    }
    let is_kind = |link: &String| {
        link.strip_prefix(INDENT)
            .and_then(|rest| rest.strip_prefix(kind))
            .is_some_and(|rest| rest.starts_with(['(', ':']))
    };
    let place = links
        .iter()
        .rposition(is_kind)
        .map_or(links.len(), |place| place + 1);
    links.insert(place.min(links.len() - 1), format!("{INDENT}{kind}{call}"));
    Some(format!(
        "{}{}\n{}",
        &text[..start],
        links.join("\n"),
        &text[end..]
    ))
}

/// A value in the second cell of the row that begins with `name`; a row of its own when there is none.
pub(super) fn cell(text: &str, name: &str, value: &str) -> Option<String> {
    let start = format!("| {name} | ");
    let Some(row) = text.lines().find(|line| line.starts_with(&start)) else {
        return behind_last(text, "| ", &format!("{start}{value} |"));
    };
    let known = row.strip_prefix(&start)?.strip_suffix('|')?.trim();
    let values = match known {
        "none" | "none yet" => value.to_owned(),
        _ => format!("{known}, {value}"),
    };
    Some(text.replacen(row, &format!("{start}{values} |"), 1))
}

/// A point at the end of the list below a heading.
pub(super) fn point(text: &str, heading: &str, point: &str) -> Option<String> {
    let from = text.find(&format!("\n{heading}\n"))? + heading.len() + 2;
    let length = text[from..].find("\n#").unwrap_or(text[from..].len());
    let list = text[from..from + length].trim_end();
    let after = &text[from + length..];
    Some(format!("{}{list}\n{point}\n{after}", &text[..from]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "pub fn domain(posts: Posts) -> Domain {\n    Domain::new(\"posts\", \"x\")\n        \
        .state(posts.clone())\n        .mount(router::routes())\n        .publishes::<A>()\n        .handles(\n            \
        \"posts.a\",\n            A,\n        )\n        .performs(B(posts))\n}\n";

    #[test]
    fn a_call_stands_behind_those_of_its_kind() {
        let text = link(LIB, "publishes", "::<N>()").expect("a chain");
        assert!(
            text.contains(".publishes::<A>()\n        .publishes::<N>()\n"),
            "{text}"
        );
        let text = link(LIB, "handles", "(\"posts.n\", N)").expect("a chain");
        assert!(
            text.contains("        )\n        .handles(\"posts.n\", N)\n"),
            "{text}"
        );
    }

    #[test]
    fn no_call_stands_behind_the_last() {
        for kind in ["performs", "schedule"] {
            let text = link(LIB, kind, "(N(posts.clone()))").expect("a chain");
            assert!(
                text.ends_with(&format!(
                    ".{kind}(N(posts.clone()))\n        .performs(B(posts))\n}}\n"
                )),
                "{text}"
            );
        }
        assert_eq!(
            link(
                "pub fn domain() -> Domain {\n    made()\n}\n",
                "mount",
                "(x)"
            ),
            None
        );
    }

    #[test]
    fn a_module_stands_behind_the_others_or_first() {
        let text = "//! Doc.\n\npub(crate) mod a;\nmod b;\n\nuse x::Y;\n";
        assert!(
            module(text, "", "c")
                .expect("a place")
                .contains("mod b;\nmod c;\n\nuse")
        );
        let text =
            module("//! Doc.\n//! More.\n\nuse x::Y;\n", "pub(crate) ", "c").expect("a place");
        assert_eq!(
            text,
            "//! Doc.\n//! More.\n\npub(crate) mod c;\n\nuse x::Y;\n"
        );
        assert!(has_module(&text, "c") && !has_module(&text, "d"));
    }

    #[test]
    fn what_is_shown_stands_behind_what_is_shown() {
        let text = "//! Doc.\n\nmod a;\n\npub use a::{\n    A,\n};\n";
        let expected = "//! Doc.\n\nmod a;\n\npub use a::{\n    A,\n};\npub use b::B;\n";
        assert_eq!(shown(text, "pub use b::B;").expect("a place"), expected);
        let text = shown("//! Doc.\n\nmod a;\n", "pub use a::A;").expect("a place");
        assert_eq!(text, "//! Doc.\n\nmod a;\n\npub use a::A;\n");
        let text = shown("//! Doc.\n", "pub use a::A;").expect("a place");
        assert_eq!(text, "//! Doc.\n\npub use a::A;\n");
    }

    #[test]
    fn an_item_stands_above_another_and_its_documentation() {
        let text = "enum E {\n    /// Doc.\n    #[error]\n    Stale,\n}\n";
        assert_eq!(
            above_item(text, "    Stale,", "    New,").expect("a place"),
            "enum E {\n    New,\n    /// Doc.\n    #[error]\n    Stale,\n}\n"
        );
        assert_eq!(above_item(text, "    Gone,", "    New,"), None);
    }

    #[test]
    fn a_line_finds_its_alphabetical_place() {
        let text = "a\nx-b\nx-d\nz\n";
        assert_eq!(
            sorted(text, "x-", "x-c").expect("a place"),
            "a\nx-b\nx-c\nx-d\nz\n"
        );
        assert_eq!(
            sorted(text, "x-", "x-e").expect("a place"),
            "a\nx-b\nx-d\nx-e\nz\n"
        );
        assert_eq!(sorted(text, "y-", "y-e"), None);
    }

    #[test]
    fn a_table_gains_a_value_or_a_row() {
        let text = "| | |\n|---|---|\n| Tables | `a` |\n| Jobs | none |\n\nText.\n";
        assert!(
            cell(text, "Tables", "`b`")
                .expect("a row")
                .contains("| Tables | `a`, `b` |\n")
        );
        assert!(
            cell(text, "Jobs", "`b`")
                .expect("a row")
                .contains("| Jobs | `b` |\n")
        );
        assert!(
            cell(text, "Reads", "`b`")
                .expect("a row")
                .contains("| Jobs | none |\n| Reads | `b` |\n\nText")
        );
    }

    #[test]
    fn a_list_gains_a_point() {
        let text = "# A\n\n## What always holds\n\n- One.\n\n## Where\n\nText.\n";
        let expected = "# A\n\n## What always holds\n\n- One.\n- Two.\n\n## Where\n\nText.\n";
        assert_eq!(
            point(text, "## What always holds", "- Two.").expect("a list"),
            expected
        );
        assert_eq!(point(text, "## Nothing", "- Two."), None);
    }
}

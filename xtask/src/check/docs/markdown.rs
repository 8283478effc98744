//! Links and headings of a Markdown page.

use std::collections::BTreeSet;

/// A link from a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The line on which it stands, from 1.
    pub(super) line: usize,
    /// Where it leads: an address, a path, or `#heading`.
    pub(super) target: String,
}

/// Every link `[text](target)` and definition `[name]: target`; code is not looked at.
pub(super) fn links(page: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (line, text) in prose(page) {
        let text = without_code(text);
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once("](") {
            let target = after.split_once(')').map_or("", |(target, _)| target);
            links.extend(link(line, target));
            rest = after;
        }
        let definition = text
            .trim_start()
            .strip_prefix('[')
            .and_then(|d| d.split_once("]: "));
        if let Some((_, target)) = definition {
            links.extend(link(line, target));
        }
    }
    links
}

/// The anchors that GitHub gives to headings: lower case, spaces as dashes, punctuation dropped, `-1` for the second.
pub(super) fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(page) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let slug = slug(title.trim());
        let numbered = (1..).map(|number| format!("{slug}-{number}"));
        let mut names = std::iter::once(slug.clone()).chain(numbered);
        if let Some(free) = names.find(|name| !anchors.contains(name)) {
            anchors.insert(free);
        }
    }
    anchors
}

/// The lines outside of code blocks, with their numbers from 1.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    page.lines().enumerate().filter_map(move |(number, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        (!is_code && !is_fence).then_some((number + 1, line))
    })
}

fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// The target may be followed by a title: `page.md "Title"`.
fn link(line: usize, target: &str) -> Option<Link> {
    let target = target.split_whitespace().next()?.trim_matches(['<', '>']);
    Some(Link {
        line,
        target: target.to_owned(),
    })
}

fn slug(title: &str) -> String {
    title
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_of_code() {
        let page = "See [a](docs/a.md) and [b](<b.md> \"B\"), not `[c](c.md)`.\n\
            ```md\n[d](d.md)\n```\n[e]: e.md#part\n![picture](p.png)\n";
        let found: Vec<_> = links(page)
            .into_iter()
            .map(|link| (link.line, link.target))
            .collect();
        let expected = [
            (1, "docs/a.md"),
            (1, "b.md"),
            (5, "e.md#part"),
            (6, "p.png"),
        ];
        assert_eq!(
            found,
            expected.map(|(line, target)| (line, target.to_owned()))
        );
    }

    #[test]
    fn anchors_are_those_of_github() {
        let page = "# Data, and `code`!\n## Again\n## Again\n#no heading\n```\n# comment\n```\n";
        let expected = ["again", "again-1", "data-and-code"].map(str::to_owned);
        assert_eq!(anchors(page), expected.into());
    }
}

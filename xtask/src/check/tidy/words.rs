//! Words that no committed file may contain. They are split here, or this file would break its own rule.

use super::File;

/// Work that is put off is an issue, not a comment; a path of one machine works on no other.
const FORBIDDEN: [(&str, &str); 6] = [
    (concat!("TO", "DO"), "write an issue instead"),
    (concat!("FIX", "ME"), "write an issue instead"),
    (concat!("to", "do!"), "finish it"),
    (concat!("unimple", "mented!"), "finish it"),
    (concat!("/wo", "rk"), "a path of one machine"),
    (concat!("../sha", "red"), "a path outside of the project"),
];

pub(super) fn findings(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        for (word, sentence) in FORBIDDEN
            .iter()
            .filter(|(word, _)| contains_word(line, word))
        {
            findings.push(file.at(number + 1, format!("`{word}`: {sentence}")));
        }
    }
    findings
}

/// Whether the word stands in the line by itself, not as a part of a longer one such as `/workers`.
fn contains_word(line: &str, word: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let is_tail = before.is_some_and(|c| is_inner(c) || (c == '.' && word.starts_with('/')));
        let is_head = after.is_some_and(is_inner) && !word.ends_with('!');
        !is_tail && !is_head
    })
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn forbidden_words_are_found_as_words() {
        for (word, _) in FORBIDDEN {
            let text = format!("//! Doc.\n// see {word}\n");
            assert_eq!(findings(&file("a.rs", &text)).len(), 1, "{word}");
        }
        let path = format!("COPY {}/main .\n", FORBIDDEN[4].0);
        assert_eq!(findings(&file("Dockerfile", &path)).len(), 1);
    }

    #[test]
    fn parts_of_longer_words_are_not() {
        for text in [
            "/workers",
            "/workspace",
            "crates/work/a",
            "/work-items",
            "status = 'todo'",
        ] {
            assert!(findings(&file("a.md", text)).is_empty(), "{text}");
        }
    }
}

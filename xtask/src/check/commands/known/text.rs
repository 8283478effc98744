//! What stands between backticks: words, names in capitals, paths.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::workspace;

/// Folders at the root whose files the pages name.
const FOLDERS: [&str; 6] = ["crates", "deploy", "docker", "docs", "migration", "xtask"];

/// The settings in `.env.example`, and the codes in `docs/errors.md`.
pub(super) fn names() -> Result<BTreeSet<String>> {
    let root = workspace::root();
    let text = workspace::read(&root.join(".env.example"))?
        + &workspace::read(&root.join("docs/errors.md"))?;
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    Ok(words
        .filter(|word| is_name(word))
        .map(str::to_owned)
        .collect())
}

/// `LIKE_THIS`.
pub(super) fn is_name(text: &str) -> bool {
    text.contains('_')
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && !text.ends_with('_')
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// The words of a mention, as far as the reader has nothing to put in: from `<name>` on nothing is known. What may be left
/// out, in brackets, and `…` is left out; of several ways, `up|down`, the first is taken.
pub(super) fn words_of_mention(code: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let kept: String = code
        .chars()
        .filter(|c| {
            depth += usize::from(*c == '[');
            let is_kept = depth == 0 && *c != '…';
            depth = depth.saturating_sub(usize::from(*c == ']'));
            is_kept
        })
        .collect();
    kept.split_whitespace()
        .take_while(|word| !word.starts_with('<'))
        .map(|word| word.split('|').next().unwrap_or(word).to_owned())
        .collect()
}

/// A file below one of our folders that is neither there nor below what is written by the page.
pub(super) fn missing_file(words: &[String], written: &[String]) -> Option<String> {
    let is_path = |word: &&String| {
        let folder = word.split_once('/').map(|(folder, _)| folder);
        folder.is_some_and(|folder| FOLDERS.contains(&folder))
            && !word.contains(['<', '$', '*', '{'])
    };
    let file = |word: &str| word.trim_end_matches(['.', ',', ':']).to_owned();
    words
        .iter()
        .filter(is_path)
        .map(|word| file(word))
        .filter(|path| {
            !written
                .iter()
                .any(|folder| path.starts_with(folder.as_str()))
        })
        .find(|path| !workspace::root().join(path).exists())
        .map(|path| format!("there is no `{path}`"))
}

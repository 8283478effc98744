//! Part `docs`: the API documentation builds without warning, and links between pages lead somewhere.

mod markdown;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::process;
use crate::workspace;

/// Builds the documentation and follows every link between Markdown files.
pub(super) fn run() -> Result<()> {
    let links = Error::from_findings(broken_links()?);
    let mut doc = process::cargo(["doc", "--workspace", "--no-deps", "--quiet"]);
    let built = process::run(doc.env("RUSTDOCFLAGS", "-D warnings"));
    // Cargo has told its findings already.
    links.and(built)
}

fn broken_links() -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    for page in workspace::files()?.into_iter().filter(is_page) {
        for link in markdown::links(&workspace::read(&page)?) {
            if let Some(problem) = problem(&page, &link.target)? {
                let page = workspace::relative(&page);
                findings.push(format!("{page}:{}: {problem}", link.line));
            }
        }
    }
    Ok(findings)
}

/// What is wrong with a link on a page; other hosts are not asked.
fn problem(page: &Path, target: &str) -> Result<Option<String>> {
    if target.contains("://") || target.starts_with("mailto:") {
        return Ok(None);
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = match (path, path.strip_prefix('/')) {
        ("", _) => page.to_path_buf(),
        (_, Some(from_root)) => workspace::root().join(from_root),
        (_, None) => page.parent().unwrap_or(page).join(path),
    };
    if !file.exists() {
        return Ok(Some(format!("`{target}` leads to no file")));
    }
    let is_page = file.extension().is_some_and(|extension| extension == "md");
    if anchor.is_empty() || !is_page {
        return Ok(None);
    }
    let exists = markdown::anchors(&workspace::read(&file)?).contains(anchor);
    Ok((!exists).then(|| format!("`{target}` leads to no heading")))
}

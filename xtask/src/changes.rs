//! What a command is about to do to the tree: everything is known before anything is written, and all of it is
//! written or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::process;
use crate::terminal::print;
use crate::workspace;

/// Files that will be written, by their paths below the root.
#[derive(Debug)]
pub(crate) struct Changes {
    root: PathBuf,
    files: BTreeMap<String, File>,
    problems: Vec<String>,
}

#[derive(Debug)]
struct File {
    /// What is there now; none of a new file.
    before: Option<String>,
    after: String,
}

impl Changes {
    pub(crate) fn of(root: PathBuf) -> Self {
        Self {
            root,
            files: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    /// Keeps in mind why this cannot be done; [`Changes::commit`] tells all of it.
    pub(crate) fn refuse(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// [`Changes::refuse`] for each of them.
    pub(crate) fn problems_of(&mut self, problems: impl IntoIterator<Item = Option<String>>) {
        self.problems.extend(problems.into_iter().flatten());
    }

    /// Tells every problem so far.
    pub(crate) fn check(&mut self) -> Result<()> {
        Error::from_findings(std::mem::take(&mut self.problems))
    }

    /// Whether the file is there, or will be.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.root.join(path).is_file()
    }

    /// The file as it will be; none when there is no such file.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        match self.files.get(path) {
            Some(file) => Some(file.after.clone()),
            None => fs::read_to_string(self.root.join(path)).ok(),
        }
    }

    /// The names in a folder, as it will be.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(folder)).into_iter().flatten();
        let there = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        let new = self.files.keys().filter_map(|path| {
            let below = path.strip_prefix(folder)?.strip_prefix('/')?;
            below.split('/').next().map(str::to_owned)
        });
        let names: BTreeSet<String> = there.chain(new).collect();
        names.into_iter().collect()
    }

    /// A new file.
    pub(crate) fn create(&mut self, path: &str, text: String) {
        if self.has(path) {
            self.refuse(format!("{path} is there already"));
            return;
        }
        self.files.insert(
            path.to_owned(),
            File {
                before: None,
                after: text,
            },
        );
    }

    /// A new file from a template below `xtask/templates`.
    pub(crate) fn render(&mut self, template: &str, context: &impl Serialize, path: &str) {
        match rendered(template, context) {
            Ok(text) => self.create(path, text),
            Err(error) => self.refuse(error.to_string()),
        }
    }

    /// A file with a change; when `edit` does not find its place, `by_hand` says what is to be added.
    pub(crate) fn edit(
        &mut self,
        path: &str,
        by_hand: &str,
        edit: impl FnOnce(&str) -> Option<String>,
    ) {
        let Some(text) = self.text(path) else {
            self.refuse(format!("{path} is missing; add by hand: {by_hand}"));
            return;
        };
        let Some(after) = edit(&text) else {
            self.refuse(format!(
                "{path} is not laid out as expected, so nothing was written; add by hand and try again: {by_hand}"
            ));
            return;
        };
        let before = match self.files.remove(path) {
            Some(file) => file.before,
            None => Some(text),
        };
        self.files.insert(path.to_owned(), File { before, after });
    }

    /// Formats and writes everything.
    ///
    /// # Errors
    /// When something was refused, what is to be written is no Rust, or a file cannot be written; then the tree is as
    /// it was.
    pub(crate) fn commit(mut self) -> Result<()> {
        self.check()?;
        for (path, file) in &mut self.files {
            if path.ends_with(".rs") {
                file.after = formatted(path, &file.after)?;
            }
        }
        for (path, file) in &self.files {
            if let Err(error) = workspace::write(&self.root.join(path), &file.after) {
                self.take_back();
                return Err(error);
            }
        }
        for (path, file) in &self.files {
            let what = if file.before.is_none() {
                "new"
            } else {
                "changed"
            };
            print(&format!("{what:<8}  {path}"));
        }
        Ok(())
    }

    /// As far as it goes: the disk may be full.
    fn take_back(&self) {
        for (path, file) in &self.files {
            let path = self.root.join(path);
            let _ = match &file.before {
                Some(before) => workspace::write(&path, before),
                None => fs::remove_file(&path).map_err(Error::file("remove", &path)),
            };
        }
    }
}

/// The text of a template, with the values of `context` in it.
pub(crate) fn rendered(template: &str, context: &impl Serialize) -> Result<String> {
    let path = workspace::root().join("xtask/templates").join(template);
    let source = workspace::read(&path)?;
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    let told = |error| Error::said(format!("xtask/templates/{template}: {error:#}"));
    let mut environment = Environment::new();
    environment.set_syntax(syntax.map_err(told)?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
        .render_named_str(template, &source, Serde(context))
        .map_err(told)
}

/// From standard input, so that the modules that it declares are not looked for.
fn formatted(path: &str, text: &str) -> Result<String> {
    let mut command = Command::new("rustfmt");
    command
        .args(["--edition", "2024", "--config-path"])
        .arg(workspace::root());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(process::not_started(&command))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(text.as_bytes())
            .map_err(Error::file("format", std::path::Path::new(path)))?;
    }
    let output = child
        .wait_with_output()
        .map_err(process::not_started(&command))?;
    if !output.status.success() {
        return Err(Error::said(format!(
            "{path} would be no Rust, so nothing was written:\n{text}"
        )));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Error::said(format!("rustfmt made of {path} what is not UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let root =
            std::env::temp_dir().join(format!("xtask-changes-{name}-{}", std::process::id()));
        workspace::make_empty(&root).expect("a folder");
        root
    }

    #[test]
    fn all_is_written_and_formatted() {
        let root = scratch("all");
        workspace::write(&root.join("a.md"), "one\n").expect("written");
        let mut changes = Changes::of(root.clone());
        changes.create("new/b.rs", "//! Doc.\nfn  b( ) { }\n".to_owned());
        changes.edit("a.md", "two", |text| Some(format!("{text}two\n")));
        changes.edit("a.md", "three", |text| Some(format!("{text}three\n")));
        changes.commit().expect("written");
        let read = |path| workspace::read(&root.join(path)).expect("a file");
        assert_eq!(read("new/b.rs"), "//! Doc.\nfn b() {}\n");
        assert_eq!(read("a.md"), "one\ntwo\nthree\n");
        fs::remove_dir_all(root).expect("removed");
    }

    #[test]
    fn nothing_is_written_when_anything_is_refused() {
        let root = scratch("nothing");
        workspace::write(&root.join("a.md"), "one\n").expect("written");
        let mut changes = Changes::of(root.clone());
        changes.create("b.md", "new\n".to_owned());
        changes.create("a.md", "other\n".to_owned());
        changes.edit("a.md", "the line `two`", |_| None);
        let told = changes.commit().expect_err("refused").to_string();
        assert!(told.contains("a.md is there already"), "{told}");
        assert!(
            told.contains("add by hand and try again: the line `two`"),
            "{told}"
        );
        assert!(!root.join("b.md").exists());
        fs::remove_dir_all(root).expect("removed");
    }

    #[test]
    fn a_tree_that_cannot_be_written_stays_as_it_was() {
        let root = scratch("back");
        workspace::write(&root.join("a.md"), "one\n").expect("written");
        workspace::write(&root.join("z"), "a file, not a folder\n").expect("written");
        let mut changes = Changes::of(root.clone());
        changes.edit("a.md", "two", |_| Some("two\n".to_owned()));
        changes.create("b.md", "new\n".to_owned());
        changes.create("z/c.md", "new\n".to_owned());
        assert!(changes.commit().is_err());
        assert_eq!(
            workspace::read(&root.join("a.md")).expect("a file"),
            "one\n"
        );
        assert!(!root.join("b.md").exists());
        fs::remove_dir_all(root).expect("removed");
    }

    #[test]
    fn what_is_no_rust_is_not_written() {
        let root = scratch("rust");
        let mut changes = Changes::of(root.clone());
        changes.create("a.rs", "//! Doc.\nfn a( {\n".to_owned());
        assert!(changes.commit().is_err());
        assert!(!root.join("a.rs").exists());
        fs::remove_dir_all(root).expect("removed");
    }
}

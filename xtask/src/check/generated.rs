//! Part `generated`: what `cargo xtask new` writes is at once what the house asks for. In a copy of the tree below
//! `target/` a domain with two entities is written, then a third entity, a job and an event, and an entity of a domain that
//! was written by hand; the copy is checked, its tests run, and its shape is compared with that of projects.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::process;
use crate::recording;
use crate::services;
use crate::workspace;

/// What is asked for: between them every type of field, with every mark.
const NEW: [&[&str]; 5] = [
    &[
        "domain",
        "gift_cards",
        "--entity",
        "gift_card:code:string(40)!:amount_cents:i64:sold_on:date:expires_at:datetime?:is_spent:bool:shop_id:uuid:note:text?",
        "--entity",
        "wish:title:string:rank:int?",
    ],
    &[
        "entity",
        "gift_cards",
        "redemption:position:int!:done_at:datetime",
    ],
    &["job", "gift_cards", "remind_owners"],
    &[
        "event",
        "gift_cards",
        "gift_card.given_away",
        "receiver:string(80)?",
        "amount_cents:i64",
        "--verb",
        "give_away",
    ],
    // Flat, and by hand.
    &["entity", "posts", "remark:content:text"],
];

/// What the names of the tests begin with, or have in them: those of what is asked for above, and of what looks at all domains.
const TESTS: [&str; 7] = [
    "gift_card",
    "wish",
    "redemption",
    "remind_owners",
    "remark",
    "access::",
    "reads",
];

/// Where of the packages whose tests go by the same names (`api`, `wire`) something generated is tested. The others' stay out of
/// the copy: it would only build them once more.
const TESTED: [&str; 3] = ["crates/app/", "crates/contracts/", "crates/domains/posts/"];

/// The tests that are built of the copy. Of all packages, as in the other parts, so that no dependency is built with other
/// features.
const TARGETS: [&str; 5] = ["--workspace", "--test", "api", "--test", "wire"];

/// The copy's version is another. Cargo tells what two workspaces build in one folder apart by the names and versions of the
/// packages and not by where they lie: with the same version the tree's next build would take the copy's crates for its own.
const VERSIONS: (&str, &str) = ("\nversion = \"", "\nversion = \"999");

/// The entities of projects, and those that stand for them.
const NOUNS: [(&str, &str); 2] = [("project", "gift_card"), ("task", "wish")];

/// The layers that are a folder of an entity's nouns.
const LAYERS: [&str; 5] = ["entity", "repository", "router", "schemas", "service"];

/// The layers in which the modules of two entities declare the same names. The others have more to do where somebody wrote them.
const ALIKE: [&str; 2] = ["entity", "router"];

/// What a name follows that a module declares.
const DECLARING: [&str; 6] = ["fn", "struct", "enum", "trait", "const", "static"];

/// The copy is generated, sound, and of the shape of projects.
pub(super) fn run() -> Result<()> {
    let tree = workspace::target().join("generated");
    copy(&tree)?;
    for args in NEW {
        let mut new = xtask(&tree)?;
        process::run(new.arg("new").args(args).arg("--without-documents"))?;
    }
    compare(&tree)?;
    process::run(xtask(&tree)?.arg("openapi"))?;
    process::run(xtask(&tree)?.arg("asyncapi"))?;
    let parts = [
        "check",
        "--only",
        "fmt",
        "boundaries",
        "graph",
        "tidy",
        "migrations",
    ];
    process::run(xtask(&tree)?.args(parts))?;
    let mut clippy = cargo(&tree, ["clippy", "--quiet", "--lib", "--bin", "ashlar"]);
    process::run(clippy.args(TARGETS).args(["--", "-D", "warnings"]))?;
    test(&tree)
}

/// The tests that were written, on both databases where there is a PostgreSQL; of those that were there, what looks at all
/// domains; and with PostgreSQL, what the generated domain asked the databases.
fn test(tree: &Path) -> Result<()> {
    let guard = Guard::start()?;
    let postgres = services::acquire(services::POSTGRES);
    let recorded = workspace::target().join("generated-queries");
    workspace::make_empty(&recorded)?;
    let mut test = cargo(tree, ["test", "--quiet"]);
    test.env(recording::VARIABLE, &recorded);
    test.args(TARGETS).arg("--").args(TESTS);
    match &postgres {
        Ok(url) => test.env("TEST_DATABASE_URL", url),
        Err(_) => test.args(["--skip", "::postgres"]),
    };
    let mut outcome = process::run(&mut test);
    if let (Ok(()), Ok(url)) = (&outcome, &postgres) {
        let mut queries = cargo(tree, ["run", "--quiet", "--bin", "queries", "--"]);
        queries.arg(&recorded).arg(NEW[0][1]);
        outcome = process::run(queries.env("TEST_DATABASE_URL", url));
    }
    guard.release();
    outcome
}

/// Makes the copy what the tree is, without what is ignored. What is there already stays untouched, so that of the copy, too,
/// is built only what has changed.
fn copy(to: &Path) -> Result<()> {
    // In a worktree of git, `.git` is a file.
    let files = workspace::files()?.into_iter();
    let files: BTreeMap<PathBuf, PathBuf> = files
        .filter(|file| !file.ends_with(".git") && is_copied(&workspace::relative(file)))
        .map(|file| (to.join(workspace::relative(&file)), file))
        .collect();
    fs::create_dir_all(to).map_err(Error::file("create", to))?;
    let there = workspace::files_in(to)?.into_iter();
    for gone in there.filter(|file| !files.contains_key(file)) {
        fs::remove_file(&gone).map_err(Error::file("remove", &gone))?;
        // With the folders that it leaves empty: Cargo takes each for a domain.
        let folders = gone.ancestors().skip(1);
        let _ = folders
            .map(fs::remove_dir)
            .take_while(io::Result::is_ok)
            .count();
    }
    for (copy, file) in files {
        let mut bytes = fs::read(&file).map_err(Error::file("read", &file))?;
        if file == workspace::root().join("Cargo.toml") {
            bytes = String::from_utf8_lossy(&bytes)
                .replacen(VERSIONS.0, VERSIONS.1, 1)
                .into_bytes();
        }
        if fs::read(&copy).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
        }
        fs::write(&copy, bytes).map_err(Error::file("write", &copy))?;
    }
    Ok(())
}

/// Whether a file is none of the tests that are left out.
fn is_copied(path: &str) -> bool {
    !path.contains("/tests/api/") || TESTED.iter().any(|krate| path.starts_with(krate))
}

/// This very program, at work in the copy; what it builds is beside what is built here.
fn xtask(tree: &Path) -> Result<Command> {
    let mut command = Command::new(process::this_program()?);
    command
        .current_dir(tree)
        .env("CARGO_MANIFEST_DIR", tree.join("xtask"))
        .env("CARGO_TARGET_DIR", workspace::target());
    Ok(command)
}

fn cargo<const N: usize>(tree: &Path, args: [&str; N]) -> Command {
    let mut cargo = process::cargo(args);
    cargo
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", workspace::target());
    cargo
}

/// Each file of an entity of projects has its counterpart, and what it declares.
fn compare(tree: &Path) -> Result<()> {
    let of = |domain: &str| -> PathBuf { tree.join("crates/domains").join(domain).join("src") };
    let mut findings = Vec::new();
    for layer in LAYERS {
        for (by_hand, generated) in NOUNS {
            let model = of("projects").join(layer).join(format!("{by_hand}.rs"));
            let copy = of("gift_cards").join(layer).join(format!("{generated}.rs"));
            if model.is_file() != copy.is_file() {
                findings.push(format!(
                    "of {} and {} one is missing",
                    workspace::relative(&model),
                    workspace::relative(&copy)
                ));
            } else if ALIKE.contains(&layer)
                && declared(&workspace::read(&model)?) != declared(&workspace::read(&copy)?)
            {
                findings.push(format!(
                    "{} and {} do not declare the same",
                    workspace::relative(&model),
                    workspace::relative(&copy)
                ));
            }
        }
    }
    for file in [
        "README.md",
        "src/lib.rs",
        "src/error.rs",
        "tests/api/main.rs",
    ] {
        if !tree.join("crates/domains/gift_cards").join(file).is_file() {
            findings.push(format!("a generated domain has no {file}"));
        }
    }
    Error::from_findings(findings)
}

/// The names that a module declares.
fn declared(text: &str) -> BTreeSet<&str> {
    let is_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = text.split(|c| !is_of_a_word(c)).collect();
    let declared = words.windows(2).filter(|pair| DECLARING.contains(&pair[0]));
    declared.map(|pair| pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_declares_what_follows_a_keyword() {
        let text = "pub(crate) async fn read(id: Id) -> Page { } struct Path(Id);";
        assert_eq!(declared(text), BTreeSet::from(["Path", "read"]));
    }
}

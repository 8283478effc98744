//! Writes the migrations that are between the entities and the schema.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{new, recorded, timestamp, tool};
use crate::changes::Changes;
use crate::error::{Error, Result};
use crate::terminal::print;
use crate::workspace;

/// What `cargo xtask migrate diff` accepts.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// `<verb>_<noun>`, e.g. `add_tasks_colour`
    name: String,
    /// What got another name: `<table>.<old>:<new>` of a column, `<old>:<new>` of a table
    #[arg(long, value_name = "OLD:NEW")]
    rename: Vec<String>,
    /// Write steps that lose data too
    #[arg(long)]
    allow_destructive: bool,
}

/// A migration as the tool writes it.
#[derive(Deserialize)]
struct File {
    domain: String,
    text: String,
}

/// Writes one file for each domain whose tables differ, all of them or none.
pub(super) fn write(options: &Options) -> Result<()> {
    new::check_name(&options.name)?;
    // Afterwards it would be too late: what is written is recorded.
    recorded::refuse_edits()?;
    let mut args = vec!["diff"];
    for rename in &options.rename {
        args.extend(["--rename", rename]);
    }
    if options.allow_destructive {
        args.push("--allow-destructive");
    }
    let output = tool::output_of(&args)?;
    let files: Vec<File> = serde_json::from_str(&output).map_err(|source| Error::Json {
        what: "what ashlar-schema prints".to_owned(),
        source,
    })?;
    if files.is_empty() {
        print("entities and migrations agree: there is nothing to write");
        return Ok(());
    }
    let mut changes = Changes::of(workspace::root());
    add_all(&mut changes, &options.name, timestamp::next()?, files);
    changes.commit()?;
    recorded::record()?;
    print("Read what is written, then `cargo xtask migrate up`.");
    Ok(())
}

fn add_all(changes: &mut Changes, name: &str, mut time: DateTime<Utc>, files: Vec<File>) {
    for File { domain, text } in files {
        let module = format!("m{}_{name}", timestamp::of(time));
        new::add(changes, &domain, &module, text);
        // The name is the version: no two may have the same.
        time += TimeDelta::seconds(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<File> {
        let file = |domain: &str| File {
            domain: domain.to_owned(),
            text: format!("//! Of {domain}.\n"),
        };
        vec![file("guild"), file("quarry")]
    }

    /// A tree in which guild has a list of migrations, and of quarry something is there.
    fn changes(quarry: &str) -> (std::path::PathBuf, Changes) {
        let root = std::env::temp_dir().join(format!(
            "xtask-diff-{}-{}",
            quarry.len(),
            std::process::id()
        ));
        workspace::make_empty(&root).expect("a folder");
        let list = "mod m1_a;\n\nfn migrations() {\n    vec![Box::new(m1_a::Migration)]\n}\n";
        for (domain, list) in [("guild", list), ("quarry", quarry)] {
            let path = root.join(format!("migration/src/{domain}/mod.rs"));
            workspace::write(&path, list).expect("written");
        }
        let mut changes = Changes::of(root.clone());
        let time = "2026-11-28T07:18:12Z".parse().expect("a time");
        add_all(&mut changes, "add_depth", time, files());
        (root, changes)
    }

    #[test]
    fn each_domain_gets_a_version_of_its_own() {
        let (root, changes) = changes("mod m2_b;\nfn migrations() {\n    vec![]\n}\n");
        changes.commit().expect("written");
        for file in [
            "guild/m20261128_071812_add_depth.rs",
            "quarry/m20261128_071813_add_depth.rs",
        ] {
            assert!(root.join("migration/src").join(file).is_file(), "{file}");
        }
        std::fs::remove_dir_all(root).expect("removed");
    }

    #[test]
    fn no_domain_gets_one_when_another_cannot() {
        let (root, changes) = changes("fn migrations() {}\n");
        let told = changes.commit().expect_err("refused").to_string();
        assert!(told.contains("migration/src/quarry/mod.rs"), "{told}");
        let guild = std::fs::read_dir(root.join("migration/src/guild"));
        assert_eq!(
            guild.expect("a folder").count(),
            1,
            "its list, and no migration"
        );
        std::fs::remove_dir_all(root).expect("removed");
    }
}

//! Which domain's folder a table's migrations are in.

use std::{collections::BTreeMap, fs, io, path::Path};

use crate::{Declared, Difference, Step};

/// Tables, each with the domain that owns it.
#[derive(Clone, Debug, Default)]
pub struct Owners(BTreeMap<String, String>);

impl Owners {
    /// Those of the entities. A table that no entity declares any more belongs to the folder of the
    /// first migration that speaks of it.
    ///
    /// # Errors
    ///
    /// When the migrations below `sources` cannot be read.
    pub fn new(declared: &[Declared], sources: &Path, gone: &Difference) -> io::Result<Self> {
        let owned = declared
            .iter()
            .map(|table| (table.name.clone(), table.owner.clone()));
        let mut owners = Self(owned.collect());
        for step in &gone.steps {
            let Step::DropTable(table) = step else {
                continue;
            };
            if let Some(owner) = first_to_speak_of(sources, &table.name)? {
                owners.0.entry(table.name.clone()).or_insert(owner);
            }
        }
        Ok(owners)
    }

    /// The domain that owns a table.
    pub fn of(&self, table: &str) -> Option<&str> {
        self.0.get(table).map(String::as_str)
    }
}

fn first_to_speak_of(sources: &Path, table: &str) -> io::Result<Option<String>> {
    let word = format!("\"{table}\"");
    let mut found: Option<(String, String)> = None;
    for folder in fs::read_dir(sources)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let name = file.file_name().to_string_lossy().into_owned();
            let is_earlier = found.as_ref().is_none_or(|(first, _)| name < *first);
            let is_migration = name.starts_with('m') && name != "mod.rs";
            if is_migration && is_earlier && fs::read_to_string(file.path())?.contains(&word) {
                let domain = folder.file_name().to_string_lossy().into_owned();
                found = Some((name, domain));
            }
        }
    }
    Ok(found.map(|(_, domain)| domain))
}

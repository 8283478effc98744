//! What may read a table from end to end, and what no test asks of PostgreSQL: declared, with a
//! reason each.

use std::{collections::BTreeSet, fs, path::Path};

/// The declarations, below the workspace's root.
pub(super) const FILE: &str = "tests/scans.md";

/// The tables of [`FILE`]: `| function | table | why |`, and `| function | why |`.
#[derive(Debug, Default)]
pub(super) struct Declared {
    scans: BTreeSet<(String, String)>,
    unseen: BTreeSet<String>,
}

impl Declared {
    pub(super) fn below(root: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(root.join(FILE));
        Self::parse(&text.map_err(|error| format!("{FILE}: {error}"))?)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut declared = Self::default();
        for (number, line) in text.lines().enumerate() {
            let Some(row) = line.strip_prefix("| `") else {
                continue;
            };
            let cells: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
            let name = |cell: &str| cell.trim_matches('`').to_owned();
            let is_new = match *cells {
                [function, table, why] if !why.is_empty() => {
                    declared.scans.insert((name(function), name(table)))
                }
                [function, why] if !why.is_empty() => declared.unseen.insert(name(function)),
                _ => {
                    return Err(format!(
                        "{FILE}, line {}: a row lacks its reason",
                        number + 1
                    ));
                }
            };
            if !is_new {
                return Err(format!("{FILE}, line {}: this is there twice", number + 1));
            }
        }
        Ok(declared)
    }

    pub(super) fn has_scan(&self, key: &(String, String)) -> bool {
        self.scans.contains(key)
    }

    pub(super) fn has_unseen(&self, function: &str) -> bool {
        self.unseen.contains(function)
    }

    /// What is declared and is not so.
    pub(super) fn stale(
        &self,
        needed: &BTreeSet<(String, String)>,
        unseen: &[String],
    ) -> Vec<String> {
        let scans = self.scans.difference(needed).map(|(function, table)| {
            format!("{FILE} declares that {function} reads all of `{table}`, which it does not")
        });
        let seen = self
            .unseen
            .iter()
            .filter(|name| !unseen.contains(name))
            .map(|name| {
                format!("{FILE} declares that no test asks {name} of PostgreSQL, which is not so")
            });
        scans
            .chain(seen)
            .map(|finding| format!("{finding}\n→ remove the row"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Scans\n\n| function | table | why |\n|---|---|---|\n\
                        | `a::b` | `t` | Few rows. |\n\n| function | why |\n|---|---|\n\
                        | `a::c` | SQLite's. |\n";

    #[test]
    fn what_is_declared_counts_until_it_is_not_so() {
        let declared = Declared::parse(TEXT).expect("sound");
        let key = ("a::b".to_owned(), "t".to_owned());
        assert!(declared.has_scan(&key));
        assert!(!declared.has_scan(&("a::b".into(), "u".into())));
        assert!(declared.has_unseen("a::c"));

        let needed = BTreeSet::from([key]);
        assert_eq!(
            declared.stale(&needed, &["a::c".into()]),
            Vec::<String>::new()
        );
        let stale = declared.stale(&BTreeSet::new(), &[]);
        assert_eq!(stale.len(), 2, "{stale:?}");
        assert!(stale[0].contains("a::b reads all of `t`"), "{stale:?}");
        assert!(stale[1].contains("a::c of PostgreSQL"), "{stale:?}");
    }

    #[test]
    fn every_row_has_a_reason_and_is_there_once() {
        for row in ["| `a::b` |", "| `a::b` | `t` |  |", "| `a::b` |  |"] {
            assert!(Declared::parse(row).is_err(), "{row}");
        }
        let twice = "| `a::b` | `t` | Few. |\n| `a::b` | `t` | Few. |";
        assert!(Declared::parse(twice).is_err());
    }
}

//! The functions of the workspace's sources: who issues a statement, and which of those in
//! repositories issue none.

use std::{
    fs, io,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use crate::{
    Backend,
    statements::{Place, Recorded},
};

/// Every function of the crates that serve.
#[derive(Debug)]
pub(super) struct Functions(Vec<Function>);

#[derive(Debug, PartialEq, Eq)]
struct Function {
    /// `projects::repository::task::list`.
    name: String,
    file: String,
    lines: RangeInclusive<u32>,
    is_async: bool,
}

impl Functions {
    pub(super) fn below(root: &Path) -> Result<Self, String> {
        let mut files = Vec::new();
        collect(&root.join("crates"), &mut files).map_err(|error| error.to_string())?;
        files.sort();
        let mut all = Vec::new();
        for path in files {
            let file = path.strip_prefix(root).unwrap_or(&path);
            let file = file.to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).map_err(|error| format!("{file}: {error}"))?;
            all.extend(parse(&file, &text));
        }
        Ok(Self(all))
    }

    /// Whose statement it is that was issued at `places`, and where: the repository's function that
    /// a service calls, else whatever is innermost.
    pub(super) fn origin(&self, places: &[Place]) -> (String, String) {
        let is_repository = |place: &Place| is_repository(&place.file);
        let first = places.iter().position(is_repository);
        let of_repository = first.and_then(|first| {
            let run = places[first..]
                .iter()
                .take_while(|place| is_repository(place));
            run.last()
        });
        let place = of_repository
            .or_else(|| {
                places
                    .iter()
                    .find(|place| !place.file.starts_with("crates/core/src/"))
            })
            .or(places.first());
        let Some(place) = place else {
            return ("unknown".to_owned(), String::new());
        };
        let function = self
            .at(place)
            .map_or(place.file.as_str(), |function| &function.name);
        (
            function.to_owned(),
            format!("{}:{}", place.file, place.line),
        )
    }

    /// The asynchronous functions of repositories that were not seen on PostgreSQL.
    pub(super) fn unseen(&self, recorded: &[Recorded]) -> Vec<String> {
        let places: Vec<&Place> = recorded
            .iter()
            .filter(|one| one.backend == Backend::Postgres)
            .flat_map(|one| &one.places)
            .collect();
        let unseen = self.0.iter().filter(|function| {
            let is_here = |place: &&Place| {
                place.file == function.file && function.lines.contains(&place.line)
            };
            function.is_async && is_repository(&function.file) && !places.iter().any(is_here)
        });
        unseen.map(|function| function.name.clone()).collect()
    }

    fn at(&self, place: &Place) -> Option<&Function> {
        // The innermost begins last.
        self.0
            .iter()
            .rfind(|function| function.file == place.file && function.lines.contains(&place.line))
    }
}

fn is_repository(file: &str) -> bool {
    file.contains("/repository/") || file.ends_with("/repository.rs")
}

/// The functions of one file. Formatted code ends a function with the brace below its first column.
fn parse(file: &str, text: &str) -> Vec<Function> {
    let module = module(file);
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let indent = &line[..line.len() - body.len()];
        let words: Vec<&str> = body
            .split(' ')
            .take_while(|word| !word.starts_with("//"))
            .collect();
        let Some(keyword) = words.iter().position(|word| *word == "fn") else {
            continue;
        };
        let is_head = words[..keyword].iter().all(|word| {
            word.starts_with("pub") || matches!(*word, "async" | "const" | "in" | "unsafe")
        });
        let name = words
            .get(keyword + 1)
            .and_then(|word| word.split(['(', '<']).next());
        let (true, Some(name)) = (is_head, name) else {
            continue;
        };
        let end = format!("{indent}}}");
        let length = lines[number..]
            .iter()
            .position(|line| *line == end)
            .unwrap_or_default();
        all.push(Function {
            name: format!("{module}::{name}"),
            file: file.to_owned(),
            lines: index(number)..=index(number + length),
            is_async: words[..keyword].contains(&"async"),
        });
    }
    all
}

/// `crates/domains/projects/src/repository/task.rs` is `projects::repository::task`.
fn module(file: &str) -> String {
    let (krate, path) = file.split_once("/src/").unwrap_or((file, ""));
    let krate = krate.rsplit('/').next().unwrap_or(krate);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "" | "lib" | "main" => krate.to_owned(),
        _ => format!("{krate}::{}", path.replace('/', "::")),
    }
}

/// A line's number, from 1.
fn index(line: usize) -> u32 {
    u32::try_from(line + 1).unwrap_or(u32::MAX)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir()
            && !["tests", "benches", "testkit", "bench"]
                .iter()
                .any(|one| name == *one)
        {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "crates/domains/projects/src/repository/task.rs";
    const TEXT: &str = "//! Queries.\n\npub(crate) async fn list(\n    a: u8,\n) -> u8 {\n    a\n}\n\n\
                        // What fn does.\nfn own() {\n}\n\nimpl A {\n    async fn of<T>(self) {\n    }\n}\n";

    #[test]
    fn functions_are_found_with_their_lines() {
        let found = parse(FILE, TEXT);
        let shown: Vec<_> = found
            .iter()
            .map(|one| {
                (
                    &*one.name,
                    *one.lines.start(),
                    *one.lines.end(),
                    one.is_async,
                )
            })
            .collect();
        let expected = [
            ("projects::repository::task::list", 3, 7, true),
            ("projects::repository::task::own", 10, 11, false),
            ("projects::repository::task::of", 14, 15, true),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_statement_is_its_repositorys_and_the_others_issue_none() {
        let functions = Functions(parse(FILE, TEXT));
        let place = |file: &str, line| Place {
            file: file.to_owned(),
            line,
        };
        let places = vec![
            place("crates/core/src/record.rs", 9),
            place(FILE, 6),
            place("crates/domains/projects/src/service/task.rs", 4),
        ];
        let (function, shown) = functions.origin(&places);
        assert_eq!(function, "projects::repository::task::list");
        assert_eq!(shown, format!("{FILE}:6"));
        let recorded = [Recorded {
            sql: String::new(),
            types: Vec::new(),
            places,
            backend: Backend::Postgres,
        }];
        assert_eq!(
            functions.unseen(&recorded),
            ["projects::repository::task::of"]
        );
    }
}

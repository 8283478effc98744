//! What a layer must not know: services and below no HTTP, and nobody but repositories SQL.

use super::File;

/// Where SQL as text is at home.
const SQL_FOLDERS: [&str; 7] = [
    "migration/",
    "crates/bench/",
    "crates/schema/",
    "crates/testkit/",
    "crates/core/src/database",
    "crates/core/src/page",
    "xtask/",
];

/// What can be decided from the text alone: a statement that is not built from entities.
const SQL: [&str; 4] = [
    "Statement::from",
    "execute_unprepared",
    "sqlx::query",
    "from_sql_and_values",
];

const INSERTS: [&str; 3] = [
    "Entity::insert(",
    ".insert(connection",
    ".insert(transaction",
];

const INSERT: &str = "insert with `record::insert`, which reads the statement to its end";

/// The rooms of a domain in which nobody has heard of HTTP.
const BELOW_HTTP: [&str; 4] = ["service", "repository", "model", "entity"];

const HTTP: [&str; 2] = ["actix_web", "StatusCode"];

pub(super) fn findings(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    if !may_speak_sql(file) {
        findings.extend(uses(file, &SQL, "SQL belongs into a repository"));
    }
    if is_sliced(&file.path) && !file.is_test() {
        findings.extend(uses(file, &INSERTS, INSERT));
    }
    if is_below_http(&file.path) {
        findings.extend(uses(file, &HTTP, "HTTP belongs into the router"));
    }
    findings
}

fn may_speak_sql(file: &File) -> bool {
    file.is_test()
        || SQL_FOLDERS
            .iter()
            .any(|folder| file.path.starts_with(folder))
        || room(&file.path) == Some("repository")
}

fn is_sliced(path: &str) -> bool {
    path.starts_with("crates/domains/") || path.starts_with("crates/auth/")
}

fn is_below_http(path: &str) -> bool {
    is_sliced(path) && room(path).is_some_and(|room| BELOW_HTTP.contains(&room))
}

/// The file or folder directly below `src/`, without the extension.
fn room(path: &str) -> Option<&str> {
    let (_, below) = path.split_once("/src/")?;
    below.split(['/', '.']).next()
}

fn uses(file: &File, words: &[&str], sentence: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in file.code() {
        for word in words.iter().filter(|word| line.contains(**word)) {
            findings.push(file.at(number, format!("`{word}`: {sentence}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn sql_is_for_repositories() {
        let text = "//! Doc.\nlet rows = sqlx::query(\"select 1\");\n";
        assert_eq!(findings(&file("crates/auth/src/service.rs", text)).len(), 1);
        assert_eq!(findings(&file("crates/core/src/health.rs", text)).len(), 1);
        assert!(findings(&file("crates/auth/src/repository.rs", text)).is_empty());
        assert!(findings(&file("crates/auth/src/repository/user.rs", text)).is_empty());
        assert!(findings(&file("crates/core/src/database/mod.rs", text)).is_empty());
        assert!(findings(&file("crates/core/tests/database/main.rs", text)).is_empty());
    }

    #[test]
    fn rows_are_inserted_by_the_record() {
        let text = "//! Doc.\nEntity::insert(row).exec(connection)\n";
        let path = "crates/domains/projects/src/repository/task.rs";
        assert_eq!(findings(&file(path, text)).len(), 1);
        assert!(findings(&file("crates/core/src/record.rs", text)).is_empty());
    }

    #[test]
    fn http_is_for_routers() {
        let text = "//! Doc.\nuse actix_web::web;\n";
        assert_eq!(
            findings(&file("crates/auth/src/service/user.rs", text)).len(),
            1
        );
        assert_eq!(
            findings(&file("crates/domains/posts/src/model.rs", text)).len(),
            1
        );
        assert!(findings(&file("crates/domains/posts/src/router.rs", text)).is_empty());
        assert!(findings(&file("crates/core/src/model.rs", text)).is_empty());
    }

    #[test]
    fn comments_may_speak_of_anything() {
        let text = "//! Doc.\n/// Never a StatusCode.\n";
        assert!(findings(&file("crates/auth/src/service.rs", text)).is_empty());
    }
}

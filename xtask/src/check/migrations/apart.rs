//! Schema and data change in migrations of their own: the one is quick and locks, the other takes its time.
//!
//! Judged by the words of `up` and what stands beside it: `down` brings back both at once. What a migration says in
//! other words is not seen.

use super::Migration;

const SCHEMA: [&str; 12] = [
    "create_table(",
    "alter_table(",
    "drop_table(",
    "rename_table(",
    "create_index(",
    "drop_index(",
    "create_foreign_key(",
    "drop_foreign_key(",
    "alter::table(",
    "\"CREATE ",
    "\"ALTER ",
    "\"DROP ",
];

const DATA: [&str; 7] = [
    "Query::insert(",
    "Query::update(",
    "Query::delete(",
    "batches::run(",
    "\"INSERT ",
    "\"UPDATE ",
    "\"DELETE ",
];

/// Those that were released before this was a rule.
const OLDER: [&str; 2] = [
    "m20261120_230000_create_passwords",
    "m20261120_230700_widen_users_role",
];

/// What is wrong with a migration that does both.
pub(super) fn finding(migration: &Migration) -> Option<String> {
    let Migration { domain, name, text } = migration;
    let code = without_down(text);
    let word = |words: &[&str]| {
        let code = code.to_lowercase();
        (words
            .iter()
            .find(|word| code.contains(&word.to_lowercase())))
        .map(|word| (*word).to_owned())
    };
    let (schema, data) = (word(&SCHEMA)?, word(&DATA)?);
    (!OLDER.contains(&name.as_str())).then(|| {
        format!(
            "migration/src/{domain}/{name}.rs changes the schema (`{}`) and rows (`{}`): write two migrations",
            schema.trim_matches(['"', ' ']),
            data.trim_matches(['"', ' '])
        )
    })
}

/// The code without comments and without `down`.
fn without_down(text: &str) -> String {
    let mut code = String::new();
    let mut is_down = false;
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        is_down |= line.starts_with("    async fn down(");
        if !is_down {
            code.push_str(line);
            code.push('\n');
        }
        is_down &= line != "    }";
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration(up: &str, down: &str) -> Migration {
        Migration {
            domain: "a".to_owned(),
            name: "m1_do_both".to_owned(),
            text: format!(
                "impl M {{\n    async fn up(&self) {{\n        {up}\n    }}\n\n    async fn down(&self) {{\n        {down}\n    }}\n}}\n"
            ),
        }
    }

    #[test]
    fn both_at_once_are_found() {
        let create = "manager.create_table(t()).await?;";
        for data in [
            "Query::update()",
            "db.run(\"insert into t\")",
            "batches::run(manager, B)",
        ] {
            let both = migration(&format!("{create}{data}"), "");
            assert!(finding(&both).is_some(), "{data}");
            assert!(finding(&migration(data, "")).is_none(), "{data}");
            assert!(
                finding(&migration(create, data)).is_none(),
                "{data} in down"
            );
        }
        assert!(finding(&migration(create, "")).is_none());
        let trigger = "\"CREATE TRIGGER t BEFORE UPDATE ON t\"";
        assert!(finding(&migration(trigger, "")).is_none());
    }
}

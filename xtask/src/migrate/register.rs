//! The lines that make a migration known, as edits of source text.

/// Adds a migration to the text of its domain's `mod.rs`; `None` when there is no list in it.
pub(crate) fn migration(text: &str, module: &str) -> Option<String> {
    let (before, after) = text.split_once("vec![")?;
    let (entries, after) = after.split_once(']')?;
    let entries = entries.trim_end().trim_end_matches(',');
    let separator = if entries.trim().is_empty() { "" } else { ", " };
    let before = with_module(before, |name| name.starts_with('m'), module)?;
    Some(format!(
        "{before}vec![{entries}{separator}Box::new({module}::Migration)]{after}"
    ))
}

/// Adds a domain to the text of the crate's `lib.rs`; `None` when there is no list in it.
pub(crate) fn domain(text: &str, domain: &str) -> Option<String> {
    const CALL: &str = "::migrations());";
    let last = text
        .lines()
        .rfind(|line| line.trim_start().starts_with("migrations.extend("))?;
    let name = last
        .trim()
        .strip_prefix("migrations.extend(")?
        .strip_suffix(CALL)?;
    let extended = format!("{last}\n    migrations.extend({domain}{CALL}");
    with_module(
        &text.replacen(last, &extended, 1),
        |known| known == name,
        domain,
    )
}

/// The text of a new domain's `mod.rs`, with its first migration.
pub(crate) fn first_list(domain: &str, module: &str) -> String {
    format!(
        "//! Migrations of {domain}.

use sea_orm_migration::MigrationTrait;

mod {module};

/// Every migration of {domain}.
pub(crate) fn migrations() -> Vec<Box<dyn MigrationTrait>> {{
    vec![Box::new({module}::Migration)]
}}
"
    )
}

/// Adds `mod <name>;` after the last module that fits.
fn with_module(text: &str, fits: impl Fn(&str) -> bool, name: &str) -> Option<String> {
    let last = text.lines().rfind(|line| {
        line.strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(';'))
            .is_some_and(&fits)
    })?;
    Some(text.replacen(last, &format!("{last}\nmod {name};"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_and_a_further_migration_are_listed() {
        let first = first_list("posts", "m1_create_posts");
        let both = migration(&first, "m2_create_drafts").expect("has a list");
        assert!(
            both.contains("mod m1_create_posts;\nmod m2_create_drafts;\n"),
            "{both}"
        );
        assert!(
            both.contains(
                "vec![Box::new(m1_create_posts::Migration), Box::new(m2_create_drafts::Migration)]"
            ),
            "{both}"
        );
    }

    #[test]
    fn a_list_over_many_lines_is_extended() {
        let text = "mod m1_a;\nmod m2_b;\nfn migrations() {\n    vec![\n        Box::new(m1_a::Migration),\n        Box::new(m2_b::Migration),\n    ]\n}\n";
        let text = migration(text, "m3_c").expect("has a list");
        assert!(
            text.contains("Box::new(m2_b::Migration), Box::new(m3_c::Migration)]"),
            "{text}"
        );
        assert!(text.contains("mod m2_b;\nmod m3_c;\n"), "{text}");
    }

    #[test]
    fn a_domain_is_listed_beside_the_others() {
        let text = "mod columns;\n\nmod auth;\nmod projects;\n\nfn every_domain() {\n    migrations.extend(auth::migrations());\n    migrations.extend(projects::migrations());\n}\n";
        assert_eq!(
            domain(text, "posts").expect("has a list"),
            "mod columns;\n\nmod auth;\nmod projects;\nmod posts;\n\nfn every_domain() {\n    migrations.extend(auth::migrations());\n    migrations.extend(projects::migrations());\n    migrations.extend(posts::migrations());\n}\n"
        );
    }

    #[test]
    fn what_is_laid_out_otherwise_is_left_alone() {
        assert_eq!(migration("//! Nothing here.\n", "m1_a"), None);
        assert_eq!(domain("//! Nothing here.\n", "posts"), None);
    }
}

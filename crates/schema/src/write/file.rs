//! A whole file.

use std::collections::BTreeSet;

use super::statement::{Statement, statements};
use crate::{
    Error, Step,
    difference::{enumerated, phrases},
};

/// About as many lines has a function that is not cut into several.
const LONGEST: usize = 50;

/// The longest line of a comment.
const WIDTH: usize = 100;

/// What a file brings along beside its two functions.
#[derive(Default)]
pub(super) struct Parts {
    /// Functions of `sea_orm_migration::schema`.
    pub(super) schema: BTreeSet<&'static str>,
    /// Modules of the migration crate.
    pub(super) ours: BTreeSet<&'static str>,
    /// Further functions, each with its name.
    pub(super) functions: Vec<(String, String)>,
}

/// The source of a migration that makes `steps`.
pub(super) fn text(domain: &str, steps: &[Step]) -> Result<String, Error> {
    let mut parts = Parts::default();
    let undone: Vec<_> = steps.iter().rev().map(Step::undone).collect();
    let up = body("up", statements(steps, true, &mut parts)?, &mut parts);
    let down = body("down", statements(&undone, false, &mut parts)?, &mut parts);
    let mut text = about(domain, steps);
    text.push_str("\nuse sea_orm_migration::prelude::*;\n");
    if !parts.schema.is_empty() {
        let names: Vec<_> = parts.schema.iter().copied().collect();
        text.push_str(&import("sea_orm_migration::schema", &names));
    }
    if !parts.ours.is_empty() {
        let names: Vec<_> = parts.ours.iter().copied().collect();
        text.push_str(&format!("\n{}", import("crate", &names)));
    }
    text.push_str(&format!(
        "
#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {{
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
{up}
    }}

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {{
{down}
    }}
}}
"
    ));
    for (_, function) in parts.functions {
        text.push_str(&format!("\n{function}"));
    }
    Ok(text)
}

fn import(from: &str, names: &[&str]) -> String {
    match names {
        [one] => format!("use {from}::{one};\n"),
        several => format!("use {from}::{{{}}};\n", several.join(", ")),
    }
}

/// The statements of a function; of many, calls of further functions, of one table each.
fn body(direction: &str, statements: Vec<Statement>, parts: &mut Parts) -> String {
    if statements.iter().map(Statement::lines).sum::<usize>() <= LONGEST {
        return lines(&statements);
    }
    let mut groups: Vec<Vec<Statement>> = Vec::new();
    for statement in statements {
        match groups.last_mut() {
            Some(group) if is_next(group, &statement) => group.push(statement),
            _ => groups.push(vec![statement]),
        }
    }
    let mut calls = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let table = &group[0].table;
        let before = groups[..place]
            .iter()
            .filter(|other| other[0].table == *table);
        let name = match before.count() {
            0 => format!("{direction}_{table}"),
            before => format!("{direction}_{table}_{}", before + 1),
        };
        let lines = lines(group);
        let function = format!(
            "async fn {name}(manager: &SchemaManager<'_>) -> Result<(), DbErr> {{\n{lines}\n}}\n"
        );
        calls.push(Statement {
            table: table.clone(),
            comment: None,
            code: format!("{name}(manager).await"),
        });
        parts.functions.push((name, function));
    }
    lines(&calls)
}

/// Whether a statement goes into the same function as those before it.
fn is_next(group: &[Statement], statement: &Statement) -> bool {
    let length: usize = group.iter().map(Statement::lines).sum();
    group[0].table == statement.table && length + statement.lines() <= LONGEST
}

fn lines(statements: &[Statement]) -> String {
    let mut text = String::new();
    for (place, statement) in statements.iter().enumerate() {
        if let Some(comment) = &statement.comment {
            let indent = "        // ";
            text.push_str(&wrapped(comment, indent, indent));
        }
        let is_last = place + 1 == statements.len();
        let is_loop = statement.code.starts_with("for ");
        text.push_str(&statement.code);
        match (is_loop, is_last) {
            (true, true) => text.push_str("\nOk(())"),
            (true, false) => text.push('\n'),
            (false, true) => (),
            (false, false) => text.push_str("?;\n"),
        }
    }
    text
}

/// What the file is about: one sentence, or a list.
fn about(domain: &str, steps: &[Step]) -> String {
    let phrases = phrases(steps);
    if phrases.len() > 3 {
        let list: String = phrases
            .iter()
            .map(|phrase| wrapped(phrase, "//! - ", "//!   "))
            .collect();
        return format!("//! What changed in the tables of {domain}:\n//!\n{list}");
    }
    let words: Vec<_> = phrases.iter().map(String::as_str).collect();
    let sentence = format!("{}.", enumerated(&words));
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let sentence: String = first.into_iter().chain(letters).collect();
    wrapped(&sentence, "//! ", "//! ")
}

/// Lines of which the first begins with `first` and the others with `next`.
fn wrapped(text: &str, first: &str, next: &str) -> String {
    let mut lines = String::new();
    let mut line = first.to_owned();
    for word in text.split(' ') {
        if line.len() + word.len() > WIDTH && line.len() > next.len() {
            lines.push_str(&format!("{}\n", line.trim_end()));
            line = next.to_owned();
        }
        line.push_str(&format!("{word} "));
    }
    lines + line.trim_end() + "\n"
}

//! Indexes as source.

use super::file::Parts;
use crate::{model::Index, sql::plain};

/// From how many alike on there is a loop.
const MANY: usize = 3;

/// How an index is made.
#[derive(PartialEq, Eq)]
enum Form {
    /// By a function of the migration crate's `indexes` that takes table and columns.
    Plain(&'static str),
    /// By one that takes a condition too.
    Over(&'static str, String),
    /// By SQL for each database.
    Spelt,
}

/// Statements that create indexes of a table.
pub(super) fn created<'a>(
    table: &str,
    indexes: impl Iterator<Item = &'a Index>,
    parts: &mut Parts,
) -> Vec<String> {
    let mut groups: Vec<(Form, Vec<&Index>)> = Vec::new();
    for index in indexes {
        parts.ours.insert("indexes");
        let form = form(table, index);
        match groups.iter_mut().find(|(other, _)| *other == form) {
            Some((_, group)) => group.push(index),
            None => groups.push((form, vec![index])),
        }
    }
    let statements = groups.into_iter().flat_map(|(form, group)| match form {
        Form::Plain(function) if group.len() >= MANY => vec![in_a_loop(table, function, &group)],
        form => group
            .iter()
            .map(|index| statement(table, &form, index))
            .collect(),
    });
    statements.collect()
}

fn statement(table: &str, form: &Form, index: &Index) -> String {
    let made = match form {
        Form::Plain(function) => format!(r#"{function}("{table}", &{})"#, columns(index)),
        Form::Over(function, condition) => {
            format!(
                r#"{function}("{table}", &{}, {condition:?})"#,
                columns(index)
            )
        }
        Form::Spelt => {
            let (postgres, sqlite) = (raw(&index.create.postgres), raw(&index.create.sqlite));
            return format!("indexes::spelt(manager, {postgres}, {sqlite}).await");
        }
    };
    format!("manager.create_index(indexes::{made}).await")
}

fn in_a_loop(table: &str, function: &str, indexes: &[&Index]) -> String {
    let lists = indexes.iter().enumerate().map(|(place, index)| {
        let slice = if place == 0 { "[..]" } else { "" };
        format!("&{}{slice}", columns(index))
    });
    let lists: Vec<_> = lists.collect();
    format!(
        r#"for columns in [{}] {{ manager.create_index(indexes::{function}("{table}", columns)).await?; }}"#,
        lists.join(", ")
    )
}

fn columns(index: &Index) -> String {
    let names: Vec<_> = index
        .keys
        .iter()
        .map(|key| key.by.sqlite.as_str())
        .collect();
    format!(r#"["{}"]"#, names.join(r#"", ""#))
}

fn form(table: &str, index: &Index) -> Form {
    let prefix = if index.is_unique { "ux" } else { "ix" };
    let names: Vec<_> = index
        .keys
        .iter()
        .map(|key| key.by.sqlite.as_str())
        .collect();
    let is_plain = index.name == format!("{prefix}_{table}_{}", names.join("_"))
        && index
            .keys
            .iter()
            .all(|key| key.is_column && !key.is_descending);
    if !is_plain {
        return Form::Spelt;
    }
    let condition = index.condition.sqlite.as_deref();
    let is_alive = condition.is_some_and(|sql| plain(sql) == "deleted_at is null");
    match (index.is_unique, condition) {
        (false, None) => Form::Plain("plain"),
        (true, None) => Form::Plain("unique"),
        (false, Some(_)) if is_alive => Form::Plain("alive"),
        (true, Some(_)) if is_alive => Form::Plain("unique_alive"),
        (false, Some(sql)) => Form::Over("over", sql.to_owned()),
        (true, Some(sql)) => Form::Over("unique_over", sql.to_owned()),
    }
}

/// A statement as a raw string; one that is too long for a line is broken where its parts begin.
fn raw(sql: &str) -> String {
    let sql = match sql.len() {
        0..=80 => sql.to_owned(),
        _ => sql.replacen(" ON ", "\n               ON ", 1).replacen(
            " WHERE ",
            "\n               WHERE ",
            1,
        ),
    };
    format!("r#\"{sql}\"#")
}

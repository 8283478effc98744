//! Steps as statements.

use super::{column, file::Parts, index, table};
use crate::{
    Error,
    kind::Kind,
    model::Column,
    step::{Rework, Step, is_demanding},
};

/// A statement of a function: a future's result, or a loop.
pub(super) struct Statement {
    /// The table that it is about.
    pub(super) table: String,
    /// What stands above it.
    pub(super) comment: Option<String>,
    pub(super) code: String,
}

impl Statement {
    /// About how many lines it has once it is formatted.
    pub(super) fn lines(&self) -> usize {
        2 + self.code.len() / 16 + usize::from(self.comment.is_some())
    }
}

/// The statements of steps, in their order.
pub(super) fn statements(
    steps: &[Step],
    is_up: bool,
    parts: &mut Parts,
) -> Result<Vec<Statement>, Error> {
    let mut all = Vec::new();
    for group in steps.chunk_by(are_indexes_of_one_table) {
        let table = group[0].table().to_owned();
        let dangers = if is_up {
            group[0].dangers()
        } else {
            Vec::new()
        };
        let mut comment =
            (!dangers.is_empty()).then(|| format!("Destructive: {}.", dangers.join("; ")));
        let codes = match &group[0] {
            Step::CreateIndex { .. } => {
                let indexes = group.iter().filter_map(|step| match step {
                    Step::CreateIndex { index, .. } => Some(index),
                    _ => None,
                });
                index::created(&table, indexes, parts)
            }
            Step::AddColumn { column, fills, .. } if *fills && is_demanding(column) => {
                comment =
                    Some("What stood there is gone: rows get a value that says nothing.".into());
                codes(&group[0], parts)?
            }
            step => codes(step, parts)?,
        };
        for code in codes {
            all.push(Statement {
                table: table.clone(),
                comment: comment.take(),
                code,
            });
        }
    }
    Ok(all)
}

fn are_indexes_of_one_table(one: &Step, other: &Step) -> bool {
    matches!((one, other), (Step::CreateIndex { table, .. }, Step::CreateIndex { table: next, .. }) if table == next)
}

fn codes(step: &Step, parts: &mut Parts) -> Result<Vec<String>, Error> {
    Ok(match step {
        Step::CreateTable(new) => {
            let name = table::created(new, parts)?;
            let mut codes = vec![format!("manager.create_table({name}()).await")];
            codes.extend(index::created(&new.name, new.indexes.values(), parts));
            codes
        }
        Step::DropTable(old) => vec![format!(
            r#"manager.drop_table(Table::drop().table("{}").take()).await"#,
            old.name
        )],
        Step::RenameTable { old, new } => vec![format!(
            r#"manager.rename_table(Table::rename().table("{old}", "{new}").take()).await"#
        )],
        Step::RenameColumn { table, old, new } => {
            vec![altered(
                table,
                &format!(r#"rename_column("{old}", "{new}")"#),
            )]
        }
        Step::AddColumn {
            table,
            column,
            fills,
        } => added(table, column, *fills, parts)?,
        Step::DropColumn { table, column } => {
            vec![altered(
                table,
                &format!(r#"drop_column("{}")"#, column.name),
            )]
        }
        Step::CreateIndex { table, index } => index::created(table, [index].into_iter(), parts),
        Step::DropIndex { index, .. } => vec![format!(
            r#"manager.drop_index(Index::drop().name("{}").to_owned()).await"#,
            index.name
        )],
        Step::Rework { table, changes } => {
            let changes: Vec<_> = changes
                .iter()
                .map(|change| rework(table, change, parts))
                .collect::<Result<_, _>>()?;
            vec![reworked(table, &changes.join(""), parts)]
        }
    })
}

fn altered(table: &str, change: &str) -> String {
    format!(r#"manager.alter_table(Table::alter().table("{table}").{change}.take()).await"#)
}

fn reworked(table: &str, changes: &str, parts: &mut Parts) -> String {
    parts.ours.insert("alter");
    format!(r#"alter::table("{table}"){changes}.apply(manager).await"#)
}

fn added(table: &str, new: &Column, fills: bool, parts: &mut Parts) -> Result<Vec<String>, Error> {
    let code = column::code(table, new, parts)?;
    if is_demanding(new) && fills {
        let nothing = nothing(table, new, parts)?;
        let filled = column::with_default(table, new, Some(nothing), parts)?;
        return Ok(vec![
            altered(table, &format!("add_column({filled})")),
            reworked(table, &format!(".column({code})"), parts),
        ]);
    }
    // SQLite adds no column that rows had to bring a value for, or whose default is reckoned.
    if is_demanding(new) || column::is_reckoned(new) {
        let change = format!(".add_column({code})");
        return Ok(vec![reworked(table, &change, parts)]);
    }
    Ok(vec![altered(table, &format!("add_column({code})"))])
}

fn rework(table: &str, change: &Rework, parts: &mut Parts) -> Result<String, Error> {
    Ok(match change {
        Rework::Column { old, new, .. } if !converts(old, new) => {
            let (name, from, to) = (&new.name, &old.kind.postgres, &new.kind.postgres);
            return Err(Error::ByHand(format!(
                "{table}.{name} becomes {to}: what that makes of a {from}, each database says in its own way"
            )));
        }
        Rework::Column { old, new, fills } => {
            let code = column::code(table, new, parts)?;
            if *fills && old.is_null && is_demanding(new) {
                let nothing = nothing(table, new, parts)?;
                format!(".column_or({code}, {nothing})")
            } else {
                format!(".column({code})")
            }
        }
        Rework::AddForeignKey(key) => {
            format!(".add_foreign_key({})", table::foreign_key(table, key))
        }
        Rework::DropForeignKey(key) => {
            let columns = key.columns.join(r#"", ""#);
            format!(r#".drop_foreign_key("{}", &["{columns}"])"#, key.name)
        }
    })
}

fn converts(old: &Column, new: &Column) -> bool {
    match (Kind::of(old), Kind::of(new)) {
        (Some(old), Some(new)) => old.converts_to(&new),
        // No helper makes it: that is told where it is asked for.
        _ => true,
    }
}

fn nothing(table: &str, column: &Column, parts: &mut Parts) -> Result<&'static str, Error> {
    let kind = Kind::of(column).ok_or_else(|| column::unknown(table, column))?;
    let nothing = kind.nothing();
    if nothing.starts_with("columns::") {
        parts.ours.insert("columns");
    }
    Ok(nothing)
}

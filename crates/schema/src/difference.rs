//! What is between the schema that migrations make and the one that entities declare.

use std::collections::BTreeSet;

use crate::{
    Error, Rename, Schema,
    model::{Column, ForeignKey, Index, Key, Table},
    step::{Rework, Step},
};

/// The steps from the one to the other, in an order in which they can be made.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Difference {
    /// Why it loses data or an index, or fails on data; and what can be done about it.
    pub fn dangers(&self) -> Vec<String> {
        let mut dangers = Vec::new();
        for step in &self.steps {
            let remedy = step.remedy().map(|remedy| format!(": {remedy}"));
            let remedy = remedy.unwrap_or_default();
            dangers.extend((step.dangers().iter()).map(|danger| format!("{danger}{remedy}")));
        }
        dangers
    }

    /// What it does, step by step in words that follow "The migration".
    pub fn phrases(&self) -> Vec<String> {
        phrases(&self.steps)
    }
}

/// What steps do. Those that do the same one after the other share the verb.
pub(crate) fn phrases(steps: &[Step]) -> Vec<String> {
    let all: Vec<_> = steps.iter().flat_map(Step::phrases).collect();
    all.chunk_by(|(verb, _), (next, _)| verb == next)
        .map(|group| {
            let what: Vec<_> = group.iter().map(|(_, what)| what.as_str()).collect();
            format!("{} {}", group[0].0, enumerated(&what))
        })
        .collect()
}

/// `a, b and c`.
pub(crate) fn enumerated(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// What makes `wanted` of `current`.
///
/// # Errors
///
/// When a rename fits nothing, or a primary key is another.
pub fn difference(
    mut current: Schema,
    wanted: &Schema,
    renames: &[Rename],
) -> Result<Difference, Error> {
    let mut steps = Vec::new();
    for rename in renames {
        steps.push(rename.apply(&mut current, wanted)?);
    }
    let (known, new): (Vec<_>, Vec<_>) =
        (wanted.values()).partition(|table| current.contains_key(&table.name));
    steps.extend(by_reference(new).into_iter().map(Step::CreateTable));
    for table in known {
        steps.extend(changes(&current[&table.name], table)?);
    }
    let gone = (current.values()).filter(|table| !wanted.contains_key(&table.name));
    let gone = by_reference(gone.collect());
    steps.extend(gone.into_iter().rev().map(Step::DropTable));
    Ok(Difference { steps })
}

/// Each table behind those that it refers to.
fn by_reference(mut waiting: Vec<&Table>) -> Vec<Table> {
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let names: BTreeSet<_> = waiting.iter().map(|table| &table.name).collect();
        let waits = |table: &&Table| {
            let keys = table.foreign_keys.values();
            keys.into_iter()
                .any(|key| key.table != table.name && names.contains(&key.table))
        };
        let (rest, ready): (Vec<_>, Vec<_>) = waiting.iter().copied().partition(waits);
        let is_circle = ready.is_empty();
        order.extend(ready.into_iter().cloned());
        if is_circle {
            // No database lets one be made.
            order.extend(rest.into_iter().cloned());
            break;
        }
        waiting = rest;
    }
    order
}

fn changes(old: &Table, new: &Table) -> Result<Vec<Step>, Error> {
    let table = new.name.clone();
    if old.primary_key != new.primary_key {
        return Err(Error::ByHand(format!(
            "the primary key of {table} is another"
        )));
    }
    let mut steps = Vec::new();
    for index in old.indexes.values() {
        if new.indexes.get(&index.name) != Some(index) {
            steps.push(Step::DropIndex {
                table: table.clone(),
                index: index.clone(),
                is_lost: is_lost(index, new),
            });
        }
    }
    for column in &new.columns {
        if old.column(&column.name).is_none() {
            steps.push(Step::AddColumn {
                table: table.clone(),
                column: column.clone(),
                fills: false,
            });
        }
    }
    let changes = reworks(old, new)?;
    if !changes.is_empty() {
        steps.push(Step::Rework {
            table: table.clone(),
            changes,
        });
    }
    for column in &old.columns {
        if new.column(&column.name).is_none() {
            steps.push(Step::DropColumn {
                table: table.clone(),
                column: column.clone(),
            });
        }
    }
    for index in new.indexes.values() {
        if old.indexes.get(&index.name) != Some(index) {
            steps.push(Step::CreateIndex {
                table: table.clone(),
                index: index.clone(),
            });
        }
    }
    Ok(steps)
}

/// Whether an index goes that may have been made by hand, and whose work no other does. Of one that names a column which goes
/// with it, that is told already.
fn is_lost(index: &Index, new: &Table) -> bool {
    let is_there = |key: &Key| !key.is_column || new.column(&key.by.sqlite).is_some();
    !new.indexes.contains_key(&index.name)
        && index.keys.iter().all(is_there)
        && !(new.indexes.values()).any(|other| other.stands_for(index))
}

fn reworks(old: &Table, new: &Table) -> Result<Vec<Rework>, Error> {
    let mut changes = Vec::new();
    let missing = |from: &Table, key: &ForeignKey| from.foreign_keys.get(&key.name) != Some(key);
    for key in old.foreign_keys.values().filter(|key| missing(new, key)) {
        changes.push(Rework::DropForeignKey(key.clone()));
    }
    for column in &new.columns {
        match old.column(&column.name) {
            Some(before) if before != column => changes.push(rework(&new.name, before, column)?),
            _ => (),
        }
    }
    for key in new.foreign_keys.values().filter(|key| missing(old, key)) {
        changes.push(Rework::AddForeignKey(key.clone()));
    }
    Ok(changes)
}

fn rework(table: &str, old: &Column, new: &Column) -> Result<Rework, Error> {
    if old.counts != new.counts {
        let name = &new.name;
        let what = format!("whether {table}.{name} is counted up is another");
        return Err(Error::ByHand(what));
    }
    Ok(Rework::Column {
        old: old.clone(),
        new: new.clone(),
        fills: false,
    })
}

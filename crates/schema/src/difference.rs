//! What is between the schema that migrations make and the one that entities declare.

use std::collections::BTreeMap;

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
    let (new, later) = by_reference(new);
    steps.extend(new.into_iter().map(Step::CreateTable));
    steps.extend(
        later
            .iter()
            .map(|(table, keys)| reworked(table, keys, Rework::AddForeignKey)),
    );
    for table in known {
        steps.extend(changes(&current[&table.name], table)?);
    }
    let gone = (current.values()).filter(|table| !wanted.contains_key(&table.name));
    let (gone, earlier) = by_reference(gone.collect());
    steps.extend(
        earlier
            .iter()
            .map(|(table, keys)| reworked(table, keys, Rework::DropForeignKey)),
    );
    steps.extend(gone.into_iter().rev().map(Step::DropTable));
    Ok(Difference { steps })
}

fn reworked(table: &str, keys: &[ForeignKey], change: fn(ForeignKey) -> Rework) -> Step {
    Step::Rework {
        table: table.to_owned(),
        changes: keys.iter().cloned().map(change).collect(),
    }
}

/// Foreign keys, with the table that has them.
type Keys = Vec<(String, Vec<ForeignKey>)>;

/// Each table behind those that it refers to. Where they refer to each other, one is without the keys that are in the way, which
/// come apart.
fn by_reference(tables: Vec<&Table>) -> (Vec<Table>, Keys) {
    let mut waiting: BTreeMap<String, Table> = (tables.into_iter())
        .map(|table| (table.name.clone(), table.clone()))
        .collect();
    let (mut order, mut apart) = (Vec::new(), Keys::new());
    while let Some(mut table) = next(&waiting).and_then(|name| waiting.remove(&name)) {
        let keys = (table.foreign_keys)
            .extract_if(.., |_, key| waiting.contains_key(&key.table))
            .map(|(_, key)| key)
            .collect::<Vec<_>>();
        if !keys.is_empty() {
            apart.push((table.name.clone(), keys));
        }
        order.push(table);
    }
    (order, apart)
}

/// The table that refers to none of the others; where all do, one of a circle.
fn next(waiting: &BTreeMap<String, Table>) -> Option<String> {
    let referred = |table: &Table| {
        let mut keys = table.foreign_keys.values();
        let key = keys.find(|key| key.table != table.name && waiting.contains_key(&key.table))?;
        waiting.get(&key.table)
    };
    let mut table = (waiting.values())
        .find(|table| referred(table).is_none())
        .or_else(|| waiting.values().next())?;
    // Whoever follows references as often as there are tables has come into a circle.
    for _ in 0..waiting.len() {
        table = referred(table).unwrap_or(table);
    }
    Some(table.name.clone())
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

//! Two versions of the contract, operation by operation.

use serde_json::Value;

use super::change::{Change, collected};
use super::document::{Operation, operations, text};
use super::{body, parameter, security};
use crate::json_schema::{Difference, Documents, Side};

/// Of an operation: what describes it, and what is compared by name.
const JUDGED: [&str; 9] = [
    "deprecated",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "summary",
];

/// An operation in both versions.
pub(super) struct Both<'a> {
    pub(super) documents: &'a Documents<'a>,
    pub(super) name: String,
    pub(super) old: Operation<'a>,
    pub(super) new: Operation<'a>,
}

impl Both<'_> {
    /// Something of the operation, as the subject of a change.
    pub(super) fn subject(&self, place: &str) -> String {
        format!("{}: {place}", self.name)
    }

    /// What differs between the schemas of two of its parts.
    pub(super) fn in_schemas(
        &self,
        side: Side,
        place: &str,
        old: &Value,
        new: &Value,
    ) -> Vec<Change> {
        let schema = |part: &Value| part.get("schema").cloned().unwrap_or(Value::Bool(true));
        let differences = self.documents.differences(side, &schema(old), &schema(new));
        let change =
            |difference: Difference| Change::in_schema(difference, side, &self.name, place);
        differences.into_iter().map(change).collect()
    }
}

/// Every change from one document to the other, what breaks clients first.
pub(crate) fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let documents = Documents::new(old, new);
    let mut changes = of_the_whole(old, new);
    let mut current = operations(new);
    for (address, was) in operations(old) {
        let name = format!("{} {}", address.1, was.path);
        match current.remove(&address) {
            None => changes.push(Change::breaking(&name, "is gone", "clients call it")),
            Some(is) => changes.extend(of_operation(&Both {
                documents: &documents,
                name,
                old: was,
                new: is,
            })),
        }
    }
    let come = current.into_iter().map(|((_, method), operation)| {
        Change::harmless(&format!("{method} {}", operation.path), "is new")
    });
    collected(changes.into_iter().chain(come))
}

fn of_the_whole(old: &Value, new: &Value) -> Vec<Change> {
    let urls = |document: &Value| -> Vec<String> {
        let servers = document["servers"].as_array().into_iter().flatten();
        servers
            .map(|server| text(server, "url").to_owned())
            .collect()
    };
    let served = urls(new);
    let gone = urls(old).into_iter().filter(|url| !served.contains(url));
    let mut changes: Vec<Change> = gone
        .map(|url| Change::breaking(&format!("the server {url}"), "is gone", "clients call it"))
        .collect();
    if old["webhooks"] != new["webhooks"] {
        changes.push(Change::breaking(
            "webhooks",
            "differ",
            "it cannot be judged",
        ));
    }
    changes.extend(security::schemes(old, new));
    changes
}

fn of_operation(both: &Both<'_>) -> Vec<Change> {
    let (was, is) = (both.old.value, both.new.value);
    let is_around_same = both.old.path == both.new.path
        && both.old.security() == both.new.security()
        && both.old.parameters() == both.new.parameters();
    if is_around_same && both.documents.are_same(was, is) {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let (old, new) = (text(was, "operationId"), text(is, "operationId"));
    if !old.is_empty() && old != new {
        let why = "generated clients call it by that name";
        let change = Change::breaking(&both.name, "operationId", why);
        changes.push(change.between(old, new));
    }
    if is["deprecated"] == true && was["deprecated"] != true {
        changes.push(Change::harmless(&both.name, "is deprecated"));
    }
    changes.extend(security::changes(both));
    changes.extend(parameter::changes(both));
    changes.extend(body::of_request(both));
    changes.extend(body::of_answers(both));
    let names = was
        .as_object()
        .into_iter()
        .chain(is.as_object())
        .flatten()
        .map(|(name, _)| name);
    for name in names.filter(|name| is_unknown(name) && was[name.as_str()] != is[name.as_str()]) {
        changes.push(Change::breaking(
            &both.subject(name),
            "differs",
            "it cannot be judged",
        ));
    }
    changes
}

/// Whether nobody here knows what a member of an operation means. Tags only sort.
fn is_unknown(name: &str) -> bool {
    !JUDGED.contains(&name) && name != "tags" && !name.starts_with("x-")
}

//! Parameters: what clients send in paths, queries, headers and cookies.

use serde_json::Value;

use super::change::Change;
use super::compare::Both;
use super::document::text;
use crate::json_schema::Side;

pub(super) fn changes(both: &Both<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut current = both.new.parameters();
    for (address, was) in both.old.parameters() {
        match current.remove(&address) {
            None => {
                let why = "clients that send it are refused or overlooked";
                changes.push(Change::breaking(&both.subject(&place(was)), "is gone", why));
            }
            Some(is) => changes.extend(of_parameter(both, was, is)),
        }
    }
    changes.extend(current.into_values().map(|is| {
        let subject = both.subject(&place(is));
        if is["required"] == true {
            let why = "clients do not send it, and are refused";
            Change::breaking(&subject, "is new and required", why)
        } else {
            Change::harmless(&subject, "is new")
        }
    }));
    changes
}

fn of_parameter(both: &Both<'_>, was: &Value, is: &Value) -> Vec<Change> {
    let place = place(was);
    let subject = both.subject(&place);
    let mut changes: Vec<Change> = required(&subject, was, is).into_iter().collect();
    let (old, new) = (text(was, "name"), text(is, "name"));
    if old != new {
        // No request tells the name of a place in a path, but the arguments of generated clients have it. A header's name differs
        // in case alone here, which neither knows.
        let change = match text(was, "in") {
            "path" => Change::breaking(&subject, "name", "generated clients pass it by that name"),
            _ => Change::harmless(&subject, "name"),
        };
        changes.push(change.between(old, new));
    }
    let (old, new) = (form(was), form(is));
    if old != new {
        let why = "clients write it the old way";
        changes.push(Change::breaking(&subject, "form", why).between(old, new));
    }
    if is["deprecated"] == true && was["deprecated"] != true {
        changes.push(Change::harmless(&subject, "is deprecated"));
    }
    changes.extend(both.in_schemas(Side::Request, &place, described(was), described(is)));
    changes
}

/// A part of a request that has to be there now, or need not be any more.
pub(super) fn required(subject: &str, was: &Value, is: &Value) -> Option<Change> {
    let why = "clients that leave it out are refused";
    match (was["required"] == true, is["required"] == true) {
        (false, true) => Some(Change::breaking(subject, "is required now", why)),
        (true, false) => Some(Change::harmless(subject, "is optional now")),
        _ => None,
    }
}

/// How it is written, and in which media type where it has one; with the defaults of OpenAPI.
fn form(parameter: &Value) -> String {
    let usual = match text(parameter, "in") {
        "query" | "cookie" => "form",
        _ => "simple",
    };
    let style = parameter["style"].as_str().unwrap_or(usual);
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    let media = parameter["content"]
        .as_object()
        .and_then(|content| content.keys().next());
    let form = if explode { "exploded" } else { "joined" };
    match media {
        Some(media) => media.clone(),
        None => format!("{style}, {form}"),
    }
}

/// What has its schema: the parameter, or the one media type of its content.
fn described(parameter: &Value) -> &Value {
    let content = parameter["content"].as_object();
    content
        .and_then(|content| content.values().next())
        .unwrap_or(parameter)
}

fn place(parameter: &Value) -> String {
    format!("{} {}", text(parameter, "in"), text(parameter, "name"))
}

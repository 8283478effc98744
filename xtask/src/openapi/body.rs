//! Bodies: what is sent, and what is answered.

use serde_json::{Map, Value};

use super::change::Change;
use super::compare::Both;
use super::parameter::required;
use crate::json_schema::Side;

/// What is not worth a word.
const USUAL: &str = "application/json";

pub(super) fn of_request(both: &Both<'_>) -> Vec<Change> {
    let place = "body";
    let subject = both.subject(place);
    let was = both
        .old
        .value
        .get("requestBody")
        .map(|body| both.old.resolved(body));
    let is = both
        .new
        .value
        .get("requestBody")
        .map(|body| both.new.resolved(body));
    match (was, is) {
        (None, None) => Vec::new(),
        (Some(_), None) => {
            let why = "what clients send is refused or overlooked";
            vec![Change::breaking(&subject, "is gone", why)]
        }
        (None, Some(is)) if is["required"] == true => {
            let why = "clients do not send it, and are refused";
            vec![Change::breaking(&subject, "is new and required", why)]
        }
        (None, Some(_)) => vec![Change::harmless(&subject, "is new")],
        (Some(was), Some(is)) => {
            let mut changes: Vec<Change> = required(&subject, was, is).into_iter().collect();
            changes.extend(of_content(both, Side::Request, place, was, is));
            changes
        }
    }
}

pub(super) fn of_answers(both: &Both<'_>) -> Vec<Change> {
    let (was, is) = (
        object(&both.old.value["responses"]),
        object(&both.new.value["responses"]),
    );
    let mut changes = Vec::new();
    for (status, was) in &was {
        let place = format!("answer {status}");
        let Some(is) = is.get(status.as_str()) else {
            let why = "clients wait for it";
            changes.push(Change::breaking(&both.subject(&place), "is gone", why));
            continue;
        };
        if !both.documents.are_same(was, is) {
            let (was, is) = (both.old.resolved(was), both.new.resolved(is));
            changes.extend(of_content(both, Side::Answer, &place, was, is));
            changes.extend(of_headers(both, &place, was, is));
        }
    }
    for status in is
        .keys()
        .filter(|status| !was.contains_key(status.as_str()))
    {
        let subject = both.subject(&format!("answer {status}"));
        changes.push(if status.starts_with(['2', '3']) {
            let why = "clients do not know what it means";
            Change::breaking(&subject, "is new", why)
        } else {
            // Whoever calls over a network is ready for failures.
            Change::harmless(&subject, "is new")
        });
    }
    changes
}

fn of_content(both: &Both<'_>, side: Side, place: &str, was: &Value, is: &Value) -> Vec<Change> {
    let (was, is) = (object(&was["content"]), object(&is["content"]));
    let place = |media: &str| match media {
        USUAL => place.to_owned(),
        media => format!("{place} as {media}"),
    };
    let mut changes = Vec::new();
    for (media, was) in &was {
        let place = place(media);
        let Some(is) = is.get(media.as_str()) else {
            let why = match side {
                Side::Request => "clients send it",
                Side::Answer => "clients read it",
            };
            changes.push(Change::breaking(&both.subject(&place), "is gone", why));
            continue;
        };
        if was["encoding"] != is["encoding"] {
            let why = "it cannot be judged";
            changes.push(Change::breaking(
                &both.subject(&place),
                "encoding differs",
                why,
            ));
        }
        changes.extend(both.in_schemas(side, &place, was, is));
    }
    let come = is.keys().filter(|media| !was.contains_key(media.as_str()));
    changes.extend(come.map(|media| Change::harmless(&both.subject(&place(media)), "is new")));
    changes
}

fn of_headers(both: &Both<'_>, place: &str, was: &Value, is: &Value) -> Vec<Change> {
    let named = |answer: &Value| -> Map<String, Value> {
        let headers = object(&answer["headers"]).into_iter();
        headers
            .map(|(name, header)| (name.to_lowercase(), header))
            .collect()
    };
    let (was, is) = (named(was), named(is));
    let mut changes = Vec::new();
    for (name, was) in &was {
        let place = format!("{place} header {name}");
        let subject = both.subject(&place);
        let was = both.old.resolved(was);
        let Some(is) = is.get(name) else {
            changes.push(Change::breaking(&subject, "is gone", "clients read it"));
            continue;
        };
        let is = both.new.resolved(is);
        match (was["required"] == true, is["required"] == true) {
            (true, false) => {
                let why = "clients rely on it";
                changes.push(Change::breaking(&subject, "may be absent now", why));
            }
            (false, true) => changes.push(Change::harmless(&subject, "is always there now")),
            _ => {}
        }
        changes.extend(both.in_schemas(Side::Answer, &place, was, is));
    }
    let come = is.keys().filter(|name| !was.contains_key(name.as_str()));
    let subject = |name: &String| both.subject(&format!("{place} header {name}"));
    changes.extend(come.map(|name| Change::harmless(&subject(name), "is new")));
    changes
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

//! Whether who reads what was published can read what is published now.

use std::collections::BTreeSet;

use super::contract::{Contract, Event, EventId};
use super::retired::LIST;
use crate::history::{self, Version};
use crate::json_schema::breaks;

/// A sentence for every break, once, however many versions tell of it.
pub(super) fn findings(
    published: &[Version],
    current: &Contract,
    retired: &BTreeSet<EventId>,
) -> Vec<String> {
    let back = current.events.keys().filter(|id| retired.contains(id));
    let mut findings: Vec<String> = back
        .map(|id| format!("{id} is retired in {LIST} and yet published: give it a new version"))
        .collect();
    findings.extend(history::said_of(published, |version| {
        // Not even a document of ours: nobody can have relied on it.
        let contract = Contract::parse(&version.text);
        contract
            .map(|contract| sentences(&contract, current, retired))
            .unwrap_or_default()
    }));
    findings
}

fn sentences(published: &Contract, current: &Contract, retired: &BTreeSet<EventId>) -> Vec<String> {
    let mut sentences: Vec<String> = breaks(&published.headers, &current.headers)
        .into_iter()
        .map(|broken| format!("headers: {broken}: readers rely on them"))
        .collect();
    for (id, was) in published
        .events
        .iter()
        .filter(|(id, _)| !retired.contains(id))
    {
        match current.events.get(id) {
            None => sentences.push(format!(
                "{id} is gone: publish it until nobody reads it, then list it in {LIST}"
            )),
            Some(is) => sentences.extend(changes(was, is).into_iter().map(|change| {
                let next = id.version + 1;
                format!("{id}: {change}: publish {} v{next} beside it", id.name)
            })),
        }
    }
    sentences
}

fn changes(was: &Event, is: &Event) -> Vec<String> {
    let mut changes = Vec::new();
    for (what, was, is) in [
        ("its topic", &was.address, &is.address),
        ("its content type", &was.content_type, &is.content_type),
        ("its key", &was.key, &is.key),
    ] {
        if let Some(was) = was
            && Some(was) != is.as_ref()
        {
            let is = is.as_deref().unwrap_or("unknown");
            changes.push(format!("{what} is {is} now, and was {was}"));
        }
    }
    let payload = breaks(&was.payload, &is.payload);
    changes.extend(payload.iter().map(ToString::to_string));
    changes
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn document(messages: &[(&str, u64, Value)]) -> String {
        let id = |name: &str, version: &u64| format!("{name}.v{version}");
        let mut document = json!({
            "channels": { "post": { "address": "{prefix}post", "messages": {} } },
            "components": { "messages": {}, "schemas": { "headers": { "type": "object" } } },
        });
        for (name, version, payload) in messages {
            document["channels"]["post"]["messages"][id(name, version)] = json!({});
            document["components"]["messages"][id(name, version)] = json!({
                "name": name,
                "contentType": "application/json",
                "x-version": version,
                "x-key": "post_id",
                "payload": payload,
            });
        }
        document.to_string()
    }

    fn with_title(title: &str) -> Value {
        json!({ "type": "object", "properties": { title: { "type": "string" } }, "required": [title] })
    }

    fn version(commit: &str, text: String) -> Version {
        let commit = commit.to_owned();
        Version { commit, text }
    }

    fn told(published: &[Version], current: &str, retired: &[(&str, u64)]) -> Vec<String> {
        let retired = retired.iter().map(|(name, version)| EventId {
            name: (*name).to_owned(),
            version: *version,
        });
        let current = Contract::parse(current).expect("a document");
        findings(published, &current, &retired.collect())
    }

    #[test]
    fn nothing_is_found_where_nothing_changed_or_something_came() {
        let old = document(&[("post.created", 1, with_title("title"))]);
        let new = document(&[
            ("post.created", 1, with_title("title")),
            ("post.created", 2, with_title("name")),
            ("post.deleted", 1, json!({})),
        ]);
        assert_eq!(told(&[version("a", old)], &new, &[]), Vec::<String>::new());
        assert_eq!(told(&[], &new, &[]), Vec::<String>::new());
    }

    #[test]
    fn a_changed_payload_is_told_once_with_what_to_do() {
        let old = document(&[("post.created", 1, with_title("title"))]);
        let new = document(&[("post.created", 1, with_title("name"))]);
        let versions = [version("newer", old.clone()), version("older", old)];
        let expected = "post.created v1: /title is gone: publish post.created v2 beside it (published in newer)";
        assert_eq!(told(&versions, &new, &[]), [expected]);
    }

    #[test]
    fn every_version_counts_and_not_the_last_alone() {
        let old = document(&[("post.created", 1, with_title("title"))]);
        let between = document(&[("post.created", 1, json!({ "type": "object" }))]);
        let versions = [version("newer", between.clone()), version("older", old)];
        let told = told(&versions, &between, &[]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].ends_with("(published in older)"), "{told:?}");
    }

    #[test]
    fn an_event_that_is_gone_is_told_unless_it_is_retired() {
        let old = document(&[("post.created", 1, json!({}))]);
        let new = document(&[("post.created", 2, json!({}))]);
        let gone = told(&[version("a", old.clone())], &new, &[]);
        assert_eq!(gone.len(), 1, "{gone:?}");
        assert!(gone[0].starts_with("post.created v1 is gone"), "{gone:?}");
        let retired = told(&[version("a", old)], &new, &[("post.created", 1)]);
        assert_eq!(retired, Vec::<String>::new());
    }

    #[test]
    fn a_retired_event_does_not_come_back() {
        let new = document(&[("post.created", 1, json!({}))]);
        let told = told(&[], &new, &[("post.created", 1)]);
        assert_eq!(told.len(), 1, "{told:?}");
    }

    #[test]
    fn key_topic_and_content_type_stay() {
        let old = document(&[("post.created", 1, json!({}))]);
        for (from, to, expected) in [
            (
                "post_id",
                "author_id",
                "its key is author_id now, and was post_id",
            ),
            (
                "{prefix}post",
                "{prefix}blog",
                "its topic is {prefix}blog now",
            ),
            (
                "application/json",
                "text/plain",
                "its content type is text/plain now",
            ),
        ] {
            let new = old.replace(from, to);
            let told = told(&[version("a", old.clone())], &new, &[]);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains(expected), "{told:?}");
        }
    }

    #[test]
    fn headers_are_part_of_the_contract() {
        let new = document(&[]);
        let old = new.replace(
            r#""type":"object""#,
            r#""type":"object","required":["ce_id"]"#,
        );
        let told = told(&[version("a", old)], &new, &[]);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("/ce_id may be absent now"), "{told:?}");
    }

    #[test]
    fn what_is_no_document_of_ours_was_no_contract() {
        let versions = [version("a", "{".to_owned()), version("b", "{}".to_owned())];
        assert_eq!(told(&versions, &document(&[]), &[]), Vec::<String>::new());
    }
}

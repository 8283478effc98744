//! What is published and who reads it, by channel: what the document and the page are made of.

use std::collections::{BTreeMap, BTreeSet};

use crate::{domain::Domain, events::EventType};

/// The channels by the entity that each is about, in the order of the alphabet.
pub(super) struct Catalog<'a>(pub(super) BTreeMap<&'a str, Channel<'a>>);

/// The messages about one kind of entity, by name and version.
pub(super) type Channel<'a> = BTreeMap<(&'a str, u16), Message<'a>>;

/// A version of an event, and whom it concerns.
pub(super) struct Message<'a> {
    pub(super) event: &'a EventType,
    /// The domains that publish it.
    pub(super) publishers: BTreeSet<&'a str>,
    /// The handlers that read it, after the domain they belong to.
    pub(super) readers: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Catalog<'a> {
    pub(super) fn of(domains: &'a [Domain]) -> Self {
        let mut catalog = Self(BTreeMap::new());
        for domain in domains {
            for event in domain.published() {
                let message = catalog.message(event);
                message.publishers.insert(domain.name());
            }
            for handler in domain.handlers() {
                let message = catalog.message(handler.event());
                message.readers.insert((domain.name(), handler.name()));
            }
        }
        catalog
    }

    fn message(&mut self, event: &'a EventType) -> &mut Message<'a> {
        let channel = self.0.entry(entity(event)).or_default();
        channel
            .entry((event.name, event.version))
            .or_insert_with(|| Message {
                event,
                publishers: BTreeSet::new(),
                readers: BTreeSet::new(),
            })
    }

    /// The domains that publish or read.
    pub(super) fn domains(&self) -> BTreeSet<&'a str> {
        let messages = self.0.values().flat_map(BTreeMap::values);
        messages
            .flat_map(|message| {
                let readers = message.readers.iter().map(|(domain, _)| *domain);
                message.publishers.iter().copied().chain(readers)
            })
            .collect()
    }
}

impl Message<'_> {
    /// `post.created.v1`.
    pub(super) fn id(&self) -> String {
        format!("{}.v{}", self.event.name, self.event.version)
    }
}

/// What the event is about: the part of its name before the first dot.
fn entity(event: &EventType) -> &str {
    event
        .name
        .split_once('.')
        .map_or(event.name, |(entity, _)| entity)
}

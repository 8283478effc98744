//! The groups that read events: one for each domain that has handlers.

mod attempt;
mod batch;
mod park;
mod retry;

use std::{
    collections::{BTreeSet, HashSet},
    fmt,
    sync::Arc,
};

use ashlar_core::{
    clock::Clock,
    database::Database,
    domain::Domain,
    events::{Handler, Incoming},
};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use crate::EventsError;

pub(crate) use retry::{Due, DueKey};

/// The groups that read events. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Groups {
    groups: Arc<[Group]>,
    /// The types and versions of events that a domain of this build publishes or reads.
    known: Arc<HashSet<(&'static str, u16)>>,
    database: Database,
    clock: Clock,
}

/// The handlers of one domain, which read events together. Cheap to clone.
#[derive(Clone)]
pub struct Group {
    name: &'static str,
    consumers: Arc<[Consumer]>,
}

/// A handler, and what it takes to run it.
#[derive(Clone)]
pub(crate) struct Consumer {
    handler: Handler,
    database: Database,
    clock: Clock,
}

impl Groups {
    /// The groups of `domains`, which read and write through `database`.
    ///
    /// # Errors
    ///
    /// [`EventsError::DuplicateHandler`].
    pub fn new(database: Database, clock: Clock, domains: &[Domain]) -> Result<Self, EventsError> {
        let mut names = BTreeSet::new();
        let mut groups: Vec<(&'static str, Vec<Consumer>)> = Vec::new();
        for domain in domains {
            for handler in domain.handlers() {
                if !names.insert(handler.name()) {
                    return Err(EventsError::DuplicateHandler(handler.name()));
                }
                let consumer = Consumer {
                    handler: handler.clone(),
                    database: database.clone(),
                    clock: clock.clone(),
                };
                match groups.iter_mut().find(|(name, _)| *name == domain.name()) {
                    Some((_, consumers)) => consumers.push(consumer),
                    None => groups.push((domain.name(), vec![consumer])),
                }
            }
        }
        let groups = groups.into_iter().map(|(name, consumers)| Group {
            name,
            consumers: consumers.into(),
        });
        Ok(Self {
            groups: groups.collect(),
            known: Arc::new(known(domains)),
            database,
            clock,
        })
    }

    /// Whether this build knows the type of `event`: else it is of a newer one, or of one long gone.
    pub(crate) fn know(&self, event: &Incoming) -> bool {
        self.known
            .iter()
            .any(|&(name, version)| name == &*event.name && version == event.version)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Each group.
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter()
    }

    /// Each handler of each group.
    pub(crate) fn consumers(&self) -> impl Iterator<Item = &Consumer> {
        self.groups.iter().flat_map(|group| group.consumers.iter())
    }
}

fn known(domains: &[Domain]) -> HashSet<(&'static str, u16)> {
    let published = domains.iter().flat_map(Domain::published);
    let read = domains
        .iter()
        .flat_map(Domain::handlers)
        .map(Handler::event);
    published
        .chain(read)
        .map(|event| (event.name, event.version))
        .collect()
}

impl Group {
    /// The domain's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The names of the events that it reads.
    pub fn reads(&self) -> BTreeSet<&'static str> {
        self.consumers
            .iter()
            .map(|consumer| consumer.handler.event().name)
            .collect()
    }

    /// Handles `events`, in order per key; answers when each had its effect, or is parked durably.
    /// What it had before has no effect again.
    ///
    /// # Errors
    ///
    /// The database is away: nothing may be acknowledged, and the same events are to come again.
    pub async fn take(&self, events: &[Incoming]) -> Result<(), DbErr> {
        for consumer in self.consumers.iter() {
            let read: Vec<&Incoming> = events
                .iter()
                .filter(|event| consumer.handler.reads(event))
                .collect();
            consumer.take(&read).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Group").field(&self.name).finish()
    }
}

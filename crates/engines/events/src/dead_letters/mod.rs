//! Dead letters: events that a handler failed at for good. Nothing waits for them; a person looks
//! at them, and has them handled once more or throws them away.

mod error;
mod failures;
mod repository;
mod router;
mod schemas;

use ashlar_core::{
    clock::Clock,
    database::{Database, Work},
    domain::Domain,
    ids::{Id, Identified},
    page::{Page, PageRequest},
};

pub use error::DeadLetterError;
pub use failures::FailedAttempt;
pub use router::{ManageEvents, ReadEvents};
pub use schemas::{DeadLetterFilters, DeadLetterResponse, DeadLetterSort, DeadLetterSummary};

pub(crate) use failures::Errors;

use crate::entity;

/// Marks the ids of dead letters.
pub enum DeadLetter {}

impl Identified for DeadLetter {
    const PARAMETER: &'static str = "dead_letter_id";
}

/// The id of a dead letter.
pub type DeadLetterId = Id<DeadLetter>;

/// What the app mounts: the admin's routes. They need no engine, so a process that only serves has
/// them too.
pub fn domain(database: Database, clock: Clock) -> Domain {
    Domain::new("events", "Events that could not be handled")
        .table::<ashlar_core::events::outbox::entity::Entity>()
        .table::<entity::partition::Entity>()
        .table::<entity::inbox::Entity>()
        .table::<entity::parked::Entity>()
        .state(DeadLetters::new(database, clock))
        .mount(router::routes())
}

/// The dead letters of a database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    database: Database,
    clock: Clock,
}

impl DeadLetters {
    /// Those of `database`.
    pub fn new(database: Database, clock: Clock) -> Self {
        Self { database, clock }
    }

    /// A page of them, without what the events say.
    ///
    /// # Errors
    ///
    /// Only unexpected ones.
    pub async fn list(
        &self,
        filters: &DeadLetterFilters,
        page: &PageRequest<DeadLetterSort>,
    ) -> Result<Page<DeadLetterSummary>, DeadLetterError> {
        let page = repository::list(self.database.connection(), filters, page).await?;
        Ok(page.map(DeadLetterSummary::from))
    }

    /// One of them, with what the event says: that may be personal data.
    ///
    /// # Errors
    ///
    /// [`DeadLetterError::NotFound`].
    pub async fn read(&self, id: DeadLetterId) -> Result<DeadLetterResponse, DeadLetterError> {
        let row = repository::find(self.database.connection(), id).await?;
        row.map(DeadLetterResponse::from)
            .ok_or(DeadLetterError::NotFound)
    }

    /// Has its handler try it again, within a second or so and with all its attempts; later events of
    /// its key wait for it while they do. Answers it as it was when it was dead.
    ///
    /// # Errors
    ///
    /// [`DeadLetterError::NotFound`], also when it is being tried already.
    pub async fn replay(&self, id: DeadLetterId) -> Result<DeadLetterResponse, DeadLetterError> {
        let letter = self.read(id).await?;
        let now = self.clock.now();
        if !repository::replay(self.database.connection(), id, now).await? {
            return Err(DeadLetterError::NotFound);
        }
        self.database.wake(Work::Events);
        tracing::info!(
            handler = letter.handler,
            event = letter.event,
            event_id = %letter.event_id,
            key = %letter.key,
            "event_replayed"
        );
        Ok(letter)
    }

    /// Throws it away: the handler never has the event again.
    ///
    /// # Errors
    ///
    /// [`DeadLetterError::NotFound`].
    pub async fn discard(&self, id: DeadLetterId) -> Result<(), DeadLetterError> {
        if !repository::discard(self.database.connection(), id).await? {
            return Err(DeadLetterError::NotFound);
        }
        tracing::info!(dead_letter_id = %id, "event_discarded");
        Ok(())
    }
}

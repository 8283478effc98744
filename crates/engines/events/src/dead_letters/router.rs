//! The routes of dead letters.

use actix_web::web::Data;
use ashlar_core::{
    http::{Accepted, Body, NoContent, Route},
    page::{ListQuery, Page},
    principal::{Authorized, Permission},
    problem::Code,
    valid::PathId,
};

use super::{
    DeadLetter, DeadLetterError, DeadLetterFilters, DeadLetterResponse, DeadLetterSort,
    DeadLetterSummary, DeadLetters,
};

/// To look at events that could not be handled, and at what they say.
pub struct ReadEvents;

impl Permission for ReadEvents {
    const NAME: &'static str = "events:read";
}

/// To have such events handled again, or thrown away.
pub struct ManageEvents;

impl Permission for ManageEvents {
    const NAME: &'static str = "events:manage";
}

pub(super) fn routes() -> [Route; 4] {
    [
        Route::get("/admin/dead-letters", list)
            .named("list_dead_letters", "List events that could not be handled"),
        Route::get("/admin/dead-letters/{dead_letter_id}", read)
            .named("read_dead_letter", "Read an event that could not be handled")
            .about("With what the event says, which may be personal data, and why each attempt failed.")
            .fails(&[Code::NotFound]),
        Route::post("/admin/dead-letters/{dead_letter_id}/replay", replay)
            .named("replay_dead_letter", "Have an event handled again")
            .about("Its handler tries it again, at once and as often as a new one; it is no dead letter until it has failed as often again.")
            .fails(&[Code::NotFound]),
        Route::delete("/admin/dead-letters/{dead_letter_id}", discard)
            .named("discard_dead_letter", "Throw an event away")
            .about("Its handler never has it again.")
            .fails(&[Code::NotFound]),
    ]
}

async fn list(
    dead_letters: Data<DeadLetters>,
    _: Authorized<ReadEvents>,
    query: ListQuery<DeadLetterFilters, DeadLetterSort>,
) -> Result<Page<DeadLetterSummary>, DeadLetterError> {
    dead_letters.list(&query.filters, &query.page).await
}

async fn read(
    dead_letters: Data<DeadLetters>,
    _: Authorized<ReadEvents>,
    id: PathId<DeadLetter>,
) -> Result<Body<DeadLetterResponse>, DeadLetterError> {
    dead_letters.read(id.0).await.map(Body)
}

async fn replay(
    dead_letters: Data<DeadLetters>,
    _: Authorized<ManageEvents>,
    id: PathId<DeadLetter>,
) -> Result<Accepted, DeadLetterError> {
    dead_letters.replay(id.0).await.map(|_| Accepted)
}

async fn discard(
    dead_letters: Data<DeadLetters>,
    _: Authorized<ManageEvents>,
    id: PathId<DeadLetter>,
) -> Result<NoContent, DeadLetterError> {
    dead_letters.discard(id.0).await.map(|()| NoContent)
}

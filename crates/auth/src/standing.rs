//! What users may do, as this process last read it: so that a request with a token asks the
//! database nothing, and a change that this process makes counts at once.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ashlar_core::{
    database::{Database, Loader},
    principal::UserId,
    problem::Unexpected,
};

use crate::{
    model::{RoleName, Status},
    repository,
};

/// How long what was read is believed: the time within which a change made by another process
/// counts here.
const TTL: Duration = Duration::from_secs(5);

/// How many users are remembered at once, a power of two. Two whose ids fall on the same place
/// replace each other, which costs a read and nothing else.
const PLACES: usize = 8192;

/// What a user may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) role: RoleName,
    pub(crate) status: Status,
}

/// The standing of users. A user who does not exist has none.
pub(crate) struct Standings {
    places: Box<[Mutex<Place>]>,
    loader: Loader<UserId, (UserId, Standing)>,
}

#[derive(Default)]
struct Place {
    /// Counts what was forgotten, so that a read which began before does not bring it back.
    generation: u64,
    known: Option<Known>,
}

struct Known {
    user_id: UserId,
    standing: Option<Standing>,
    since: Instant,
}

impl Standings {
    pub(crate) fn new(database: Database) -> Self {
        let fetch = move |ids| {
            let database = database.clone();
            async move { repository::users::standings(database.connection(), ids).await }
        };
        Self {
            places: (0..PLACES).map(|_| Mutex::default()).collect(),
            loader: Loader::new(fetch, |(user_id, _)| *user_id),
        }
    }

    /// The standing of `user_id`: as it was at most [`TTL`] ago, or newer.
    pub(crate) async fn of(&self, user_id: UserId) -> Result<Option<Standing>, Unexpected> {
        let generation = match self.place(user_id).look(user_id, Instant::now()) {
            Ok(standing) => return Ok(standing),
            Err(generation) => generation,
        };
        let since = Instant::now();
        let standing = self
            .loader
            .get(user_id)
            .await?
            .map(|(_, standing)| standing);
        let known = Known {
            user_id,
            standing: standing.clone(),
            since,
        };
        self.place(user_id).keep(known, generation);
        Ok(standing)
    }

    /// To be called after a change to `user_id` is committed: it counts from now on.
    pub(crate) fn forget(&self, user_id: UserId) {
        self.place(user_id).forget();
    }

    fn place(&self, user_id: UserId) -> MutexGuard<'_, Place> {
        // The end of a UUIDv7 is random, so users spread evenly.
        let (_, random) = user_id.as_uuid().as_u64_pair();
        let place = usize::try_from(random % PLACES as u64).unwrap_or_default();
        // A place is whole between any two statements, so a panic elsewhere poisons nothing.
        self.places[place]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// What is known of `user_id`; else the generation that a read begins in.
    fn look(&self, user_id: UserId, now: Instant) -> Result<Option<Standing>, u64> {
        match &self.known {
            Some(known) if known.user_id == user_id && now.duration_since(known.since) < TTL => {
                Ok(known.standing.clone())
            }
            _ => Err(self.generation),
        }
    }

    /// Keeps what a read found that began in `generation`.
    fn keep(&mut self, known: Known, generation: u64) {
        if self.generation == generation {
            self.known = Some(known);
        }
    }

    fn forget(&mut self) {
        self.generation += 1;
        self.known = None;
    }
}

impl fmt::Debug for Standings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Standings")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIN: Option<Standing> = Some(Standing {
        role: RoleName::admin(),
        status: Status::Active,
    });

    fn known(user_id: UserId, since: Instant) -> Known {
        Known {
            user_id,
            standing: ADMIN,
            since,
        }
    }

    #[test]
    fn what_was_read_is_believed_for_a_while() {
        let (user_id, now) = (UserId::new(), Instant::now());
        let mut place = Place::default();
        assert_eq!(place.look(user_id, now), Err(0));
        place.keep(known(user_id, now), 0);
        assert_eq!(
            place.look(user_id, now + TTL - Duration::from_millis(1)),
            Ok(ADMIN)
        );
        assert_eq!(place.look(user_id, now + TTL), Err(0));
        assert_eq!(place.look(UserId::new(), now), Err(0), "somebody else");
    }

    #[test]
    fn a_read_that_a_change_overtook_is_not_kept() {
        let (user_id, now) = (UserId::new(), Instant::now());
        let mut place = Place::default();
        let generation = place.look(user_id, now).unwrap_err();
        place.forget();
        place.keep(known(user_id, now), generation);
        assert_eq!(place.look(user_id, now), Err(1));
        place.keep(known(user_id, now), 1);
        assert_eq!(place.look(user_id, now), Ok(ADMIN));
        place.forget();
        assert_eq!(place.look(user_id, now), Err(2));
    }
}

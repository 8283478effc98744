//! What the database said of a user or a session, remembered for a while: so that a request with a
//! token asks the database nothing. What is forgotten here is forgotten by every process.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ashlar_core::{
    database::{Database, Loader, Told, Topic, Transaction},
    ids::Id,
    problem::Unexpected,
};
use sea_orm::DbErr;

/// How long what was read is believed where other processes tell of changes: by then a message that
/// was lost is made up for.
const TTL_WHEN_TOLD: Duration = Duration::from_secs(5);

/// The same where they tell nothing: on SQLite.
const TTL_UNTOLD: Duration = Duration::from_secs(1);

/// How many are remembered at once, a power of two. Two whose ids fall on the same place replace
/// each other, which costs a read and nothing else.
const PLACES: usize = 8192;

/// What is known of each `T`, by its id. One that does not exist has no `V`.
pub(crate) struct Remembered<T, V> {
    topic: Topic,
    ttl: Duration,
    places: Box<[Mutex<Place<T, V>>]>,
    loader: Loader<Id<T>, (Id<T>, V)>,
}

struct Place<T, V> {
    /// Counts what was forgotten, so that a read which began before does not bring it back.
    generation: u64,
    known: Option<Known<T, V>>,
}

struct Known<T, V> {
    id: Id<T>,
    value: Option<V>,
    since: Instant,
}

impl<T: 'static, V: Clone + Send + 'static> Remembered<T, V> {
    /// What `fetch` reads of those that exist among the ids it is given. Processes tell each other
    /// about `topic` what to forget.
    pub(crate) fn new<F>(
        database: &Database,
        topic: Topic,
        fetch: impl Fn(Database, Vec<Id<T>>) -> F + Send + Sync + 'static,
    ) -> Arc<Self>
    where
        F: Future<Output = Result<Vec<(Id<T>, V)>, DbErr>> + Send + 'static,
    {
        let source = database.clone();
        let ttl = if database.is_postgres() {
            TTL_WHEN_TOLD
        } else {
            TTL_UNTOLD
        };
        let remembered = Arc::new(Self {
            topic,
            ttl,
            places: (0..PLACES).map(|_| Mutex::default()).collect(),
            loader: Loader::new(move |ids| fetch(source.clone(), ids), |(id, _)| *id),
        });
        let listener = Arc::downgrade(&remembered);
        database.listen(topic, move |told| {
            if let Some(remembered) = listener.upgrade() {
                remembered.hear(told);
            }
        });
        remembered
    }

    /// What is known of `id`: as it was at most a few seconds ago, or newer.
    pub(crate) async fn of(&self, id: Id<T>) -> Result<Option<V>, Unexpected> {
        let generation = match self.place(id).look(id, Instant::now(), self.ttl) {
            Ok(value) => return Ok(value),
            Err(generation) => generation,
        };
        let since = Instant::now();
        let value = self.loader.get(id).await?.map(|(_, value)| value);
        self.place(id).keep(
            Known {
                id,
                value: value.clone(),
                since,
            },
            generation,
        );
        Ok(value)
    }

    /// Forgets these, here and in every process, when the transaction that changes them is
    /// committed.
    pub(crate) fn forget_after(&self, transaction: &Transaction, ids: &[Id<T>]) {
        if !ids.is_empty() {
            transaction.tells(self.topic, written(ids));
        }
    }

    fn hear(&self, told: Told<'_>) {
        let ids = match told {
            Told::Text(text) => text.split(',').map(str::parse).collect(),
            Told::Missed => Ok(Vec::new()),
        };
        match ids {
            Ok(ids) if !ids.is_empty() => ids.into_iter().for_each(|id| self.place(id).forget()),
            _ => self.places.iter().for_each(|place| lock(place).forget()),
        }
    }

    fn place(&self, id: Id<T>) -> MutexGuard<'_, Place<T, V>> {
        // The end of a UUIDv7 is random, so ids spread evenly.
        let (_, random) = id.as_uuid().as_u64_pair();
        let place = usize::try_from(random % PLACES as u64).unwrap_or_default();
        lock(&self.places[place])
    }
}

/// A place is whole between any two statements, so a panic elsewhere poisons nothing.
fn lock<T, V>(place: &Mutex<Place<T, V>>) -> MutexGuard<'_, Place<T, V>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

fn written<T>(ids: &[Id<T>]) -> String {
    let ids: Vec<String> = ids.iter().map(Id::to_string).collect();
    ids.join(",")
}

impl<T, V: Clone> Place<T, V> {
    /// What is known of `id`; else the generation that a read begins in.
    fn look(&self, id: Id<T>, now: Instant, ttl: Duration) -> Result<Option<V>, u64> {
        match &self.known {
            Some(known) if known.id == id && now.duration_since(known.since) < ttl => {
                Ok(known.value.clone())
            }
            _ => Err(self.generation),
        }
    }

    /// Keeps what a read found that began in `generation`.
    fn keep(&mut self, known: Known<T, V>, generation: u64) {
        if self.generation == generation {
            self.known = Some(known);
        }
    }

    fn forget(&mut self) {
        self.generation += 1;
        self.known = None;
    }
}

// Written out, since a derive would ask the same of `T` and `V`.
impl<T, V> Default for Place<T, V> {
    fn default() -> Self {
        Self {
            generation: 0,
            known: None,
        }
    }
}

impl<T, V> fmt::Debug for Remembered<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Remembered").field(&self.topic).finish()
    }
}

#[cfg(test)]
mod tests {
    use ashlar_core::principal::{User, UserId};

    use super::*;

    const TTL: Duration = Duration::from_secs(5);

    fn known(id: UserId, since: Instant) -> Known<User, u8> {
        Known {
            id,
            value: Some(7),
            since,
        }
    }

    #[test]
    fn what_was_read_is_believed_for_a_while() {
        let (id, now) = (UserId::new(), Instant::now());
        let mut place = Place::default();
        assert_eq!(place.look(id, now, TTL), Err(0));
        place.keep(known(id, now), 0);
        let last = now + TTL - Duration::from_millis(1);
        assert_eq!(place.look(id, last, TTL), Ok(Some(7)));
        assert_eq!(place.look(id, now + TTL, TTL), Err(0));
        assert_eq!(place.look(UserId::new(), now, TTL), Err(0), "somebody else");
    }

    #[test]
    fn a_read_that_a_change_overtook_is_not_kept() {
        let (id, now) = (UserId::new(), Instant::now());
        let mut place = Place::default();
        let generation = place.look(id, now, TTL).unwrap_err();
        place.forget();
        place.keep(known(id, now), generation);
        assert_eq!(place.look(id, now, TTL), Err(1));
        place.keep(known(id, now), 1);
        assert_eq!(place.look(id, now, TTL), Ok(Some(7)));
        place.forget();
        assert_eq!(place.look(id, now, TTL), Err(2));
    }
}

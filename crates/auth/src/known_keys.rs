//! API keys, as this process last read them: so that a request with a key asks the database
//! nothing, and a revocation by this process counts at once.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use ashlar_core::{
    database::{Database, Loader},
    principal::UserId,
    problem::Unexpected,
    scopes::Scopes,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{api_key::KeyHash, last_uses::LastUses, model::ApiKeyId, repository};

/// How long what was read is believed: the time within which a revocation by another process
/// counts here.
const TTL: Duration = Duration::from_secs(5);

/// How many keys are remembered at once, a power of two. Two whose hashes fall on the same place
/// replace each other, which costs a read and nothing else.
const PLACES: usize = 8192;

/// How exactly it is known when a key was last used.
pub(crate) const USE_PRECISION: TimeDelta = TimeDelta::minutes(1);

/// A key that is not revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownKey {
    pub(crate) id: ApiKeyId,
    pub(crate) user_id: UserId,
    pub(crate) scopes: Scopes,
    /// Whether it was made in a sign-in with a second factor.
    pub(crate) second_factor: bool,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) last_used_at: Option<DateTime<Utc>>,
}

/// The keys by their hashes. A hash that no key has is remembered too.
pub(crate) struct KnownKeys {
    places: Box<[Mutex<Place>]>,
    loader: Loader<KeyHash, (KeyHash, KnownKey)>,
    last_uses: LastUses,
}

#[derive(Default)]
struct Place {
    /// Counts what was forgotten, so that a read which began before does not bring it back.
    generation: u64,
    known: Option<Known>,
}

struct Known {
    hash: KeyHash,
    key: Option<KnownKey>,
    since: Instant,
}

impl KnownKey {
    /// Whether it is good at `now`: to the moment, with no leeway.
    pub(crate) fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

impl KnownKeys {
    pub(crate) fn new(database: Database) -> Self {
        let last_uses = LastUses::new(database.clone());
        let fetch = move |hashes| {
            let database = database.clone();
            async move { repository::api_keys::find_known(database.connection(), hashes).await }
        };
        Self {
            places: (0..PLACES).map(|_| Mutex::default()).collect(),
            loader: Loader::new(fetch, |(hash, _)| *hash),
            last_uses,
        }
    }

    /// The key with this hash: as it was at most [`TTL`] ago, or newer.
    pub(crate) async fn of(&self, hash: KeyHash) -> Result<Option<KnownKey>, Unexpected> {
        let generation = match self.place(hash).look(hash, Instant::now()) {
            Ok(key) => return Ok(key),
            Err(generation) => generation,
        };
        let since = Instant::now();
        let key = self.loader.get(hash).await?.map(|(_, key)| key);
        let known = Known {
            hash,
            key: key.clone(),
            since,
        };
        self.place(hash).keep(known, generation);
        Ok(key)
    }

    /// To be called after a revocation is committed: it counts from now on.
    pub(crate) fn forget(&self, hash: KeyHash) {
        self.place(hash).forget();
    }

    /// Has it written down that the key was used, unless that was done within the last minute. The
    /// caller does not wait for it.
    pub(crate) fn note_use(&self, hash: KeyHash, now: DateTime<Utc>) {
        let due = self.place(hash).mark_use(hash, now);
        if let Some(id) = due {
            self.last_uses.note(id, now);
        }
    }

    fn place(&self, hash: KeyHash) -> MutexGuard<'_, Place> {
        // A place is whole between any two statements, so a panic elsewhere poisons nothing.
        self.places[hash.place(PLACES)]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// What is known of `hash`; else the generation that a read begins in.
    fn look(&self, hash: KeyHash, now: Instant) -> Result<Option<KnownKey>, u64> {
        match &self.known {
            Some(known) if known.hash.is(&hash) && now.duration_since(known.since) < TTL => {
                Ok(known.key.clone())
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

    /// The key, if its use at `now` is to be written down; then it is not again for a while.
    fn mark_use(&mut self, hash: KeyHash, now: DateTime<Utc>) -> Option<ApiKeyId> {
        let known = self.known.as_mut().filter(|known| known.hash.is(&hash))?;
        let key = known.key.as_mut()?;
        if key
            .last_used_at
            .is_some_and(|last| now - last < USE_PRECISION)
        {
            return None;
        }
        key.last_used_at = Some(now);
        Some(key.id)
    }
}

impl fmt::Debug for KnownKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownKeys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(hash: KeyHash, since: Instant) -> Known {
        let key = KnownKey {
            id: ApiKeyId::new(),
            user_id: UserId::new(),
            scopes: Scopes::only(["posts:read".to_owned()]),
            second_factor: false,
            expires_at: None,
            last_used_at: None,
        };
        Known {
            hash,
            key: Some(key),
            since,
        }
    }

    #[test]
    fn what_was_read_is_believed_for_a_while() {
        let (hash, now) = (KeyHash::of("a"), Instant::now());
        let mut place = Place::default();
        assert_eq!(place.look(hash, now), Err(0));
        place.keep(known(hash, now), 0);
        let last = now + TTL - Duration::from_millis(1);
        assert!(place.look(hash, last).unwrap().is_some());
        assert_eq!(place.look(hash, now + TTL), Err(0));
        assert_eq!(place.look(KeyHash::of("b"), now), Err(0), "another key");
    }

    #[test]
    fn a_read_that_a_revocation_overtook_is_not_kept() {
        let (hash, now) = (KeyHash::of("a"), Instant::now());
        let mut place = Place::default();
        let generation = place.look(hash, now).unwrap_err();
        place.forget();
        place.keep(known(hash, now), generation);
        assert_eq!(place.look(hash, now), Err(1));
        place.keep(known(hash, now), 1);
        assert!(place.look(hash, now).is_ok());
        place.forget();
        assert_eq!(place.look(hash, now), Err(2));
    }

    #[test]
    fn a_use_is_due_once_a_minute() {
        let hash = KeyHash::of("a");
        let mut place = Place::default();
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(place.mark_use(hash, now), None, "nothing is known");
        place.keep(known(hash, Instant::now()), 0);
        assert_eq!(place.mark_use(KeyHash::of("b"), now), None, "another key");
        assert!(place.mark_use(hash, now).is_some());
        let almost = now + USE_PRECISION - TimeDelta::microseconds(1);
        assert_eq!(place.mark_use(hash, almost), None);
        assert!(place.mark_use(hash, now + USE_PRECISION).is_some());
    }

    #[test]
    fn a_key_is_over_at_its_end() {
        let mut key = known(KeyHash::of("a"), Instant::now()).key.unwrap();
        let end = DateTime::UNIX_EPOCH;
        assert!(key.is_alive(end));
        key.expires_at = Some(end);
        assert!(key.is_alive(end - TimeDelta::microseconds(1)));
        assert!(!key.is_alive(end));
    }
}

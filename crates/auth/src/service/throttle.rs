//! Throttling of all that can be guessed (OWASP ASVS 4.0, 2.2.1).

mod pass;

pub(crate) use self::pass::Pass;

use std::{fmt, time::Duration};

use ashlar_core::{
    clock::Clock,
    database::{Database, Transaction},
    http::ClientInfo,
    settings::SecretKey,
};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    audit::{self, Entry},
    entity::throttle::Model,
    error::AuthError,
    model::{
        Rule, Subject,
        throttle::{client, network},
    },
    repository::throttles::{self, Account, Bucket, Guess},
    settings::ThrottleSettings,
};

/// What the key is derived for.
const PURPOSE: &str = "auth.throttle";

/// How many times what an address may do its network may.
const NEIGHBOURS: i64 = 10;

/// How often the audit log is told that guesses at one and the same bucket are refused.
const TELLING: Duration = Duration::from_secs(60);

/// How many rows are removed at once.
const BATCH: u64 = 10_000;

/// Says how long to wait before another guess. It counts in the database, so that processes count
/// together. Cheap to clone.
///
/// A guess fills a bucket of its client's address, one of its network, and one of the account that
/// it is made at, whether there is such an account or not. That one is the network's own when
/// somebody signed in to the account from there before, else that of all other networks: whoever
/// guesses from elsewhere keeps nobody out who comes from where they always come from. No wait is
/// longer than a quarter of an hour by default, and there is no lock.
#[derive(Clone)]
pub(crate) struct Throttle {
    database: Database,
    clock: Clock,
    key: hmac::Key,
    settings: ThrottleSettings,
}

impl Throttle {
    pub(crate) fn new(
        database: Database,
        clock: Clock,
        secret_key: &SecretKey,
        settings: ThrottleSettings,
    ) -> Self {
        Self {
            database,
            clock,
            key: hmac::Key::new(hmac::HMAC_SHA256, &secret_key.derive(PURPOSE)),
            settings,
        }
    }

    /// Lets `client` guess at what `subject` has, or says how long to wait first. Call it before
    /// anything is looked up, hashed or compared.
    ///
    /// # Errors
    ///
    /// [`AuthError::Throttled`]: nothing was counted, and waiting for that long suffices unless
    /// others guess meanwhile.
    pub(crate) async fn admit(
        &self,
        rule: Rule,
        subject: Subject<'_>,
        client: &ClientInfo,
    ) -> Result<Pass, AuthError> {
        let guess = self.guess(rule, subject, client);
        let fill = async |transaction: &Transaction| {
            let filled = throttles::fill(transaction, &guess).await?;
            let buckets = if guess.account.is_some() { 3 } else { 2 };
            // The wait is found out below: an error here only undoes what was filled.
            let refused = AuthError::Throttled(Duration::ZERO);
            if filled.len() == buckets {
                Ok(filled)
            } else {
                Err(refused)
            }
        };
        match self.database.transaction(fill).await {
            Ok(filled) => {
                let others = guess.account.as_ref().map(|account| &account.others);
                let unknown = others.is_some_and(|others| filled.contains(others));
                Ok(Pass {
                    throttle: self.clone(),
                    guess,
                    unknown,
                })
            }
            Err(AuthError::Throttled(_)) => Err(self.refuse(rule, &guess, client).await?),
            Err(error) => Err(error),
        }
    }

    /// Removes the rows that say nothing any more: how many there were.
    pub(crate) async fn prune(&self) -> Result<u64, AuthError> {
        let mut pruned = 0;
        loop {
            let now = self.clock.now().timestamp_micros();
            let prune = async |transaction: &Transaction| {
                Ok::<_, AuthError>(throttles::prune(transaction, now, BATCH).await?)
            };
            let batch = self.database.transaction(prune).await?;
            pruned += batch;
            if batch < BATCH {
                return Ok(pruned);
            }
        }
    }

    fn guess(&self, rule: Rule, subject: Subject<'_>, from: &ClientInfo) -> Guess {
        let now = self.clock.now().timestamp_micros();
        let minute = length(Duration::from_secs(60));
        let attempts = i64::from(self.settings.address_attempts);
        let interval = minute / i64::from(self.settings.address_attempts_per_minute);
        let max_delay = length(self.settings.account_max_delay);
        let (client, network) = (client(from), network(from));
        Guess {
            now,
            latest: now + max_delay.max(interval),
            client: Bucket {
                key: self.hash(&[rule.name(), "client", &client]),
                interval,
                room: (attempts - 1) * interval,
            },
            network: Bucket {
                key: self.hash(&[rule.name(), "network", &network]),
                interval: interval / NEIGHBOURS,
                room: (attempts * NEIGHBOURS - 1) * (interval / NEIGHBOURS),
            },
            account: subject.key().map(|subject| {
                let free = i64::from(self.settings.account_attempts);
                Account {
                    known: self.hash(&[rule.name(), "known", &subject, &network]),
                    others: self.hash(&[rule.name(), "others", &subject]),
                    interval: max_delay,
                    room: (free + doublings(max_delay) - 1) * max_delay,
                    free,
                    max_delay,
                }
            }),
        }
    }

    /// What stands for `parts`: the database learns neither accounts nor addresses.
    fn hash(&self, parts: &[&str]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        for part in parts {
            // With its length before it, no part runs into the next.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(context.sign())
    }

    /// How long to wait. Once a minute for each bucket the audit log is told.
    async fn refuse(
        &self,
        rule: Rule,
        guess: &Guess,
        client: &ClientInfo,
    ) -> Result<AuthError, AuthError> {
        let found = throttles::find(self.database.connection(), guess.keys()).await?;
        let full = guess.full(&found);
        let ready_at = full.iter().map(|bucket| bucket.ready_at).max();
        let wait = ready_at.map_or(0, |ready_at| ready_at - guess.now);
        let last = guess.now - length(TELLING);
        for bucket in full {
            if bucket.told_at > last && bucket.told_at <= guess.now {
                continue;
            }
            let tell = async |transaction: &Transaction| {
                if !throttles::tell(transaction, &bucket.key_hash, guess.now, last).await? {
                    return Ok(false);
                }
                let entry = Entry::new(rule.throttled())
                    .from(client)
                    .with("bucket", guess.kind_of(&bucket.key_hash));
                audit::record(transaction, entry, self.clock.now()).await?;
                Ok::<_, AuthError>(true)
            };
            if self.database.transaction(tell).await? {
                let bucket = guess.kind_of(&bucket.key_hash);
                tracing::warn!(rule = rule.name(), bucket, "throttled");
            }
        }
        let wait = Duration::from_micros(u64::try_from(wait).unwrap_or_default());
        Ok(AuthError::Throttled(wait.max(Duration::from_secs(1))))
    }
}

impl Guess {
    fn keys(&self) -> Vec<String> {
        let account = self.account.iter();
        let account = account.flat_map(|account| [&account.known, &account.others]);
        let keys = [&self.client.key, &self.network.key].into_iter();
        keys.chain(account).cloned().collect()
    }

    /// Those of the buckets that `found` holds which have no room. What all others did is nothing
    /// to a network that is known.
    fn full<'a>(&self, found: &'a [Model]) -> Vec<&'a Model> {
        let is_known = self.account.as_ref().is_some_and(|account| {
            let mut found = found.iter();
            found.any(|row| row.key_hash == account.known && row.expires_at > self.now)
        });
        let ignored = self.account.as_ref().map(|account| match is_known {
            true => &account.others,
            false => &account.known,
        });
        found
            .iter()
            .filter(|row| row.ready_at > self.now && row.ready_at <= self.latest)
            .filter(|row| Some(&row.key_hash) != ignored)
            .collect()
    }

    /// What the audit log calls a bucket.
    fn kind_of(&self, key: &str) -> &'static str {
        if key == self.client.key {
            "address"
        } else if key == self.network.key {
            "network"
        } else {
            "account"
        }
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Throttle").field(&self.settings).finish()
    }
}

/// How often a second is doubled until it is `max_delay`, in microseconds, or longer.
fn doublings(max_delay: i64) -> i64 {
    let mut doublings = 0;
    while (1_000_000_i64 << doublings) < max_delay && doublings < 30 {
        doublings += 1;
    }
    doublings
}

/// In microseconds.
fn length(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

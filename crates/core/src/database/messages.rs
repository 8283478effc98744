//! What processes tell each other about the database: that something which they remember of it has
//! changed. Whoever listens in this process hears it at once, other processes through PostgreSQL's
//! `NOTIFY`. As with [signals](super::Work), what is lost must be made up for: a listener believes
//! what it remembers for a short while only.

use std::{
    error::Error,
    fmt, mem,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use sqlx::postgres::PgPool;
use tokio::sync::broadcast::{self, error::RecvError};

use super::Database;

/// PostgreSQL's channel for messages.
pub(super) const CHANNEL: &str = "ashlar_messages";

/// The longest text that is passed on, in bytes: PostgreSQL takes 8000 with what stands before it.
const LIMIT: usize = 7000;

/// How many messages may wait to be passed on; beyond that, the others are told that they missed
/// some.
const WAITING: usize = 1024;

/// What a message is about: a word, the same in every process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic(&'static str);

impl Topic {
    /// The topic of this name, which has no blanks.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }
}

/// What a listener hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// This was told.
    Text(&'a str),
    /// Something may have been told, and nobody knows what: nothing that is remembered holds.
    Missed,
}

/// Messages of one process. Clones are the same.
#[derive(Clone)]
pub(super) struct Messages(Arc<Shared>);

struct Shared {
    listeners: RwLock<Vec<(Topic, Listener)>>,
    /// What is to be passed on; nothing waits there while nobody does so.
    leaving: broadcast::Sender<Arc<str>>,
}

type Listener = Box<dyn Fn(Told<'_>) + Send + Sync>;

impl Messages {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared {
            listeners: RwLock::default(),
            leaving: broadcast::Sender::new(WAITING),
        }))
    }

    fn tell(&self, topic: Topic, text: &str) {
        self.hear(topic.0, Told::Text(text));
        let message = match text.len() {
            0..=LIMIT => format!("{} {text}", topic.0),
            _ => topic.0.to_owned(),
        };
        // Nobody passes messages on in a process that does not serve.
        let _ = self.0.leaving.send(message.into());
    }

    /// What another process passed on: a topic, and a text unless that was too long.
    pub(super) fn arrived(&self, message: &str) {
        match message.split_once(' ') {
            Some((topic, text)) => self.hear(topic, Told::Text(text)),
            None => self.hear(message, Told::Missed),
        }
    }

    /// Nobody listened for a while.
    pub(super) fn missed(&self) {
        self.hear("", Told::Missed);
    }

    /// Calls who listens to the topic; all of them when it has no name.
    fn hear(&self, topic: &str, told: Told<'_>) {
        let listeners = self.0.listeners.read();
        for (of, listener) in &*listeners.unwrap_or_else(PoisonError::into_inner) {
            if topic.is_empty() || of.0 == topic {
                listener(told);
            }
        }
    }

    /// Passes on what this process tells, each message at once.
    pub(super) async fn pass(&self, pool: &PgPool, own: &str) {
        let mut leaving = self.0.leaving.subscribe();
        loop {
            let told = match leaving.recv().await {
                Ok(message) => notify(pool, own, &message).await,
                Err(RecvError::Lagged(_)) => notify(pool, own, "").await,
                Err(RecvError::Closed) => return,
            };
            if let Err(error) = told {
                let error = &error as &(dyn Error + 'static);
                tracing::warn!(error, "message_lost");
            }
        }
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Messages")
    }
}

impl Database {
    /// Tells `text`, in which there is no secret, to who listens to `topic`: in this process before
    /// it returns, in the others soon after, if this one [passes signals](Self::pass_signals). Of
    /// more than 7000 bytes the others hear [`Told::Missed`] alone.
    ///
    /// What is true only once a transaction is committed is told with
    /// [`Transaction::tells`](super::Transaction::tells).
    pub fn tell(&self, topic: Topic, text: &str) {
        self.messages.tell(topic, text);
    }

    /// Calls `listener` with what this process and, while signals are
    /// [passed](Self::pass_signals), the others tell about `topic`, for as long as the database is
    /// open. It must neither wait nor tell anything itself.
    pub fn listen(&self, topic: Topic, listener: impl Fn(Told<'_>) + Send + Sync + 'static) {
        let listeners = self.messages.0.listeners.write();
        listeners
            .unwrap_or_else(PoisonError::into_inner)
            .push((topic, Box::new(listener)));
    }
}

/// What a transaction tells when it ends.
#[derive(Default)]
pub(super) struct Pending(Mutex<Vec<(Topic, String)>>);

impl Pending {
    pub(super) fn push(&self, topic: Topic, text: String) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pending.push((topic, text));
    }
}

/// Tells what is pending when it is dropped: also when nobody waits for the commit any more, which
/// may have happened all the same.
pub(super) struct AtTheEnd {
    pub(super) messages: Messages,
    pub(super) pending: Pending,
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        let pending = self.pending.0.get_mut();
        for (topic, text) in mem::take(pending.unwrap_or_else(PoisonError::into_inner)) {
            self.messages.tell(topic, &text);
        }
    }
}

async fn notify(pool: &PgPool, own: &str, message: &str) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(format!("{own} {message}"))
        .execute(pool)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: Topic = Topic::new("tests");

    fn heard(messages: &Messages) -> Arc<Mutex<Vec<String>>> {
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&heard);
        let listener = move |told: Told<'_>| kept.lock().unwrap().push(format!("{told:?}"));
        let mut listeners = messages.0.listeners.write().unwrap();
        listeners.push((TOPIC, Box::new(listener)));
        heard
    }

    #[test]
    fn who_listens_hears_their_topic_alone() {
        let messages = Messages::new();
        let heard = heard(&messages);
        messages.tell(TOPIC, "one");
        messages.tell(Topic::new("other"), "two");
        messages.arrived("tests three and four");
        messages.arrived("other five");
        assert_eq!(
            *heard.lock().unwrap(),
            ["Text(\"one\")", "Text(\"three and four\")"]
        );
    }

    #[test]
    fn what_is_too_long_or_lost_is_missed() {
        let messages = Messages::new();
        let heard = heard(&messages);
        let mut leaving = messages.0.leaving.subscribe();
        messages.tell(TOPIC, &"x".repeat(LIMIT + 1));
        assert_eq!(&*leaving.try_recv().unwrap(), "tests");
        heard.lock().unwrap().clear();
        messages.arrived("tests");
        messages.arrived("other");
        messages.arrived("");
        messages.missed();
        assert_eq!(*heard.lock().unwrap(), ["Missed", "Missed", "Missed"]);
    }
}

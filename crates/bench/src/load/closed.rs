//! Closed loop: every connection sends its next request as soon as it has its answer.
//!
//! One thread and one epoll serve all connections: fewer wake-ups than a thread each, so more of
//! the machine is the server's.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::inbox::Inbox;
use super::{Tally, Target};
use crate::error::BenchError;
use crate::scenario::Script;

/// How long answers may still be under way at the end.
const GRACE: Duration = Duration::from_secs(30);

/// Saturates the target for `duration`.
///
/// # Errors
/// When a connection breaks, a server hangs, or any answer is not the expected one.
pub(crate) fn drive(target: Target<'_>, duration: Duration) -> Result<Tally, BenchError> {
    let driving = || format!("driving {} of {}", target.scenario.name(), target.name);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(BenchError::io("starting the load generator"))?;
    let tally = runtime.block_on(async {
        timeout(duration + GRACE, all_connections(target, duration))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    });
    tally.map_err(BenchError::io(driving()))?.finish(target)
}

async fn all_connections(target: Target<'_>, duration: Duration) -> io::Result<Tally> {
    let mut connections = JoinSet::new();
    let mut tally = Tally::default();
    let end = Instant::now() + duration;
    for number in 0..target.scenario.connections() {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        let script = Script::new(target.scenario, target.subject, number);
        connections.spawn(one_connection(stream, script, end));
    }
    while let Some(outcome) = connections.join_next().await {
        tally.merge(outcome??);
    }
    Ok(tally)
}

async fn one_connection(
    mut stream: TcpStream,
    mut script: Script,
    end: Instant,
) -> io::Result<Tally> {
    let mut inbox = Inbox::new();
    let mut tally = Tally::default();
    let mut start = Instant::now();
    while start < end {
        stream.write_all(script.next_request()).await?;
        inbox.clear();
        let answer = loop {
            let count = stream.read(inbox.room()).await?;
            inbox.received(count)?;
            if let Some(answer) = inbox.answer()? {
                break answer;
            }
        };
        let now = Instant::now();
        if script.accepts(answer) {
            tally.expected(now - start);
        } else {
            tally.unexpected(answer);
        }
        start = now;
    }
    Ok(tally)
}

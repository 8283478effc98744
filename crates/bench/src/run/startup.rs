//! Start-up on SQLite, from the start of the process to the first 200, and memory at rest.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::error::BenchError;
use crate::load::median;
use crate::procfs;
use crate::server::Ashlar;

/// What is at rest now was busy starting a moment ago.
const SETTLE: Duration = Duration::from_secs(1);

/// The middle of a few starts.
pub(crate) struct Startup {
    /// Milliseconds, database made and migrated on the way.
    pub(crate) fresh: f64,
    /// Milliseconds, database as the last run left it.
    pub(crate) existing: f64,
    /// Bytes resident one second after the first answer.
    pub(crate) idle_bytes: u64,
}

/// Starts on new files, then on the last of them.
pub(super) fn measure(
    ashlar: &Ashlar,
    directory: &Path,
    starts: usize,
) -> Result<Startup, BenchError> {
    let url = |number: usize| {
        format!(
            "sqlite://{}?mode=rwc",
            directory.join(format!("start-{number}.db")).display()
        )
    };
    let start_and_stop = |number: usize| {
        let server = ashlar.serve(&url(number))?;
        let millis = server.started_in.as_secs_f64() * 1e3;
        server.stop().map(|()| millis)
    };
    // One start before all others, so that the binary is in the page cache for each.
    start_and_stop(starts)?;
    let fresh = (0..starts).map(start_and_stop).collect::<Result<_, _>>()?;
    let existing = (0..starts)
        .map(|_| start_and_stop(0))
        .collect::<Result<_, _>>()?;

    let server = ashlar.serve(&url(0))?;
    thread::sleep(SETTLE);
    let idle_bytes = procfs::resident_bytes(server.pid())?;
    server.stop()?;
    Ok(Startup {
        fresh: median(fresh),
        existing: median(existing),
        idle_bytes,
    })
}

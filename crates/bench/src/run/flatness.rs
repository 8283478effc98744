//! Does a list take longer when there is more of it?
//!
//! A database for each size, all of whose rows one user owns, and an Ashlar on each. The sizes
//! take turns, first and last page in turn, so that a change of the machine's mood shows in all.

use std::io;
use std::time::{Duration, Instant};

use super::lineup::serve_signed_in;
use super::{Effort, say};
use crate::database::Database;
use crate::error::BenchError;
use crate::load::{Client, median};
use crate::scenario::{self, get, list_path};
use crate::server::{Ashlar, Server};

/// Rows of a page.
const PAGE_ROWS: usize = 20;
/// Requests in a row to one size, before the next has its turn.
const TURN: usize = 50;

/// List time at one size.
pub(crate) struct Flatness {
    /// Rows of the list.
    pub(crate) rows: usize,
    /// Without a cursor.
    pub(crate) first: Page,
    /// By the cursor of the last page but one, after all pages were walked.
    pub(crate) last: Page,
}

/// Latencies of one page, one request at a time.
#[derive(Default)]
pub(crate) struct Page {
    latencies: Vec<f64>,
}

impl Page {
    /// Median latency in milliseconds.
    pub(crate) fn millis(&self) -> f64 {
        median(self.latencies.clone())
    }

    /// A page that took these milliseconds.
    #[cfg(test)]
    pub(crate) fn of(millis: f64) -> Self {
        Self {
            latencies: vec![millis],
        }
    }
}

/// Measures first and last page at each size of the effort.
pub(super) fn measure(
    ashlar: &Ashlar,
    server_url: &str,
    effort: &Effort,
) -> Result<Vec<Flatness>, BenchError> {
    let mut lists = Vec::new();
    for &rows in effort.list_sizes {
        say(&format!("  {rows} rows"));
        lists.push(List::prepare(ashlar, server_url, rows)?);
    }
    for turn in 0..=effort.list_requests.div_ceil(TURN) {
        for list in &mut lists {
            let (first, last) = list.take_turn()?;
            // The first turn warms up.
            if turn > 0 {
                list.result.first.latencies.extend(first);
                list.result.last.latencies.extend(last);
            }
        }
    }
    Ok(lists.into_iter().map(|list| list.result).collect())
}

/// One size: its server, and the requests of both pages. Fields drop in order: the server ends
/// before its database goes.
struct List {
    server: Server,
    _database: Database,
    first: Vec<u8>,
    last: Vec<u8>,
    result: Flatness,
}

impl List {
    fn prepare(ashlar: &Ashlar, server_url: &str, rows: usize) -> Result<Self, BenchError> {
        let database = Database::create(server_url, &format!("ashlar_bench_rows_{rows}"))?;
        ashlar.migrate(&database.url)?;
        let (server, subject, user) = serve_signed_in(ashlar, &database)?;
        database.seed(rows, user, 1)?;
        let mut client = Client::connect(server.address).map_err(failed(rows))?;
        let last = walk(&mut client, &subject.token, rows)?;
        Ok(Self {
            server,
            _database: database,
            first: get(&list_path(None), &subject.token),
            last,
            result: Flatness {
                rows,
                first: Page::default(),
                last: Page::default(),
            },
        })
    }

    fn take_turn(&mut self) -> Result<(Vec<f64>, Vec<f64>), BenchError> {
        let rows = self.result.rows;
        // While the others had their turn, the server may have closed an idle connection.
        let mut client = Client::connect(self.server.address).map_err(failed(rows))?;
        let mut first = Vec::with_capacity(TURN);
        let mut last = Vec::with_capacity(TURN);
        for _ in 0..TURN {
            first.push(timed(&mut client, &self.first).map_err(failed(rows))?);
            last.push(timed(&mut client, &self.last).map_err(failed(rows))?);
        }
        Ok((first, last))
    }
}

/// Follows the cursors to the end; gives the request of the last page.
fn walk(client: &mut Client, token: &str, rows: usize) -> Result<Vec<u8>, BenchError> {
    let mut request = get(&list_path(None), token);
    let mut pages = 1;
    loop {
        let answer = client.exchange(&request).map_err(failed(rows))?;
        let Some(cursor) = scenario::next_cursor(answer.body) else {
            break;
        };
        request = get(&list_path(Some(cursor)), token);
        pages += 1;
    }
    let expected = rows.div_ceil(PAGE_ROWS);
    if pages == expected {
        Ok(request)
    } else {
        let told = format!("{rows} rows are {expected} pages, but the cursors led over {pages}");
        Err(BenchError::Failed(told))
    }
}

/// Milliseconds of one exchange.
fn timed(client: &mut Client, request: &[u8]) -> io::Result<f64> {
    let start = Instant::now();
    let status = client.exchange(request)?.status;
    let latency: Duration = start.elapsed();
    if status != 200 {
        return Err(io::Error::other(format!("status {status}")));
    }
    Ok(latency.as_secs_f64() * 1e3)
}

fn failed(rows: usize) -> impl FnOnce(io::Error) -> BenchError {
    BenchError::io(format!("listing {rows} rows"))
}

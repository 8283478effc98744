//! A run: prepare, measure in rounds, report.

mod flatness;
mod hashing;
mod jwt;
mod lineup;
mod parity;
mod rounds;
mod saturation;
mod startup;
mod temporary;

use std::path::PathBuf;
use std::time::Duration;

use crate::database::Database;
use crate::error::BenchError;
use crate::report::{self, Setting};
use crate::scenario::Scenario;
use crate::server::Ashlar;

pub(crate) use flatness::Flatness;
#[cfg(test)]
pub(crate) use flatness::Page;
pub(crate) use rounds::{Comparison, Drive, Series, middle};
pub(crate) use saturation::Saturation;
pub(crate) use startup::Startup;

use lineup::Lineup;
use temporary::TemporaryDirectory;

/// What to measure and where.
#[derive(clap::Args)]
pub(crate) struct RunArgs {
    /// The release binary of Ashlar
    #[arg(long)]
    ashlar: PathBuf,
    /// A PostgreSQL server on which databases may be created: `postgres://user@host:port`
    #[arg(long)]
    postgres: String,
    /// Shorter drives, and no list of a million rows
    #[arg(long)]
    quick: bool,
    /// Markdown file whose section between the markers is replaced; made when missing
    #[arg(long)]
    write: Option<PathBuf>,
    /// Projects in the database, a fifth of them the driven user's
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1000..))]
    rows: u32,
}

/// Everything that was measured.
pub(crate) struct Results {
    /// Each scenario, with all its servers.
    pub(crate) comparisons: Vec<Comparison>,
    /// Memory of each server: name, bytes idle, bytes after all load.
    pub(crate) memory: Vec<(&'static str, u64, u64)>,
    /// Time of one argon2 verification with Ashlar's parameters; none when no hash was found.
    pub(crate) hash_time: Option<Duration>,
    /// Time of one check of a JSON Web Token, and of nothing else.
    pub(crate) jwt_time: Duration,
    /// What reads wait while sign-ins take all that they may.
    pub(crate) saturation: Saturation,
    /// List time by rows.
    pub(crate) flatness: Vec<Flatness>,
    /// Start-up and idle memory on SQLite.
    pub(crate) startup: Startup,
}

/// How long and how often.
struct Effort {
    rounds: usize,
    warm_up: Duration,
    drive: Duration,
    list_sizes: &'static [usize],
    list_requests: usize,
    starts: usize,
}

/// Measures and prints; writes the section when asked to.
///
/// # Errors
/// When a server cannot be prepared, answers otherwise than expected, or differs from a yardstick.
pub(crate) fn run(args: &RunArgs) -> Result<(), BenchError> {
    let effort = Effort::new(args.quick);
    let directory = TemporaryDirectory::create()?;
    let ashlar = Ashlar::new(&args.ashlar, directory.path())?;

    say("start-up on SQLite");
    let startup = startup::measure(&ashlar, directory.path(), effort.starts)?;

    let database = Database::create(&args.postgres, "ashlar_bench")?;
    say(&format!("seeding {} projects", args.rows));
    let lineup = Lineup::start(&ashlar, &database, args.rows as usize, directory.path())?;
    parity::check(&lineup)?;
    let mut comparisons = Vec::new();
    for scenario in [
        Scenario::Live,
        Scenario::LiveSignedIn,
        Scenario::GetOne,
        Scenario::List,
        Scenario::Create,
        Scenario::Login,
        Scenario::Refresh,
    ] {
        say(scenario.name());
        comparisons.push(rounds::measure(&lineup, &database, scenario, &effort)?);
    }
    say("reads while sign-ins saturate");
    let saturation = saturation::measure(&lineup, &effort)?;
    let memory = lineup.memory()?;
    lineup.stop()?;
    let hash_time = hashing::measure(&database, lineup::PASSWORD)?;
    let jwt_time = jwt::measure()?;

    say("list time by rows");
    let flatness = flatness::measure(&ashlar, &args.postgres, &effort)?;
    let results = Results {
        comparisons,
        memory,
        hash_time,
        jwt_time,
        saturation,
        flatness,
        startup,
    };
    let setting = Setting::gather(&database, args.rows, args.quick)?;
    let text = report::render(&setting, &results);
    println!("{text}");
    args.write
        .as_deref()
        .map_or(Ok(()), |path| report::write_section(path, &text))
}

impl Effort {
    fn new(quick: bool) -> Self {
        if quick {
            Self {
                rounds: 3,
                warm_up: Duration::from_millis(500),
                drive: Duration::from_millis(1500),
                list_sizes: &[1_000, 100_000],
                list_requests: 300,
                starts: 3,
            }
        } else {
            Self {
                rounds: 5,
                warm_up: Duration::from_secs(1),
                drive: Duration::from_secs(4),
                list_sizes: &[1_000, 10_000, 100_000, 1_000_000],
                list_requests: 1000,
                starts: 9,
            }
        }
    }
}

/// Progress, apart from the tables.
fn say(what: &str) {
    eprintln!("bench: {what}");
}

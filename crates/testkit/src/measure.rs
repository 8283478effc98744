//! What benchmarks of the engines stand on: a world to measure in, and figures beside their goals.
//!
//! Nothing here asserts: a figure that is missed is a finding, and depends on the machine.

use std::{fmt, fs, time::Duration};

use ashlar_core::{
    database::Database,
    settings::{DatabaseSettings, Reader, Source},
};
use sea_orm::{ConnectionTrait, Statement};

use crate::{Backend, World, run};

/// Runs `work` in a world of its own, and answers what it answers.
pub fn in_a_world<T>(backend: Backend, work: impl AsyncFnOnce(World) -> T) -> T {
    let mut outcome = None;
    let slot = &mut outcome;
    run(backend, move |world| async move {
        *slot = Some(work(world).await);
    });
    outcome.expect("the work has ended")
}

/// The world's database through a pool as large as in production. Other than the world's own pool it
/// is for the caller to close.
pub async fn connect(world: &World) -> Database {
    connect_to(world.database_url()).await
}

/// As [`connect`], for another process.
pub async fn connect_to(url: &str) -> Database {
    let mut reader = Reader::new(Source::from_pairs([
        ("APP_ENV", "test"),
        ("DATABASE_URL", url),
    ]));
    let settings = DatabaseSettings::read(&mut reader);
    reader.finish().expect("the address is sound");
    let database = Database::connect(&settings).await;
    database.expect("the database opens")
}

/// The value that 99 % are not above, by nearest rank; zero when there are none.
pub fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let rank = (times.len() * 99).div_ceil(100);
    times
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// What the databases of a run are, and how durable: one line of Markdown each.
pub fn setting() -> String {
    let lines = [Backend::Sqlite, Backend::Postgres].map(|backend| in_a_world(backend, describe));
    lines.join("\n")
}

/// How busy the machine is: Linux's load averages over 1, 5 and 15 minutes.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let averages: Vec<&str> = text.split(' ').take(3).collect();
    match averages.is_empty() {
        true => "unknown".to_owned(),
        false => averages.join(" "),
    }
}

/// What is wanted of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// At least this.
    AtLeast(f64),
    /// Less than this.
    Below(f64),
    /// Nothing: the more the better.
    More,
    /// Nothing: the less the better.
    Less,
}

impl Goal {
    /// The best of `rounds`, none of which is NaN.
    fn best(self, rounds: &[f64]) -> Option<f64> {
        let rounds = rounds.iter().copied();
        match self {
            Self::AtLeast(_) | Self::More => rounds.reduce(f64::max),
            Self::Below(_) | Self::Less => rounds.reduce(f64::min),
        }
    }

    fn verdict(self, rounds: &[f64]) -> &'static str {
        let holds = match (self, self.best(rounds)) {
            (Self::More | Self::Less, _) => return "",
            (Self::AtLeast(least), Some(best)) => best >= least,
            (Self::Below(bound), Some(best)) => best < bound,
            (_, None) => false,
        };
        if holds { "held" } else { "not held" }
    }
}

/// Figures, as a Markdown table that reads well in a terminal.
#[derive(Debug, Default)]
pub struct Figures(Vec<[String; 5]>);

impl Figures {
    /// Adds one: what it is, on what database, in what unit, and what each round measured. The best
    /// round counts, since what else the machine does can only make it worse; all are shown.
    pub fn add(&mut self, what: &str, unit: &str, goal: Goal, rounds: &[f64]) {
        let bound = match goal {
            Goal::AtLeast(least) => format!("≥ {} {unit}", number(least)),
            Goal::Below(bound) => format!("< {} {unit}", number(bound)),
            Goal::More | Goal::Less => String::new(),
        };
        let best = goal.best(rounds);
        let measured = best.map_or("nothing".to_owned(), |best| {
            format!("{} {unit}", number(best))
        });
        let rounds_shown: Vec<String> = rounds.iter().map(|&round| number(round)).collect();
        self.0.push([
            what.to_owned(),
            bound,
            measured,
            rounds_shown.join(" · "),
            goal.verdict(rounds).to_owned(),
        ]);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["figure", "goal", "best", "rounds", "verdict"].map(str::to_owned);
        let rows = || std::iter::once(&head).chain(&self.0);
        let widths: [usize; 5] = std::array::from_fn(|column| {
            let cells = rows().map(|row| row[column].chars().count());
            cells.max().unwrap_or_default()
        });
        for (index, row) in rows().enumerate() {
            for (cell, width) in row.iter().zip(widths) {
                write!(f, "| {cell:<width$} ")?;
            }
            writeln!(f, "|")?;
            if index == 0 {
                for width in widths {
                    write!(f, "|:{:-<1$}", "", width + 1)?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

/// Whole from a hundred on, with one decimal below.
fn number(value: f64) -> String {
    match value.abs() >= 100.0 || value.fract() == 0.0 {
        true => format!("{value:.0}"),
        false => format!("{value:.1}"),
    }
}

async fn describe(world: World) -> String {
    let (name, durability, place) = match world.backend() {
        Backend::Sqlite => (
            format!("SQLite {}", text(&world, "SELECT sqlite_version()").await),
            "WAL, synchronous normal".to_owned(),
            world.folder().display().to_string(),
        ),
        Backend::Postgres => (
            format!("PostgreSQL {}", text(&world, "SHOW server_version").await),
            postgres_durability(&world).await,
            text(&world, "SHOW data_directory").await,
        ),
    };
    let place = match place.starts_with("/dev/shm/") {
        true => "data in memory, where a flush costs nothing",
        false => "data on disk",
    };
    format!("- {name}: {durability}; {place}.")
}

async fn postgres_durability(world: &World) -> String {
    let mut settings = Vec::new();
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        settings.push(format!(
            "{name} {}",
            text(world, &format!("SHOW {name}")).await
        ));
    }
    settings.join(", ")
}

/// The first column of the first row.
async fn text(world: &World, sql: &str) -> String {
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap();
    row.expect("a row").try_get_by_index(0).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p99_is_the_one_that_99_in_100_do_not_exceed() {
        let millis = |count: u64| (1..=count).rev().map(Duration::from_millis).collect();
        assert_eq!(p99(millis(200)), Duration::from_millis(198));
        assert_eq!(p99(millis(100)), Duration::from_millis(99));
        assert_eq!(p99(millis(1)), Duration::from_millis(1));
        assert_eq!(p99(Vec::new()), Duration::ZERO);
    }

    #[test]
    fn the_best_round_is_held_against_the_goal() {
        assert_eq!(Goal::AtLeast(10.0).verdict(&[9.0, 10.0]), "held");
        assert_eq!(Goal::AtLeast(10.0).verdict(&[9.0, 9.9]), "not held");
        assert_eq!(Goal::Below(10.0).verdict(&[9.9, 20.0]), "held");
        assert_eq!(Goal::Below(10.0).verdict(&[10.0]), "not held");
        assert_eq!(Goal::AtLeast(0.0).verdict(&[]), "not held");
        assert_eq!(Goal::More.verdict(&[1.0]), "");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut figures = Figures::default();
        figures.add("jobs", "/s", Goal::AtLeast(4000.0), &[4100.0, 5.25]);
        let expected = "\
| figure | goal      | best    | rounds     | verdict |
|:-------|:----------|:--------|:-----------|:--------|
| jobs   | ≥ 4000 /s | 4100 /s | 4100 · 5.2 | held    |
";
        assert_eq!(figures.to_string(), expected);
    }
}

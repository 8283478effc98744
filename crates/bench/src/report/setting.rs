//! Where, when and with what the figures were taken.

use std::fmt;
use std::process::Command;

use crate::database::Database;
use crate::error::BenchError;
use crate::procfs;

/// What has to be known to compare two reports.
pub(crate) struct Setting {
    date: String,
    commit: String,
    machine: String,
    rustc: String,
    postgres: String,
    durability: String,
    rows: u32,
    quick: bool,
}

impl Setting {
    /// Asks the machine, the database and the tools.
    ///
    /// # Errors
    /// When the database fails or `/proc` cannot be read.
    pub(crate) fn gather(database: &Database, rows: u32, quick: bool) -> Result<Self, BenchError> {
        Ok(Self {
            date: database.today()?,
            commit: said_by("git", &["rev-parse", "--short", "HEAD"]),
            machine: procfs::machine()?,
            rustc: said_by("rustc", &["--version"]),
            postgres: database.server_version()?,
            durability: database.durability()?,
            rows,
            quick,
        })
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let profile = if cfg!(debug_assertions) {
            "dev"
        } else {
            "release"
        };
        let effort = if self.quick { " (a quick run)" } else { "" };
        writeln!(
            f,
            "Taken on {}{effort}, at commit {}.\n",
            self.date, self.commit
        )?;
        writeln!(
            f,
            "- Machine: {}; load generator and PostgreSQL on the same.",
            self.machine
        )?;
        writeln!(f, "- PostgreSQL {}: {}.", self.postgres, self.durability)?;
        writeln!(
            f,
            "- {}; the yardsticks built with the {profile} profile.",
            self.rustc
        )?;
        writeln!(
            f,
            "- {} projects; Ashlar and the yardsticks with 2 HTTP workers.",
            self.rows
        )
    }
}

/// The first line a tool prints, or that it is unknown.
fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    let output = output.filter(|output| output.status.success());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.filter(|text| !text.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

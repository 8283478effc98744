//! `queries <folder> [crate]`: holds the statements that a test run recorded in the folder, or those
//! of one crate, against the databases' plans for them, and says which read a table from end to end.

use std::{env, path::Path, process::ExitCode};

use ashlar_testkit::queries;

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]
fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let (folder, of) = match arguments.as_slice() {
        [folder] => (folder, None),
        [folder, of] => (folder, of.to_str()),
        _ => {
            eprintln!("usage: queries <folder> [crate], at the workspace's root");
            return ExitCode::from(2);
        }
    };
    match queries::check(Path::new(folder), Path::new("."), of) {
        Ok(report) if report.findings.is_empty() => {
            println!("statements checked: {}", report.statements);
            ExitCode::SUCCESS
        }
        Ok(report) => {
            for finding in &report.findings {
                eprintln!("\n{finding}");
            }
            let (found, all) = (report.findings.len(), report.statements);
            eprintln!("\n{found} findings in {all} statements");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

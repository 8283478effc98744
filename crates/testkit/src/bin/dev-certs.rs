//! `dev-certs <folder>`: a certificate for development, `localhost.crt` and `localhost.key`.

use std::{env, io, path::Path, process::ExitCode};

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]
fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [folder] = arguments.as_slice() else {
        eprintln!("usage: dev-certs <folder>");
        return ExitCode::from(2);
    };
    match write(Path::new(folder)) {
        Ok(written) => {
            println!("{written}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot write into {}: {error}", Path::new(folder).display());
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> io::Result<String> {
    let files = ashlar_testkit::certificate().write(folder)?;
    Ok(format!("{}\n{}", files.cert.display(), files.key.display()))
}

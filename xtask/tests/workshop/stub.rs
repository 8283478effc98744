//! A workspace whose application is a server of a few lines.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const ROOT: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/app\"]\n";

const MANIFEST: &str = "[package]\nname = \"ashlar-app\"\nedition = \"2024\"\n\n[[bin]]\nname = \"ashlar\"\npath = \"src/main.rs\"\n";

/// Serves WORD on any port; `doctor` finds all well, and nothing else is known.
const SOURCE: &str = r#"
use std::{env, io::{Read, Write}, net::TcpListener, process::exit};

fn main() {
    let mut arguments = env::args().skip(1);
    let command = arguments.next();
    match command.as_deref() {
        Some("serve" | "doctor") if arguments.any(|argument| argument == "--help") => {}
        Some("doctor") => println!("all is well"),
        Some("serve") => serve(),
        _ => {
            eprintln!("error: unrecognized subcommand");
            exit(2)
        }
    }
}

fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"WORD");
    }
}
"#;

/// The workspace; its folder goes with it.
pub(crate) struct Workspace(PathBuf);

impl Workspace {
    /// One whose application serves this word.
    pub(crate) fn serving(word: &str) -> Self {
        static LAST: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "workshop-{}-{}",
            std::process::id(),
            LAST.fetch_add(1, Relaxed)
        );
        let workspace = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        workspace.write("Cargo.toml", ROOT);
        workspace.write("crates/app/Cargo.toml", MANIFEST);
        workspace.write(".env.example", "LOG_LEVEL=info");
        workspace.write("docs/errors.md", "# No errors");
        workspace.serve(word);
        workspace
    }

    /// Changes the application: it serves this word from now on.
    pub(crate) fn serve(&self, word: &str) {
        self.write("crates/app/src/main.rs", &SOURCE.replace("WORD", word));
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// `cargo xtask` in this workspace.
    pub(crate) fn xtask(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(arguments)
            .current_dir(&self.0)
            .env("CARGO_MANIFEST_DIR", self.0.join("xtask"))
            .env("CARGO_TARGET_DIR", self.0.join("target"))
            .env_remove("APP_ENV")
            .env_remove("DATABASE_URL");
        command
    }

    /// What it answers, to both outputs, and whether it succeeds.
    pub(crate) fn run(&self, arguments: &[&str]) -> (bool, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.xtask(arguments).output().unwrap();
        let text = [stdout, stderr].concat();
        (status.success(), String::from_utf8(text).unwrap())
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

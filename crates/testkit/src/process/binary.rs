//! The binary under test, as fresh as its sources.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use tokio::{sync::OnceCell, task::spawn_blocking};

/// The path of `ashlar`, built with the profile of the running test. Once a process: it is for
/// Cargo to know whether there is something to build.
pub(super) async fn build() -> &'static Path {
    static BINARY: OnceCell<PathBuf> = OnceCell::const_new();
    #[expect(
        clippy::disallowed_methods,
        reason = "happens once, and no server waits for it"
    )]
    let built = BINARY
        .get_or_init(async || spawn_blocking(run_cargo).await.unwrap())
        .await;
    built
}

fn run_cargo() -> PathBuf {
    let mut cargo = Command::new(cargo());
    cargo
        // Not by its package: the dependencies are to be those that the whole workspace is tested with.
        .args(["build", "--quiet", "--bin", "ashlar"])
        .args(["--message-format", "json-render-diagnostics"])
        .arg("--profile")
        .arg(profile())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .stderr(Stdio::inherit());
    let output = cargo
        .output()
        .unwrap_or_else(|error| panic!("{cargo:?}: {error}"));
    assert!(output.status.success(), "{cargo:?}: {}", output.status);
    executable(&String::from_utf8_lossy(&output.stdout)).expect("Cargo tells what it built")
}

/// The path in the message that tells of the binary.
fn executable(messages: &str) -> Option<PathBuf> {
    messages.lines().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_ours = message["target"]["name"] == "ashlar";
        let path = message["executable"].as_str()?;
        is_ours.then(|| path.into())
    })
}

/// The Cargo that runs the tests, if one does.
#[expect(
    clippy::disallowed_methods,
    reason = "it is Cargo's variable, not a setting"
)]
fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The profile of the running test, from where Cargo put it: `target/<profile>/deps/<test>`.
fn profile() -> String {
    let test = env::current_exe().unwrap();
    let folder = test
        .ancestors()
        .nth(2)
        .and_then(Path::file_name)
        .unwrap_or_default();
    match folder.to_str() {
        Some("debug") | None => "dev".to_owned(),
        Some(name) => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_tells_where_the_binary_is() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"ashlar_app"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"ashlar"},"executable":"a/ashlar"}"#,
            "\n",
        );
        assert_eq!(executable(messages), Some("a/ashlar".into()));
        assert_eq!(executable("{}\n"), None);
    }
}

//! Part `deploy`: what `deploy/` holds is valid, safe, and sets settings that there are.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::application;
use crate::error::{Error, Result};
use crate::process;
use crate::pypi;
use crate::terminal::say;
use crate::workspace;

/// Which of Kubernetes' schemas are used comes with it.
const VALIDATOR: (&str, &str) = ("kubernetes-validate", "1.37.0");

/// Where the units expect the binary.
const INSTALLED: &str = "/usr/local/bin/ashlar";

/// Holds the manifests and the units against what they have to be.
pub(super) fn run() -> Result<()> {
    let binary = application::build()?;
    let mut findings = manifests(&binary)?;
    findings.extend(units(&binary)?);
    compose()?;
    Error::from_findings(findings)
}

fn manifests(binary: &Path) -> Result<Vec<String>> {
    let (package, version) = VALIDATOR;
    let python = pypi::ensure(package, version)?.join("python");
    let root = workspace::root();
    let mut check = Command::new(python);
    check
        .arg(root.join("xtask/src/check/deploy/manifests.py"))
        .arg(root.join(".env.example"))
        .arg(binary)
        .args(files("deploy/kubernetes/", "yaml")?)
        .current_dir(root);
    Ok(lines(&process::stdout_of(&mut check)?))
}

/// systemd's own judgement, of the units with this binary in the place of the installed one.
fn units(binary: &Path) -> Result<Vec<String>> {
    if !process::is_there("systemd-analyze") {
        say("without systemd-analyze the units are not looked at");
        return Ok(Vec::new());
    }
    let folder = workspace::target().join("units");
    workspace::make_empty(&folder)?;
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no"]).current_dir(&folder);
    for unit in files("deploy/systemd/", "service")? {
        let text = workspace::read(&workspace::root().join(&unit))?;
        let name = unit.trim_start_matches("deploy/systemd/");
        let text = text.replace(INSTALLED, &binary.to_string_lossy());
        workspace::write(&folder.join(name), &text)?;
        verify.arg(name.replace("@.", "@all."));
    }
    let said = process::quiet(&mut verify).map_or_else(String::new, |output| {
        String::from_utf8_lossy(&output.stderr).into_owned()
    });
    // It tells of the machine's own units, too.
    let is_ours = |line: &String| line.contains("ashlar");
    Ok(lines(&said).into_iter().filter(is_ours).collect())
}

fn compose() -> Result<()> {
    let docker = |arguments: &[&str]| {
        let mut docker = Command::new("docker");
        docker.args(arguments).current_dir(workspace::root());
        docker
    };
    if !process::succeeds(&mut docker(&["compose", "version"])) {
        say("without Docker Compose docker-compose.yml is not looked at");
        return Ok(());
    }
    process::run(&mut docker(&[
        "compose",
        "--profile",
        "app",
        "config",
        "--quiet",
    ]))
}

/// The files below a folder, relative to the root.
fn files(folder: &str, extension: &str) -> Result<Vec<String>> {
    let is_meant = |path: &PathBuf| path.extension().is_some_and(|is| is == extension);
    let files = workspace::files()?.into_iter().filter(is_meant);
    let paths = files.map(|path| workspace::relative(&path));
    Ok(paths.filter(|path| path.starts_with(folder)).collect())
}

fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(str::to_owned).collect()
}

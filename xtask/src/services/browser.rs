//! A browser: Chromium from `PATH` or Debian's packages, and what drives and judges it, from npm.
//!
//! Nothing runs between tests: each starts a browser of its own. So to start this service is to see that its programs
//! are there, and to stop it is to forget them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::state::{Origin, Running};
use super::{BROWSER, Service};
use crate::error::{Error, Result};
use crate::{debian, npm, process};

/// How distributions call Chromium, and Google's build of it.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Drives the browser. Pinned, as is the next.
const PLAYWRIGHT: (&str, &str) = ("playwright-core", "1.65.1");

/// Finds what keeps people out of a page.
const AXE: (&str, &str) = ("axe-core", "4.14.1");

/// Chromium with its driver.
pub(super) struct Browser;

impl Service for Browser {
    fn name(&self) -> &'static str {
        BROWSER
    }

    fn variable(&self) -> Option<&'static str> {
        Some("TEST_CHROMIUM")
    }

    fn mark(&self) -> Option<&'static str> {
        Some("browser::")
    }

    fn start(&self, _: &mut dyn FnMut(&Running) -> Result<()>) -> Result<Running> {
        let program = chromium()?.ok_or_else(missing)?;
        let playwright = package(PLAYWRIGHT)?;
        let axe = package(AXE)?.join("axe.min.js");
        let further = [("TEST_PLAYWRIGHT", &playwright), ("TEST_AXE", &axe)];
        let text = |path: &Path| path.display().to_string();
        Ok(Running {
            url: text(&program),
            port: 0,
            further: BTreeMap::from(further.map(|(name, path)| (name.to_owned(), text(path)))),
            origin: nothing_running(playwright),
            kept: false,
        })
    }

    fn answers(&self, running: &Running) -> bool {
        let paths = std::iter::once(&running.url).chain(running.further.values());
        paths.map(Path::new).all(Path::exists)
    }

    fn stop(&self, _: &Running) -> Result<()> {
        Ok(())
    }
}

/// The executable, installed if need be and if possible; without fonts, pages have no text.
fn chromium() -> Result<Option<PathBuf>> {
    let found = || PROGRAMS.into_iter().find_map(process::path_of);
    if found().is_none() && debian::can_install() {
        debian::install("chromium")?;
        debian::install("fonts-liberation")?;
    }
    Ok(found())
}

/// The folder of an npm package.
fn package((name, version): (&str, &str)) -> Result<PathBuf> {
    let home = npm::ensure(name, version)?.ok_or_else(missing)?;
    Ok(home.join("node_modules").join(name))
}

fn nothing_running(programs: PathBuf) -> Origin {
    Origin::Process {
        pid: None,
        programs,
        data: PathBuf::new(),
    }
}

fn missing() -> Error {
    Error::said(format!(
        "{BROWSER} cannot be had: no `chromium`, `node` and `npm` in PATH, and not root on Debian to install them; \
         install them, or set TEST_CHROMIUM, TEST_PLAYWRIGHT and TEST_AXE"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_as_long_as_its_programs_are() {
        let here = env!("CARGO_MANIFEST_DIR").to_owned();
        let mut running = Running {
            url: here.clone(),
            port: 0,
            further: BTreeMap::from([("TEST_AXE".to_owned(), here.clone())]),
            origin: nothing_running(PathBuf::from(&here)),
            kept: false,
        };
        assert!(Browser.answers(&running));
        let gone = format!("{here}/no such script.js");
        running.further.insert("TEST_AXE".to_owned(), gone);
        assert!(!Browser.answers(&running));
    }
}

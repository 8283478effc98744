//! Kafka's jars, with what they need, from Maven Central.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::debian;
use crate::error::{Error, Result};
use crate::process;
use crate::terminal::say;
use crate::workspace;

/// Pinned: a broker that behaves otherwise is a change to make with open eyes. Needs Java 17.
const VERSION: &str = "4.3.1";

/// The binding for the slf4j 1.7 that Kafka depends on; of the same version as its log4j.
const LOG4J: &str = "2.25.4";

/// The plugin that copies; what Maven takes by itself depends on Maven's version.
const PLUGIN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/// The folder whose `lib` holds the jars, fetched when they are not there yet; `None` when there is no Maven.
///
/// # Errors
/// When Maven cannot fetch them.
pub(super) fn ensure() -> Result<Option<PathBuf>> {
    let home = workspace::target().join(format!("tools/kafka-{VERSION}"));
    if home.join("lib").exists() {
        return Ok(Some(home));
    }
    if !debian::provides("mvn", "maven")? {
        return Ok(None);
    }
    say(&format!("fetching kafka {VERSION} from Maven Central"));
    fetch(&home)?;
    Ok(Some(home))
}

/// Complete or not at all: the folder gets its name last.
fn fetch(home: &Path) -> Result<()> {
    let partial = home.join("lib.partial");
    workspace::make_empty(&partial)?;
    workspace::write(&home.join("pom.xml"), &project())?;
    let mut maven = Command::new("mvn");
    maven
        .args(["--batch-mode", "--quiet"])
        .arg(format!("{PLUGIN}:copy-dependencies"))
        .arg("-DincludeScope=runtime")
        .arg(format!("-DoutputDirectory={}", partial.display()))
        .current_dir(home);
    process::run(&mut maven)?;
    let lib = home.join("lib");
    fs::rename(&partial, &lib).map_err(Error::file("create", &lib))
}

/// A project that has no code and depends on the broker, its command-line tools, and a log that goes somewhere.
fn project() -> String {
    let dependencies = [
        dependency("org.apache.kafka", "kafka_2.13", VERSION),
        // Without what only its Connect needs: a web server.
        without_dependencies(&dependency("org.apache.kafka", "kafka-tools", VERSION)),
        dependency("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J),
    ]
    .concat();
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n\
         <modelVersion>4.0.0</modelVersion>\n\
         <groupId>ashlar</groupId><artifactId>kafka</artifactId><version>1</version>\n\
         <packaging>pom</packaging>\n\
         <dependencies>\n{dependencies}</dependencies>\n\
         </project>\n"
    )
}

fn dependency(group: &str, artifact: &str, version: &str) -> String {
    format!(
        "<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>\
         <version>{version}</version></dependency>\n"
    )
}

fn without_dependencies(dependency: &str) -> String {
    dependency.replace(
        "</dependency>",
        "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>",
    )
}

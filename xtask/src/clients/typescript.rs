//! TypeScript: openapi-typescript makes types of the document, and openapi-fetch makes requests of the types.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::application;
use crate::error::{Error, Result};
use crate::npm;
use crate::process;
use crate::workspace;

/// Pinned: newer ones write other code, and that is a change to make with open eyes. The generator is made of the
/// compiler's parts of version 5.
const TOOLS: [(&str, &str); 4] = [
    ("openapi-typescript", "7.13.0"),
    ("openapi-fetch", "0.17.0"),
    ("typescript", "5.9.3"),
    ("@types/node", "20.19.43"),
];

/// What stands beside the generated types.
const CLIENT: &str = include_str!("client.ts");

/// Writes `schema.ts`, which is generated, and `client.ts`, with which one calls.
///
/// # Errors
/// When the generator cannot be had, or fails.
pub(super) fn generate(folder: &Path) -> Result<()> {
    let modules = modules()?;
    let modules = modules.ok_or_else(|| Error::said("the TypeScript client needs node and npm"))?;
    let mut generator = Command::new("node");
    generator
        .arg(modules.join("openapi-typescript/bin/cli.js"))
        .arg(application::openapi_path())
        .arg("--output")
        .arg(folder.join("schema.ts"))
        // Each schema is a type by its own name.
        .args(["--root-types", "--root-types-no-schema-prefix"])
        .arg("--root-types-keep-casing")
        // What has a default may be left out.
        .args(["--default-non-nullable", "false"])
        .current_dir(folder)
        .stdout(Stdio::null());
    process::run(&mut generator)?;
    workspace::write(&folder.join("client.ts"), CLIENT)
}

/// The tools' `node_modules`; `None` when Node.js or npm cannot be had.
///
/// # Errors
/// When npm cannot fetch them.
pub(crate) fn modules() -> Result<Option<PathBuf>> {
    let home = npm::ensure_all(&TOOLS)?;
    Ok(home.map(|home| home.join("node_modules")))
}

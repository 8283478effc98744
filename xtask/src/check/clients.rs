//! Part `clients`: generated clients compile under the strictest rules, and a tour of the running binary in each of them
//! sees what its types say.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::application;
use crate::clients::{Language, python, typescript};
use crate::environment;
use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::process;
use crate::server::Server;
use crate::terminal::say;
use crate::workspace;

/// Where the tours are, below the root.
const TOURS: &str = "tests/clients";

/// A tour's variable for where the server is.
const URL: &str = "ASHLAR_URL";

/// How TypeScript is compiled: as strictly as it can be.
const TSCONFIG: &str = r#"{
  "compilerOptions": {
    "strict": true,
    "exactOptionalPropertyTypes": true,
    "noUncheckedIndexedAccess": true,
    "noImplicitOverride": true,
    "noImplicitReturns": true,
    "noUnusedLocals": true,
    "noUnusedParameters": true,
    "target": "ES2023",
    "module": "NodeNext",
    "types": ["node"],
    "skipLibCheck": true,
    "outDir": "out"
  },
  "include": ["*.ts"]
}
"#;

/// Generates, checks the types, and runs the tours against one server.
pub(super) fn run() -> Result<()> {
    let binary = application::build()?;
    let folder = workspace::target().join("clients");
    let typescript = compiled(&folder)?;
    let python = typed(&folder)?;
    let run = folder.join("server");
    workspace::make_empty(&run)?;
    let mut guard = Guard::start()?;
    let mut command = Server::command(&binary, &run);
    let database = format!("sqlite://{}?mode=rwc", run.join("ashlar.db").display());
    command.env("DATABASE_URL", database);
    let server = Server::start(&mut guard, command, &run)?;
    say(&format!("the server's log is {}", server.log()));
    let tours = typescript.into_iter().chain([python]);
    let outcomes: Vec<Result<()>> = tours
        .map(|mut tour| process::run(tour.env(URL, server.url())))
        .collect();
    let stopped = server.stop(&mut guard);
    outcomes.into_iter().collect::<Result<()>>().and(stopped)
}

/// The tour in TypeScript, compiled together with the client; `None` where it is left out.
fn compiled(folder: &Path) -> Result<Option<Command>> {
    let Some(modules) = typescript::modules()? else {
        let sentence = "the TypeScript client is left out: that needs node and npm";
        if environment::is_ci() {
            return Err(Error::said(sentence));
        }
        say(sentence);
        return Ok(None);
    };
    let folder = Language::Typescript.generate(folder)?;
    workspace::write(&folder.join("tour.ts"), &tour("tour.ts")?)?;
    workspace::write(&folder.join("package.json"), "{ \"type\": \"module\" }\n")?;
    workspace::write(&folder.join("tsconfig.json"), TSCONFIG)?;
    let here = folder.join("node_modules");
    symlink(&modules, &here).map_err(Error::file("create", &here))?;
    let mut compiler = Command::new("node");
    compiler.arg(modules.join("typescript/bin/tsc"));
    process::run(compiler.current_dir(&folder))?;
    let mut node = Command::new("node");
    node.arg(folder.join("out/tour.js"));
    Ok(Some(node))
}

/// The tour in Python, once the types of the client and the tour are right.
fn typed(folder: &Path) -> Result<Command> {
    let folder = Language::Python.generate(folder)?;
    workspace::write(&folder.join("tour.py"), &tour("tour.py")?)?;
    let mut mypy = python::program("mypy")?;
    mypy.args([
        "--strict",
        "--cache-dir=.mypy_cache",
        "ashlar_client",
        "tour.py",
    ]);
    process::run(mypy.current_dir(&folder))?;
    let mut python = python::program("python")?;
    python.arg(folder.join("tour.py")).current_dir(&folder);
    Ok(python)
}

fn tour(name: &str) -> Result<String> {
    workspace::read(&workspace::root().join(TOURS).join(name))
}

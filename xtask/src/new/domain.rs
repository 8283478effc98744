//! A new domain: its crate without an entity, and all the places in the tree that name a domain; then its entities.

use chrono::TimeDelta;
use serde::Serialize;

use super::{entity, imports, lines, name, spec};
use crate::changes::Changes;
use crate::error::Result;
use crate::migrate::timestamp;

/// The files of a domain without an entity.
const FILES: [(&str, &str); 14] = [
    ("domain/Cargo.toml.j2", "Cargo.toml"),
    ("domain/README.md.j2", "README.md"),
    ("domain/lib.rs.j2", "src/lib.rs"),
    ("domain/domain.rs.j2", "src/domain.rs"),
    ("domain/model.rs.j2", "src/model.rs"),
    ("domain/schemas.rs.j2", "src/schemas/mod.rs"),
    ("domain/router.rs.j2", "src/router/mod.rs"),
    ("domain/service.rs.j2", "src/service/mod.rs"),
    ("domain/repository.rs.j2", "src/repository/mod.rs"),
    ("domain/entity.rs.j2", "src/entity/mod.rs"),
    ("domain/error.rs.j2", "src/error.rs"),
    ("domain/events.rs.j2", "src/events/mod.rs"),
    ("domain/jobs.rs.j2", "src/jobs/mod.rs"),
    ("domain/tests.rs.j2", "tests/api/main.rs"),
];

#[derive(Serialize)]
struct Context<'a> {
    d: &'a spec::Domain,
    /// Its entities, in a sentence.
    things: String,
}

/// Adds the domain with its entities.
pub(super) fn add(
    changes: &mut Changes,
    name: &str,
    entities: &[String],
    plurals: &[String],
) -> Result<()> {
    let mut problems = Vec::new();
    let domain = spec::Domain::new(name, &mut problems);
    let one = [format!("{}:name:string", name::singular(name))];
    let specs = if entities.is_empty() { &one } else { entities };
    let entities: Vec<_> = specs
        .iter()
        .map(|spec| spec::entity(spec, plurals, &mut problems))
        .collect();
    for (position, entity) in entities.iter().enumerate() {
        let before = &entities[..position];
        if before.iter().any(|other| other.name == entity.name) {
            problems.push(format!("entity `{}` is there twice", entity.name));
        }
    }
    changes.problems_of(problems.into_iter().map(Some));
    refuse_what_is_taken(changes, &domain);
    changes.check()?;
    write(changes, &domain, &entities);
    register(changes, &domain);
    let mut time = timestamp::next()?;
    for entity in &entities {
        entity::add(changes, &domain, entity, &timestamp::of(time));
        // The name is the version: no two may have the same.
        time += TimeDelta::seconds(1);
    }
    Ok(())
}

fn refuse_what_is_taken(changes: &mut Changes, domain: &spec::Domain) {
    let spec::Domain {
        name,
        kebab,
        service,
        ..
    } = domain;
    let manifest = changes.text("Cargo.toml").unwrap_or_default();
    if manifest.contains(&format!("\nashlar-{kebab} = ")) {
        changes.refuse(format!("domain `{name}`: there is a crate ashlar-{kebab}"));
    }
    for folder in [
        format!("crates/domains/{name}"),
        format!("migration/src/{name}"),
    ] {
        if !changes.names(&folder).is_empty() {
            changes.refuse(format!("domain `{name}`: there is a folder {folder}"));
        }
    }
    for file in ["crates/contracts/src", "migration/src"] {
        let file = format!("{file}/{name}.rs");
        if changes.has(&file) {
            changes.refuse(format!("domain `{name}`: there is a file {file}"));
        }
    }
    let compose = changes
        .text("crates/app/src/compose.rs")
        .unwrap_or_default();
    let is_word = |word: &str| word == service;
    if compose
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(is_word)
    {
        changes.refuse(format!(
            "domain `{name}`: crates/app/src/compose.rs calls something else {service}"
        ));
    }
}

fn write(changes: &mut Changes, domain: &spec::Domain, entities: &[spec::Entity]) {
    let names: Vec<_> = entities.iter().map(|one| one.humans.as_str()).collect();
    let context = Context {
        d: domain,
        things: name::capital(&listed(&names)),
    };
    for (template, path) in FILES {
        changes.render(template, &context, &domain.path(path));
    }
    let name = &domain.name;
    for (template, path) in [
        (
            "domain/contracts.rs.j2",
            format!("crates/contracts/src/{name}.rs"),
        ),
        (
            "domain/wire.rs.j2",
            format!("crates/contracts/tests/wire/{name}.rs"),
        ),
    ] {
        changes.render(template, &context, &path);
    }
    register_contracts(changes, domain);
    let row = format!(
        "| `ashlar-{}` | `crates/domains/{name}` | {} | core, contracts |",
        domain.kebab,
        listed(&names)
    );
    changes.edit("ARCHITECTURE.md", &row, |text| {
        let last = text
            .lines()
            .rfind(|line| line.contains("| `crates/domains/"))?;
        lines::behind_last(text, last, &row)
    });
}

/// The places of the contracts that name a domain.
pub(super) fn register_contracts(changes: &mut Changes, domain: &spec::Domain) {
    let spec::Domain { name, kebab, .. } = domain;
    let module = format!("pub mod {name};");
    changes.edit("crates/contracts/src/lib.rs", &module, |text| {
        lines::sorted(text, "pub mod ", &module)
    });
    changes.edit(
        "crates/contracts/tests/wire/main.rs",
        &format!("mod {name};"),
        |text| lines::module(text, "", name),
    );
    let row = format!("| `{name}.rs` | `ashlar-{kebab}` | none |");
    changes.edit("crates/contracts/README.md", &row, |text| {
        let last = text
            .lines()
            .rfind(|line| line.contains(".rs` | `ashlar-"))?;
        lines::behind_last(text, last, &row)
    });
}

/// The places of the workspace and the app that name a domain.
fn register(changes: &mut Changes, domain: &spec::Domain) {
    let spec::Domain {
        name,
        kebab,
        service,
        ..
    } = domain;
    let krate = format!("ashlar_{name}");
    let member = format!("ashlar-{kebab} = {{ path = \"crates/domains/{name}\" }}");
    changes.edit("Cargo.toml", &member, |text| {
        lines::sorted(text, "ashlar-", &member)
    });
    let dependency = format!("ashlar-{kebab}.workspace = true");
    changes.edit("crates/app/Cargo.toml", &dependency, |text| {
        lines::sorted(text, "ashlar-", &dependency)
    });
    let mounted =
        format!("        {krate}::domain({service}::new(database.clone(), clock.clone())),");
    changes.edit("crates/app/src/compose.rs", &mounted, |text| {
        let text = imports::add(text, &krate, &[service])?;
        let end = text.rfind("\n    ])\n}\n")? + 1;
        Some(format!("{}{mounted}\n{}", &text[..end], &text[end..]))
    });
    let owners = format!("@ashlar/{kebab}");
    let code = format!("/crates/domains/{name}/ {owners}\n/migration/src/{name}/ {owners}\n\n");
    changes.edit("CODEOWNERS", &code, |text| {
        let at = text.find("/crates/engines/")?;
        let text = format!("{}{code}{}", &text[..at], &text[at..]);
        let readers = text
            .lines()
            .find(|line| line.starts_with("/crates/contracts/"))?;
        Some(text.replacen(readers, &format!("{readers} {owners}"), 1))
    });
}

/// `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

//! An entity of a domain: its files on every layer, and the lines that make them known.

mod register;

use serde::Serialize;

use super::{domain, existing, imports, lines, spec};
use crate::changes::{Changes, rendered};
use crate::error::Result;
use crate::migrate::{self, timestamp};

/// Its file on each layer, and how the layer's other files see it.
const LAYERS: [(&str, &str); 7] = [
    ("entity", "pub(crate) "),
    ("repository", "pub(crate) "),
    ("events", "pub(crate) "),
    ("jobs", "pub(crate) "),
    ("router", "pub(crate) "),
    ("schemas", ""),
    ("service", ""),
];

/// Its use cases, each with a file of tests.
const TESTS: [&str; 9] = [
    "mod",
    "concurrency",
    "create",
    "delete",
    "events",
    "forget",
    "list",
    "read",
    "update",
];

#[derive(Serialize)]
struct Context<'a> {
    d: &'a spec::Domain,
    e: &'a spec::Entity,
}

/// Adds an entity to a domain that is there.
pub(super) fn add_to(
    changes: &mut Changes,
    domain: &str,
    spec: &str,
    plurals: &[String],
) -> Result<()> {
    let domain = existing(changes, domain)?;
    let mut problems = Vec::new();
    let entity = spec::entity(spec, plurals, &mut problems);
    changes.problems_of(problems.into_iter().map(Some));
    changes.check()?;
    add(
        changes,
        &domain,
        &entity,
        &timestamp::of(timestamp::next()?),
    );
    Ok(())
}

/// Adds an entity to a domain that is there, or will be.
pub(super) fn add(changes: &mut Changes, domain: &spec::Domain, entity: &spec::Entity, time: &str) {
    refuse_what_is_taken(changes, domain, entity);
    let context = Context {
        d: domain,
        e: entity,
    };
    let name = &entity.name;
    for (layer, visibility) in LAYERS {
        let path = domain.path(&format!("src/{layer}/{name}.rs"));
        changes.render(&format!("entity/{layer}.rs.j2"), &context, &path);
        add_module(changes, domain, layer, visibility, name);
    }
    for test in TESTS {
        let path = domain.path(&format!("tests/api/{name}/{test}.rs"));
        changes.render(&format!("entity/tests/{test}.rs.j2"), &context, &path);
    }
    changes.edit(
        &domain.path("tests/api/main.rs"),
        &format!("mod {name};"),
        |text| lines::module(text, "", name),
    );
    add_contract(changes, &context);
    add_migration(changes, &context, time);
    register::add(changes, domain, entity);
}

/// Names are one for the whole API: of tables, routes, operations, schemas and events.
fn refuse_what_is_taken(changes: &mut Changes, domain: &spec::Domain, entity: &spec::Entity) {
    let spec::Entity {
        name,
        pascal,
        plural,
        path,
        ..
    } = entity;
    if *pascal == domain.service {
        changes.refuse(format!(
            "entity `{name}`: the domain's service has the name {pascal}; a domain is a plural, an entity a singular"
        ));
    }
    let tests = domain.path("tests/api/main.rs");
    if changes
        .text(&tests)
        .is_some_and(|text| lines::has_module(&text, name))
    {
        changes.refuse(format!(
            "entity `{name}`: {tests} has a module of that name already"
        ));
    }
    let openapi = changes.text("docs/openapi.json").unwrap_or_default();
    for taken in [
        format!("\"/api/v1/{path}\""),
        format!("\"list_{plural}\""),
        format!("\"create_{name}\""),
        format!("\"{pascal}Response\""),
    ] {
        if openapi.contains(&taken) {
            changes.refuse(format!("entity `{name}`: the API has {taken} already"));
        }
    }
    for owner in changes.names("migration/src") {
        let creates = format!("_create_{plural}.rs");
        let files = changes.names(&format!("migration/src/{owner}"));
        if files.iter().any(|file| file.ends_with(&creates)) {
            changes.refuse(format!(
                "entity `{name}`: {owner} has a table {plural} already"
            ));
        }
    }
    for file in changes.names("crates/contracts/src") {
        let text = changes.text(&format!("crates/contracts/src/{file}"));
        if text.is_some_and(|text| text.contains(&format!("\"{name}.created\""))) {
            changes.refuse(format!(
                "entity `{name}`: crates/contracts/src/{file} has {name}.created already"
            ));
        }
    }
}

/// Whether the tests of this entity have a `make` that others can use, as those have that are written here.
pub(super) fn has_maker(changes: &Changes, domain: &spec::Domain, name: &str) -> bool {
    let tests = changes.text(&domain.path(&format!("tests/api/{name}/mod.rs")));
    tests.is_some_and(|text| text.contains("pub(crate) async fn make("))
}

/// The module of a layer's new file. A layer that is not there yet gets its first file.
pub(super) fn add_module(
    changes: &mut Changes,
    domain: &spec::Domain,
    layer: &str,
    visibility: &str,
    name: &str,
) {
    let path = domain.layer(layer, |path| changes.has(path));
    if !changes.has(&path) {
        let context = serde_json::json!({ "d": domain });
        changes.render(&format!("domain/{layer}.rs.j2"), &context, &path);
        changes.edit(
            &domain.path("src/lib.rs"),
            &format!("mod {layer};"),
            |text| lines::behind(text, "mod error;", &format!("mod {layer};")),
        );
    }
    let line = format!("{visibility}mod {name};");
    if changes
        .text(&path)
        .is_some_and(|text| lines::has_module(&text, name))
    {
        changes.refuse(format!("{path} has a module `{name}` already"));
        return;
    }
    changes.edit(&path, &line, |text| lines::module(text, visibility, name));
}

/// Its events, and the texts that they are on the wire.
fn add_contract(changes: &mut Changes, context: &Context<'_>) {
    let (domain, entity) = (context.d, context.e);
    let types = format!("crates/contracts/src/{}.rs", domain.name);
    let wire = format!("crates/contracts/tests/wire/{}.rs", domain.name);
    if !changes.has(&types) {
        changes.render("domain/contracts.rs.j2", context, &types);
        changes.render("domain/wire.rs.j2", context, &wire);
        domain::register_contracts(changes, domain);
    }
    append(changes, "entity/contracts.rs.j2", context, &types);
    append(changes, "entity/wire.rs.j2", context, &wire);
    changes.edit(&types, "the types' `use`", |text| {
        imports::add(text, "ashlar_core", &entity.imports_of_events())
    });
    let names =
        ["Created", "Updated", "Deleted", "Id"].map(|end| format!("{}{end}", entity.pascal));
    changes.edit(&wire, "the events' `use`", |text| {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        imports::add(text, &format!("ashlar_contracts::{}", domain.name), &names)
    });
    let events = ["created", "updated", "deleted"].map(|end| format!("`{}.{end}`", entity.name));
    tell_in_contracts(changes, domain, &events.join(", "));
}

/// The names of events in the table of the contracts.
pub(super) fn tell_in_contracts(changes: &mut Changes, domain: &spec::Domain, events: &str) {
    changes.edit("crates/contracts/README.md", events, |text| {
        let name = format!("`{}.rs` | `ashlar-{}`", domain.name, domain.kebab);
        lines::cell(text, &name, events)
    });
}

/// What a template makes, at the end of a file.
pub(super) fn append(changes: &mut Changes, template: &str, context: &impl Serialize, path: &str) {
    match rendered(template, context) {
        Ok(more) => changes.edit(path, template, |text| {
            Some(format!("{}\n\n{more}", text.trim_end()))
        }),
        Err(error) => changes.refuse(error.to_string()),
    }
}

/// Its table.
fn add_migration(changes: &mut Changes, context: &Context<'_>, time: &str) {
    let module = format!("m{time}_create_{}", context.e.plural);
    match rendered("entity/migration.rs.j2", context) {
        Ok(text) => migrate::add(changes, &context.d.name, &module, text),
        Err(error) => changes.refuse(error.to_string()),
    }
}

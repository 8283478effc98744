//! An event of an entity, and the route by which its owner has it told.

use serde::Serialize;

use super::field::{self, Field};
use super::{entity, existing, imports, lines, name, spec};
use crate::changes::Changes;
use crate::error::Result;

/// Its file on each layer, and how the layer's other files see it.
const LAYERS: [(&str, &str); 4] = [
    ("repository", "pub(crate) "),
    ("router", "pub(crate) "),
    ("schemas", ""),
    ("service", ""),
];

#[derive(Serialize)]
struct Context<'a> {
    d: &'a spec::Domain,
    /// `invoice_paid`.
    name: &'a str,
    pascal: String,
    /// `invoice.paid`.
    event: &'a str,
    happened_words: String,
    /// `pay`, what the route ends in.
    verb_path: String,
    entity: &'a str,
    entity_pascal: String,
    entity_words: String,
    a_entity: String,
    path: String,
    fields: Vec<Field>,
    type_imports: String,
}

/// Adds the event, what tells it, and its tests: a route that ends in the verb.
pub(super) fn add(
    changes: &mut Changes,
    domain: &str,
    (event, verb): (&str, Option<&str>),
    fields: &[String],
) -> Result<()> {
    let domain = existing(changes, domain)?;
    let Some((entity, happened)) = event.split_once('.') else {
        changes.refuse(format!(
            "event `{event}` is not <entity>.<what happened>, such as invoice.paid"
        ));
        return changes.check();
    };
    changes.problems_of([
        name::problem("entity", entity),
        name::problem("what happened,", happened),
        verb.and_then(|verb| name::problem("verb", verb)),
    ]);
    let specs: Vec<&str> = fields.iter().flat_map(|field| field.split(':')).collect();
    let mut problems = Vec::new();
    let fields = field::parse(event, &specs, &mut problems);
    let own_id = format!("{entity}_id");
    if fields.iter().any(|field| field.name == own_id) {
        problems.push(format!(
            "field `{own_id}` of `{event}` is what the event has anyway"
        ));
    }
    let long = fields.iter().filter(|field| !field.is_told());
    problems.extend(long.map(|field| {
        format!(
            "field `{}` of `{event}`: a long text is not told; who needs it asks for it by the id",
            field.name
        )
    }));
    let marked = fields.iter().filter(|field| field.unique);
    problems.extend(marked.map(|field| {
        format!(
            "field `{}` of `{event}`: an event is not unique",
            field.name
        )
    }));
    changes.problems_of(problems.into_iter().map(Some));
    refuse_what_is_taken(changes, &domain, event, entity);
    changes.check()?;
    let name = event.replace('.', "_");
    let context = Context::new(
        &domain,
        event,
        &name,
        (entity, happened, verb.unwrap_or(happened)),
        fields,
        path_of(changes, &domain, entity),
    );
    write(changes, &context);
    register(changes, &context);
    Ok(())
}

fn refuse_what_is_taken(changes: &mut Changes, domain: &spec::Domain, event: &str, entity: &str) {
    let types = format!("crates/contracts/src/{}.rs", domain.name);
    let text = changes.text(&types).unwrap_or_default();
    if text.contains(&format!("\"{event}\"")) {
        changes.refuse(format!("event `{event}`: {types} has it already"));
    }
    if !entity::has_maker(changes, domain, entity) {
        changes.refuse(format!(
            "event `{event}`: domain `{}` has no entity `{entity}` of the shape that `cargo xtask new entity` writes; \
             docs/events.md tells how to add an event by hand",
            domain.name
        ));
    }
}

/// Where the entity's routes are, as its tests say.
fn path_of(changes: &Changes, domain: &spec::Domain, entity: &str) -> String {
    let tests = changes.text(&domain.path(&format!("tests/api/{entity}/mod.rs")));
    let tests = tests.unwrap_or_default();
    let path = tests
        .split_once("const PATH: &str = \"/api/v1/")
        .and_then(|(_, rest)| rest.split_once('"'));
    path.map_or_else(
        || name::kebab(&name::plural(entity)),
        |(path, _)| path.to_owned(),
    )
}

impl<'a> Context<'a> {
    fn new(
        d: &'a spec::Domain,
        event: &'a str,
        name: &'a str,
        (entity, happened, verb): (&'a str, &'a str, &'a str),
        fields: Vec<Field>,
        path: String,
    ) -> Self {
        let type_imports = spec::type_imports(&fields);
        Self {
            d,
            name,
            pascal: name::pascal(name),
            event,
            happened_words: name::words(happened),
            verb_path: name::kebab(verb),
            entity,
            entity_pascal: name::pascal(entity),
            entity_words: name::words(entity),
            a_entity: name::with_article(entity),
            path,
            fields,
            type_imports,
        }
    }
}

fn write(changes: &mut Changes, context: &Context<'_>) {
    let (domain, name) = (context.d, context.name);
    for (layer, visibility) in LAYERS {
        if layer == "schemas" && context.fields.is_empty() {
            continue;
        }
        let path = domain.path(&format!("src/{layer}/{name}.rs"));
        changes.render(&format!("event/{layer}.rs.j2"), context, &path);
        entity::add_module(changes, domain, layer, visibility, name);
    }
    let test = domain.path(&format!("tests/api/{name}.rs"));
    changes.render("event/test.rs.j2", context, &test);
    changes.edit(
        &domain.path("tests/api/main.rs"),
        &format!("mod {name};"),
        |text| lines::module(text, "", name),
    );
    let types = format!("crates/contracts/src/{}.rs", domain.name);
    entity::append(changes, "event/contracts.rs.j2", context, &types);
    changes.edit(&types, "the types' `use`", |text| {
        let paths: Vec<_> = context.fields.iter().filter_map(Field::import).collect();
        imports::add(text, "ashlar_core", &paths)
    });
    let wire = format!("crates/contracts/tests/wire/{}.rs", domain.name);
    entity::append(changes, "event/wire.rs.j2", context, &wire);
    changes.edit(&wire, "the events' `use`", |text| {
        imports::add(
            text,
            &format!("ashlar_contracts::{}", domain.name),
            &[&context.pascal],
        )
    });
}

fn register(changes: &mut Changes, context: &Context<'_>) {
    let (domain, name, pascal) = (context.d, context.name, &context.pascal);
    let it = &domain.name;
    if !context.fields.is_empty() {
        let schemas = format!("pub use {name}::{pascal}Body;");
        let path = domain.layer("schemas", |path| changes.has(path));
        changes.edit(&path, &schemas, |text| lines::shown(text, &schemas));
    }
    let links = [
        ("mount", format!("(router::{name}::routes())")),
        ("publishes", format!("::<{pascal}>()")),
    ];
    let calls: Vec<_> = links
        .iter()
        .map(|(kind, call)| format!(".{kind}{call}"))
        .collect();
    let mount = domain.mount(|path| changes.has(path));
    changes.edit(&mount, &calls.join(", "), |text| {
        let mut text = imports::add(text, "ashlar_contracts", &[&format!("{it}::{pascal}")])?;
        for (kind, call) in &links {
            text = lines::link(&text, kind, call)?;
        }
        Some(text)
    });
    let event = format!("`{}`", context.event);
    entity::tell_in_contracts(changes, domain, &event);
    let route = format!(
        "`/{}/{{{}_id}}/{}`",
        context.path, context.entity, context.verb_path
    );
    for (row, value) in [("Routes", route), ("Publishes", event)] {
        changes.edit(
            &domain.path("README.md"),
            &format!("{row}: {value}"),
            |text| lines::cell(text, row, &value),
        );
    }
}

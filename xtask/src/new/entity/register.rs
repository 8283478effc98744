//! The lines that make an entity known, in files that are not its own.

use crate::changes::Changes;
use crate::new::{imports, lines, name, spec};

/// What the generated code stands on.
const DEPENDENCIES: [&str; 10] = [
    "actix-web",
    "ashlar-contracts",
    "ashlar-core",
    "chrono",
    "garde",
    "schemars",
    "sea-orm",
    "serde",
    "thiserror",
    "tracing",
];

/// What its tests stand on.
const DEV_DEPENDENCIES: [&str; 3] = ["ashlar-testkit", "futures-util", "serde_json"];

/// Adds them all.
pub(super) fn add(changes: &mut Changes, domain: &spec::Domain, entity: &spec::Entity) {
    add_to_layers(changes, domain, entity);
    add_errors(changes, domain, entity);
    add_to_mount(changes, domain, entity);
    add_to_manifest(changes, domain);
    add_to_pages(changes, domain, entity);
}

/// The lines within the domain's files that are not of one entity.
fn add_to_layers(changes: &mut Changes, domain: &spec::Domain, entity: &spec::Entity) {
    let spec::Entity {
        name,
        pascal,
        plural,
        ..
    } = entity;
    let is_there = |changes: &Changes, layer| domain.layer(layer, |path| changes.has(path));
    let start = format!("pub use ashlar_contracts::{}::", domain.name);
    let own = [pascal.clone(), format!("{pascal}Id")];
    let ids = format!("{start}{{{}}};", own.join(", "));
    changes.edit(&is_there(changes, "model"), &ids, |text| {
        imports::merged(text, &start, &[&own[0], &own[1]]).or_else(|| lines::shown(text, &ids))
    });
    let kinds = ["Create", "Filters", "Replace", "Response", "Sort", "Update"];
    let kinds = kinds.map(|kind| format!("{pascal}{kind}")).join(", ");
    let schemas = format!("pub use {name}::{{{kinds}}};");
    changes.edit(&is_there(changes, "schemas"), &schemas, |text| {
        lines::shown(text, &schemas)
    });
    let (field, made) = (
        format!("    {plural}: {name}::ById,"),
        format!("            {plural}: {name}::by_id(&db),"),
    );
    let by_hand = format!(
        "the service's field `{}`, made by `{}`",
        field.trim(),
        made.trim()
    );
    changes.edit(&is_there(changes, "service"), &by_hand, |text| {
        let text = lines::behind_end(text, "::ById,", &field)
            .or_else(|| lines::behind(text, "clock: Clock,", &field))?;
        lines::behind_end(&text, "::by_id(&db),", &made)
            .or_else(|| lines::behind(&text, "Self {", &made))
    });
}

/// What can go wrong with it, and what that is to a client.
fn add_errors(changes: &mut Changes, domain: &spec::Domain, entity: &spec::Entity) {
    let (error, pascal) = (&domain.error, &entity.pascal);
    let mut variants = vec![format!(
        "    /// There is no such {human}, or it is somebody else's.\n    #[error(\"{human} not found\")]\n    {pascal}NotFound,",
        human = entity.human
    )];
    let mut arms = vec![format!(
        "            {error}::{pascal}NotFound => Self::not_found(\"{}\"),",
        name::capital(&entity.human)
    )];
    for field in &entity.unique {
        let (taken, words) = (format!("{pascal}{}Taken", field.pascal), &field.words);
        variants.push(format!(
            "    /// The owner has {} with this {words}.\n    #[error(\"{words} already taken\")]\n    {taken},",
            entity.a_human
        ));
        arms.push(format!(
            "            {error}::{taken} => Self::conflict(\"{} already taken\").with_field(FieldError::new(\"{}\", \"is the {words} of another {}\")),",
            name::capital(words),
            field.name,
            entity.human
        ));
    }
    let by_hand = format!(
        "the variants {pascal}NotFound and Stale of {error}, and what they are as a Problem"
    );
    changes.edit(&domain.path("src/error.rs"), &by_hand, |text| {
        // A stale version is told alike, of whatever entity.
        let text = lines::above_item(text, "    Stale,", &variants.join("\n"))?;
        let stale = format!("            {error}::Stale");
        let text = lines::above_item(&text, &stale, &arms.join("\n"))?;
        match entity.unique.is_empty() {
            true => Some(text),
            false => imports::add(&text, "ashlar_core", &["problem::FieldError"]),
        }
    });
}

/// What `domain()` hands to the app.
fn add_to_mount(changes: &mut Changes, domain: &spec::Domain, entity: &spec::Entity) {
    let spec::Entity {
        name,
        pascal,
        plural,
        plural_pascal,
        ..
    } = entity;
    let it = &domain.name;
    let mut links = vec![
        ("table", format!("::<entity::{name}::Entity>()")),
        ("mount", format!("(router::{name}::routes())")),
    ];
    for event in ["Created", "Updated", "Deleted"] {
        links.push(("publishes", format!("::<{pascal}{event}>()")));
    }
    links.push((
        "handles",
        format!("(\"{it}.forget_{plural}\", Forget{plural_pascal}({it}.clone()))"),
    ));
    links.push(("performs", format!("(Delete{plural_pascal}({it}.clone()))")));
    let calls: Vec<_> = links
        .iter()
        .map(|(kind, call)| format!(".{kind}{call}"))
        .collect();
    let mount = domain.mount(|path| changes.has(path));
    changes.edit(&mount, &calls.join(", "), |text| {
        text.contains(&format!("pub fn domain({it}: {})", domain.service))
            .then_some(())?;
        let events =
            ["Created", "Updated", "Deleted"].map(|event| format!("{it}::{pascal}{event}"));
        let events: Vec<_> = events.iter().map(String::as_str).collect();
        let mut text = imports::add(text, "ashlar_contracts", &events)?;
        let own = [
            format!("events::{name}::Forget{plural_pascal}"),
            format!("jobs::{name}::Delete{plural_pascal}"),
        ];
        text = imports::add(&text, "crate", &[&own[0], &own[1]])?;
        for (kind, call) in &links {
            text = lines::link(&text, kind, call)?;
        }
        Some(text)
    });
}

fn add_to_manifest(changes: &mut Changes, domain: &spec::Domain) {
    let path = domain.path("Cargo.toml");
    let text = changes.text(&path).unwrap_or_default();
    let is_there = |name: &str| {
        text.lines()
            .any(|line| line.starts_with(&format!("{name}.")))
    };
    for (head, names) in [
        ("[dependencies]", &DEPENDENCIES[..]),
        ("[dev-dependencies]", &DEV_DEPENDENCIES),
    ] {
        for name in names.iter().filter(|name| !is_there(name)) {
            let line = format!("{name}.workspace = true");
            changes.edit(&path, &line, |text| lines::behind(text, head, &line));
        }
    }
}

/// The pages and lists that name what the domain has.
fn add_to_pages(changes: &mut Changes, domain: &spec::Domain, entity: &spec::Entity) {
    let spec::Entity {
        name, plural, path, ..
    } = entity;
    let it = &domain.name;
    let told = ["created", "updated", "deleted"].map(|end| format!("`{name}.{end}`"));
    let readme = domain.path("README.md");
    for (row, value) in [
        ("Tables", format!("`{plural}`")),
        ("Routes", format!("`/{path}`, `/{path}/{{{name}_id}}`")),
        ("Publishes", told.join(", ")),
        ("Reads", format!("`user.deleted` (`{it}.forget_{plural}`)")),
        ("Jobs", format!("`{it}.delete_{plural}_of_owner`")),
    ] {
        changes.edit(&readme, &format!("{row}: {value}"), |text| {
            lines::cell(text, row, &value)
        });
    }
    let mut points = vec![format!(
        "- {} is its owner's: somebody else's answers 404, like one that does not exist. It goes with its\n  owner, by a job.",
        name::capital(&entity.a_human)
    )];
    for field in &entity.unique {
        points.push(format!(
            "- {}'s {} is unique among its owner's that are not deleted. The unique index decides, so two requests at once\n  cannot both have it.",
            name::capital(&entity.a_human),
            field.words
        ));
    }
    let points = points.join("\n");
    changes.edit(&readme, &points, |text| {
        lines::point(text, "## What always holds", &points)
    });
    for method in ["GET", "POST"] {
        let line = format!("    \"{method} /api/v1/{path}\",");
        changes.edit("crates/app/tests/api/access.rs", &line, |text| {
            let start = text.find("\nconst OPEN: ")?;
            let (before, after) = text.split_at(start);
            Some(format!(
                "{before}{}",
                lines::sorted(after, "    \"", &line)?
            ))
        });
    }
}

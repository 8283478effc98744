//! A job of a domain: it comes back by its schedule, and counts the rows of the domain's first table until its work is
//! written.

use croner::parser::{CronParser, Seconds, Year};
use serde::Serialize;

use super::{entity, existing, imports, lines, name, spec};
use crate::changes::Changes;
use crate::error::Result;

#[derive(Serialize)]
struct Context<'a> {
    d: &'a spec::Domain,
    name: &'a str,
    pascal: String,
    words: String,
    /// The module of the entity whose rows are counted: `entity::invoice`.
    entity: &'a str,
    table: &'a str,
}

/// Adds the job, its schedule, its work and its test.
pub(super) fn add(changes: &mut Changes, domain: &str, name: &str, cron: &str) -> Result<()> {
    let domain = existing(changes, domain)?;
    if let Some(problem) = name::problem("job", name) {
        changes.refuse(problem);
    } else if !name.contains('_') {
        changes.refuse(format!(
            "job `{name}` is not <verb>_<noun>, such as remind_debtors"
        ));
    }
    if !is_schedule(cron) {
        changes.refuse(format!(
            "`{cron}` is no schedule: five fields, as in `0 2 * * *`"
        ));
    }
    let Some(counted) = first_table(changes, &domain) else {
        changes.refuse(format!(
            "domain `{}` has no table whose rows the job could count: add one with `cargo xtask new entity`",
            domain.name
        ));
        return changes.check();
    };
    changes.check()?;
    let context = Context {
        d: &domain,
        name,
        pascal: name::pascal(name),
        words: name::words(name),
        entity: &counted.module,
        table: &counted.table,
    };
    for (layer, visibility) in [
        ("jobs", "pub(crate) "),
        ("service", ""),
        ("repository", "pub(crate) "),
    ] {
        let path = domain.path(&format!("src/{layer}/{name}.rs"));
        changes.render(&format!("job/{layer}.rs.j2"), &context, &path);
        entity::add_module(changes, &domain, layer, visibility, name);
    }
    let test = domain.path(&format!("tests/api/{name}.rs"));
    changes.render("job/test.rs.j2", &context, &test);
    changes.edit(
        &domain.path("tests/api/main.rs"),
        &format!("mod {name};"),
        |text| lines::module(text, "", name),
    );
    register(changes, &context, cron);
    Ok(())
}

/// Whether the engine of jobs will read it, which reads it with the same parser. That its time never comes (30 February) the
/// workers tell when they start.
fn is_schedule(cron: &str) -> bool {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    parser.parse(cron).is_ok() && !cron.contains(['"', '\\'])
}

/// What a job without work of its own looks at.
struct Counted {
    module: String,
    table: String,
}

fn first_table(changes: &Changes, domain: &spec::Domain) -> Option<Counted> {
    let flat = ("entity".to_owned(), domain.path("src/entity.rs"));
    let folder = domain.path("src/entity");
    let files = changes.names(&folder).into_iter().filter_map(|file| {
        let noun = file.strip_suffix(".rs").filter(|noun| *noun != "mod")?;
        Some((format!("entity::{noun}"), format!("{folder}/{file}")))
    });
    std::iter::once(flat)
        .chain(files)
        .find_map(|(module, path)| {
            let text = changes.text(&path)?;
            text.contains("impl Record for Entity").then_some(())?;
            let (_, rest) = text.split_once("table_name = \"")?;
            let (table, _) = rest.split_once('"')?;
            Some(Counted {
                table: table.to_owned(),
                module,
            })
        })
}

fn register(changes: &mut Changes, context: &Context<'_>, cron: &str) {
    let (domain, name, pascal) = (context.d, context.name, &context.pascal);
    let it = &domain.name;
    let links = [
        ("performs", format!("::<{pascal}>({it}.clone())")),
        (
            "schedule",
            format!("(Schedule::new(\"{it}.{name}\", \"{cron}\", || {pascal} {{}}))"),
        ),
    ];
    let calls: Vec<_> = links
        .iter()
        .map(|(kind, call)| format!(".{kind}{call}"))
        .collect();
    let mount = domain.mount(|path| changes.has(path));
    changes.edit(&mount, &calls.join(", "), |text| {
        let text = imports::add(text, "ashlar_core", &["jobs::Schedule"])?;
        let mut text = imports::add(&text, "crate", &[&format!("jobs::{name}::{pascal}")])?;
        for (kind, call) in &links {
            text = lines::link(&text, kind, call)?;
        }
        Some(text)
    });
    let scan = format!(
        "| `{it}::repository::{name}::count (count)` | `{}` | The job `{it}.{name}` counts all of them. |",
        context.table
    );
    changes.edit("tests/scans.md", &scan, |text| {
        lines::sorted(text, "| `", &scan)
    });
    let job = format!("`{it}.{name}` (`{cron}`)");
    changes.edit(&domain.path("README.md"), &format!("Jobs: {job}"), |text| {
        lines::cell(text, "Jobs", &job)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_has_five_fields_within_their_ranges() {
        for right in ["0 2 * * *", "*/90 0-23 1,15 JAN-DEC MON#2", "59 23 L 12 7"] {
            assert!(is_schedule(right), "{right}");
        }
        for wrong in [
            "0 2 * *",
            "0 25 * * *",
            "60 2 * * *",
            "0 2 1-32 * *",
            "0 2 * * 8",
            "0 2 * * \"",
        ] {
            assert!(!is_schedule(wrong), "{wrong}");
        }
    }
}

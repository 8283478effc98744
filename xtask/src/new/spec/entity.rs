//! An entity, with everything that follows from its fields.

use serde::Serialize;

use crate::new::field::{self, Field};
use crate::new::{imports, name};

/// Names longer than this are cut by PostgreSQL.
const MAX_IDENTIFIER: usize = 63;

/// An entity.
#[derive(Debug, Clone, Serialize)]
pub(in crate::new) struct Entity {
    pub(in crate::new) name: String,
    pub(in crate::new) pascal: String,
    /// The table.
    pub(in crate::new) plural: String,
    pub(in crate::new) plural_pascal: String,
    /// In URLs.
    pub(in crate::new) path: String,
    pub(in crate::new) human: String,
    pub(in crate::new) humans: String,
    pub(in crate::new) a_human: String,
    #[serde(rename = "A_human")]
    a_human_first: String,
    #[serde(rename = "Humans")]
    humans_first: String,
    pub(in crate::new) fields: Vec<Field>,
    /// Those that an event tells.
    told: Vec<Field>,
    sorts: Vec<Field>,
    pub(in crate::new) unique: Vec<Field>,
    required: Vec<Field>,
    has_nullable: bool,
    filters: Vec<Filter>,
    /// What `q` looks into.
    search: Option<Field>,
    /// What of core its fields' types are.
    type_imports: String,
    /// The functions that make its columns in a migration.
    columns: Vec<String>,
}

/// A filter of a list.
#[derive(Debug, Clone, Serialize)]
struct Filter {
    /// The filter's own name.
    filter: String,
    name: String,
    column: String,
    compare: &'static str,
    /// What the bound is called.
    of: &'static str,
    rust: String,
    about: String,
}

/// The entity in `invoice:number:string:total_cents:i64`; what is wrong with it goes to `problems`. `plurals` are
/// `person:people`.
pub(in crate::new) fn entity(spec: &str, plurals: &[String], problems: &mut Vec<String>) -> Entity {
    let mut parts = spec.split(':');
    let name = parts.next().unwrap_or_default();
    problems.extend(name::problem("entity", name));
    if name::is_taken(name) {
        problems.push(format!("entity `{name}`: the code calls something else so"));
    }
    let told = |pair: &String| {
        let (one, many) = pair.split_once(':')?;
        (one == name).then(|| many.to_owned())
    };
    let given = plurals.iter().find_map(told);
    if given.is_none() && name::singular(name) != name {
        problems.push(format!(
            "entity `{name}` looks like a plural: name it `{}`, or say `--plural {name}:…`",
            name::singular(name)
        ));
    }
    let plural = given.unwrap_or_else(|| name::plural(name));
    problems.extend(name::problem("the plural", &plural));
    problems.extend(name::sql_problem("table", &plural));
    if plural == name {
        problems.push(format!("entity `{name}`: its plural must be another word"));
    }
    let fields = field::parse(name, &parts.collect::<Vec<_>>(), problems);
    if fields.is_empty() {
        problems.push(format!(
            "entity `{name}` has no field: `{name}:title:string`"
        ));
    }
    let entity = Entity::new(name, plural, fields);
    problems.extend(entity.problems());
    entity
}

impl Entity {
    fn new(name: &str, plural: String, fields: Vec<Field>) -> Self {
        let chosen = |keep: fn(&Field) -> bool| -> Vec<Field> {
            fields.iter().filter(|field| keep(field)).cloned().collect()
        };
        let mut columns: Vec<_> = fields.iter().map(|field| field.column.clone()).collect();
        columns.push("uuid".to_owned());
        columns.sort_unstable();
        columns.dedup();
        Self {
            name: name.to_owned(),
            pascal: name::pascal(name),
            plural_pascal: name::pascal(&plural),
            path: name::kebab(&plural),
            human: name::words(name),
            humans: name::words(&plural),
            a_human: name::with_article(name),
            a_human_first: name::capital(&name::with_article(name)),
            humans_first: name::capital(&name::words(&plural)),
            told: chosen(Field::is_told),
            sorts: chosen(|field| field.is_sortable),
            unique: chosen(|field| field.unique),
            required: chosen(|field| !field.nullable),
            has_nullable: fields.iter().any(|field| field.nullable),
            filters: filters(&fields),
            search: fields.iter().find(|field| field.max.is_some()).cloned(),
            type_imports: type_imports(&fields),
            columns,
            plural,
            fields,
        }
    }

    /// What only the whole shows.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let own_id = format!("{}_id", self.name);
        for field in &self.fields {
            let index = format!("ix_{}_owner_id_{}_id", self.plural, field.name);
            if index.len() > MAX_IDENTIFIER {
                problems.push(format!(
                    "field `{}` of `{}`: the name of its index, {index}, is longer than PostgreSQL's {MAX_IDENTIFIER} characters",
                    field.name, self.name
                ));
            }
            if field.name == own_id {
                problems.push(format!(
                    "field `{own_id}` of `{}` is what its events call its own id",
                    self.name
                ));
            }
        }
        problems
    }

    /// What of core the contract's types need.
    pub(in crate::new) fn imports_of_events(&self) -> Vec<&'static str> {
        let mut imports: Vec<_> = self.told.iter().filter_map(Field::import).collect();
        imports.extend([
            "events::Event",
            "ids::Id",
            "ids::Identified",
            "principal::UserId",
        ]);
        imports.sort_unstable();
        imports.dedup();
        imports
    }
}

/// What of core the fields' types are, as within a `use`.
pub(in crate::new) fn type_imports(fields: &[Field]) -> String {
    let mut paths: Vec<_> = fields
        .iter()
        .filter_map(Field::import)
        .map(str::to_owned)
        .collect();
    paths.sort_unstable();
    paths.dedup();
    imports::grouped(&paths)
}

fn filters(fields: &[Field]) -> Vec<Filter> {
    let mut filters: Vec<Filter> = Vec::new();
    for field in fields {
        for (end, compare, of, about) in field.filters() {
            let filter = format!("{}{end}", field.name);
            if filters.iter().all(|other| other.filter != filter) {
                filters.push(Filter {
                    filter,
                    name: field.name.clone(),
                    column: name::pascal(&field.name),
                    compare,
                    of,
                    rust: field.rust.to_owned(),
                    about,
                });
            }
        }
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(spec: &str) -> Vec<String> {
        let mut problems = Vec::new();
        entity(spec, &[], &mut problems);
        problems
    }

    #[test]
    fn an_entity_knows_its_names() {
        let mut problems = Vec::new();
        let entity = entity(
            "line_item:code:string(20)!:note:text?:due_on:date",
            &[],
            &mut problems,
        );
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            (&*entity.plural, &*entity.path),
            ("line_items", "line-items")
        );
        assert_eq!(entity.a_human_first, "A line item");
        assert_eq!(entity.columns, ["date", "string_len", "text_null", "uuid"]);
        assert_eq!(entity.type_imports, "calendar::Day");
        let filters: Vec<_> = entity.filters.iter().map(|one| &*one.filter).collect();
        assert_eq!(filters, ["due_on_before", "due_on_after"]);
        assert_eq!(entity.told.len(), 2, "no long text in an event");
    }

    #[test]
    fn a_plural_may_be_said() {
        let mut problems = Vec::new();
        let news = entity(
            "news:title:string",
            &["news:news_items".to_owned()],
            &mut problems,
        );
        assert_eq!((problems.len(), &*news.plural), (0, "news_items"));
    }

    #[test]
    fn what_is_no_entity_is_told_why() {
        for (spec, why) in [
            (
                "invoices:number:string",
                "looks like a plural: name it `invoice`",
            ),
            ("invoice", "has no field"),
            ("invoice:number", "has no type"),
            ("invoice:invoice_id:uuid", "its own id"),
            ("event:title:string", "calls something else so"),
            ("Invoice:number:string", "snake_case"),
            (
                "a_quite_long_name_of_an_entity:a_quite_long_name_of_a_field_x:int",
                "longer than PostgreSQL's",
            ),
        ] {
            let told = told(spec);
            assert!(told.iter().any(|problem| problem.contains(why)), "{told:?}");
        }
    }
}

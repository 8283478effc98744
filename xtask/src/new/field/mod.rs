//! Fields of entities and events: `name:type`, with `?` for what may be null and `!` for what is unique.

mod kind;
mod words;

use serde::Serialize;

use super::name;
use kind::{Kind, TYPES};

/// The columns that every table has.
const STANDARD: [&str; 6] = [
    "id",
    "owner_id",
    "version",
    "created_at",
    "updated_at",
    "deleted_at",
];

/// What stands beside the fields in the functions that are written.
const BESIDE: [&str; 5] = ["changes", "connection", "expected", "now", "owner"];

/// The parameters of every list.
const OF_LISTS: [&str; 6] = ["after", "limit", "offset", "page", "q", "sort"];

/// A field, as the templates know it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Field {
    pub(super) name: String,
    /// As a variant of an enum.
    pub(super) pascal: String,
    /// What it is called in a sentence.
    pub(super) words: String,
    /// What it is, as the first half of a sentence.
    about: String,
    /// What it is of many.
    order: String,
    /// Which have it so.
    #[serde(skip)]
    those: String,
    /// Its type in Rust, without `Option`.
    pub(super) rust: &'static str,
    /// Its type in Rust.
    ty: String,
    pub(super) nullable: bool,
    pub(super) unique: bool,
    /// The limit of a `string`.
    pub(super) max: Option<u16>,
    is_string: bool,
    /// Too long for an event.
    is_text: bool,
    #[serde(skip)]
    is_time: bool,
    pub(super) is_sortable: bool,
    /// Whether a list can be narrowed to one value of it.
    #[serde(skip)]
    is_filter: bool,
    /// Its rule in garde.
    garde: String,
    /// An example for the contract, where its type has none.
    example: Option<String>,
    /// Its type in the entity, when it is not what Rust's type says.
    column_type: Option<String>,
    /// The function that makes its column in a migration.
    pub(super) column: String,
    /// What follows the column's name there.
    column_arguments: String,
    /// A value in a test, the higher the higher `nth` is, in JSON.
    sample: String,
    /// The value in an event's test, in Rust and in JSON.
    literal: &'static str,
    literal_json: &'static str,
    /// Values that it refuses, in JSON.
    wrong: Vec<&'static str>,
    /// Makes a cursor's value of it.
    cursor: &'static str,
}

/// The fields in `specs`, which are names and types in turn; what is wrong with them goes to `problems`.
pub(super) fn parse(of: &str, specs: &[&str], problems: &mut Vec<String>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for pair in specs.chunks(2) {
        let &[name, kind] = pair else {
            problems.push(format!(
                "field `{}` of `{of}` has no type; {TYPES}",
                pair[0]
            ));
            continue;
        };
        match one(name, kind) {
            Ok(field) if fields.iter().any(|other| other.name == field.name) => {
                problems.push(format!("field `{name}` of `{of}` is there twice"));
            }
            Ok(field) => fields.push(field),
            Err(problem) => problems.push(format!("{problem}, in `{of}`")),
        }
    }
    fields
}

fn one(name: &str, spec: &str) -> Result<Field, String> {
    let problem = name::problem("field", name).or_else(|| name::sql_problem("field", name));
    if let Some(problem) = problem {
        return Err(problem);
    }
    if STANDARD.contains(&name) {
        return Err(format!("field `{name}` is a column that every table has"));
    }
    if BESIDE.contains(&name) {
        return Err(format!(
            "field `{name}` would be mistaken for what the functions that write it call `{name}`"
        ));
    }
    let kind = spec.trim_end_matches(['?', '!']);
    let marks = &spec[kind.len()..];
    let (nullable, unique) = (marks.contains('?'), marks.contains('!'));
    if marks.len() != usize::from(nullable) + usize::from(unique) {
        return Err(format!("field `{name}` has a mark twice: `{spec}`"));
    }
    let kind = Kind::parse(kind).map_err(|why| format!("field `{name}`: {why}"))?;
    if unique && matches!(kind, Kind::Text | Kind::Bool) {
        return Err(format!("field `{name}` cannot be unique: it is a {spec}"));
    }
    Ok(Field::new(name, kind, nullable, unique))
}

impl Field {
    fn new(name: &str, kind: Kind, nullable: bool, unique: bool) -> Self {
        let rust = kind.rust();
        let words = words::of(kind, name);
        let null = if nullable { "_null" } else { "" };
        Self {
            name: name.to_owned(),
            pascal: name::pascal(name),
            words: words.noun,
            about: words.about,
            order: words.order,
            those: words.those,
            rust,
            ty: if nullable {
                format!("Option<{rust}>")
            } else {
                rust.to_owned()
            },
            nullable,
            unique,
            max: match kind {
                Kind::String(max) => Some(max),
                _ => None,
            },
            is_string: matches!(kind, Kind::String(_) | Kind::Text),
            is_text: kind == Kind::Text,
            is_time: matches!(kind, Kind::Date | Kind::Datetime),
            is_sortable: !nullable && !matches!(kind, Kind::Text | Kind::Bool | Kind::Uuid),
            is_filter: matches!(kind, Kind::Bool | Kind::Uuid) && !OF_LISTS.contains(&name),
            garde: kind.garde(),
            example: kind.example(name),
            column_type: kind.column_type(),
            column: format!("{}{null}", kind.column()),
            column_arguments: match kind {
                Kind::String(max) => format!(", {max}"),
                _ => String::new(),
            },
            sample: kind.sample(name),
            literal: kind.literal().0,
            literal_json: kind.literal().1,
            wrong: kind.wrong(),
            cursor: kind.cursor(),
        }
    }

    /// Whether an event may tell it: long texts stay where they are.
    pub(super) fn is_told(&self) -> bool {
        !self.is_text
    }

    /// How a list can be narrowed by it: what a filter's name has behind the field's, how it compares, what the bound is
    /// called, and what is found.
    pub(super) fn filters(&self) -> Vec<(&'static str, &'static str, &'static str, String)> {
        let Self { words, those, .. } = self;
        if self.is_time {
            return vec![
                (
                    "_before",
                    "lt",
                    "bound",
                    format!("Those {those} before this"),
                ),
                ("_after", "gt", "bound", format!("Those {those} after this")),
            ];
        }
        match (self.is_filter, self.rust) {
            (true, "bool") => vec![(
                "",
                "eq",
                "is_so",
                format!("Those {those}; when false, the others"),
            )],
            (true, _) => vec![("", "eq", "id", format!("Those with this {words}"))],
            _ => Vec::new(),
        }
    }

    /// What of core its type is, if it is of core.
    pub(super) fn import(&self) -> Option<&'static str> {
        match self.rust {
            "Day" => Some("calendar::Day"),
            "Moment" => Some("calendar::Moment"),
            "ForeignId" => Some("ids::ForeignId"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(specs: &[&str]) -> Vec<String> {
        let mut problems = Vec::new();
        parse("invoice", specs, &mut problems);
        problems
    }

    #[test]
    fn types_have_their_marks() {
        let mut problems = Vec::new();
        let specs = [
            "number",
            "string(40)!",
            "note",
            "text?",
            "code",
            "string?!",
            "count",
            "i32",
        ];
        let fields = parse("invoice", &specs, &mut problems);
        assert_eq!(problems, Vec::<String>::new());
        let seen: Vec<_> = fields
            .iter()
            .map(|field| (&*field.ty, field.unique, field.max))
            .collect();
        assert_eq!(
            seen,
            [
                ("String", true, Some(40)),
                ("Option<String>", false, None),
                ("Option<String>", true, Some(255)),
                ("i32", false, None),
            ]
        );
    }

    #[test]
    fn what_is_no_field_is_told_with_its_name_and_why() {
        for (specs, why) in [
            (&["Number", "string"][..], "snake_case"),
            (&["type", "string"], "keyword of Rust"),
            (&["order", "string"], "keyword of SQL"),
            (&["owner_id", "uuid"], "every table has"),
            (&["owner", "string"], "mistaken"),
            (&["total", "decimal"], "minor units"),
            (&["total", "number"], "there is no type `number`"),
            (&["total", "string(256)"], "2 to 255"),
            (&["total", "string(x)"], "2 to 255"),
            (&["total", "string??"], "twice"),
            (&["note", "text!"], "cannot be unique"),
            (&["total"], "has no type"),
            (&["total", "int", "total", "int"], "twice"),
        ] {
            let told = told(specs);
            assert_eq!(told.len(), 1, "{told:?}");
            let is_named = told[0].contains(specs[0]) && told[0].contains("invoice");
            assert!(told[0].contains(why) && is_named, "{told:?}");
        }
    }

    #[test]
    fn every_problem_is_told_at_once() {
        assert_eq!(
            told(&["A", "int", "b", "decimal", "id", "uuid", "c"]).len(),
            4
        );
    }

    #[test]
    fn a_short_text_has_a_sample_that_fits() {
        let sample = |spec| one("number", spec).expect(spec).sample;
        assert_eq!(sample("string"), "format!(\"Number {nth:02x}\")");
        assert_eq!(sample("string(3)"), "format!(\"{nth:02x}\")");
    }
}

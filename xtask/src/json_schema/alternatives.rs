//! A schema as the list of the plain ones of which a value meets one.

use serde_json::{Map, Value, json};

use super::keywords::is_annotation;
use super::meet::{meet, normal};
use super::reference;

/// A schema of one type, or of any, without references and alternatives.
pub(super) type Plain = Map<String, Value>;

/// One of those of which a value meets one.
pub(super) struct Alternative {
    /// The name by which it was referred to.
    pub(super) name: Option<String>,
    pub(super) plain: Plain,
}

/// More references one behind the other are a circle.
const MAX_DEPTH: usize = 32;

/// References, `allOf`, `anyOf`, `oneOf`, a list of types and one of values, spread out.
pub(super) fn alternatives(document: &Value, schema: &Value) -> Vec<Alternative> {
    let spread = Spread { document, depth: 0 };
    spread.alternatives(schema, None)
}

#[derive(Clone, Copy)]
struct Spread<'a> {
    document: &'a Value,
    depth: usize,
}

impl Spread<'_> {
    fn alternatives(self, schema: &Value, name: Option<String>) -> Vec<Alternative> {
        let schema = match schema {
            Value::Bool(false) => return Vec::new(),
            Value::Object(schema) => normal(schema),
            _ => Plain::new(),
        };
        if self.depth == MAX_DEPTH {
            return vec![Alternative {
                name,
                plain: schema,
            }];
        }
        let deeper = Self {
            depth: self.depth + 1,
            ..self
        };
        if let Some((name, schema)) = deeper.followed(&schema) {
            return deeper.alternatives(&schema, name);
        }
        if let (branches, Some(schema)) = taken(&schema, "allOf") {
            let all = branches.iter().fold(schema, |met, branch| match met {
                Value::Object(met) => meet(&met, &deeper.resolved(branch).1),
                met => met,
            });
            return deeper.alternatives(&all, name);
        }
        for choice in ["anyOf", "oneOf"] {
            if let (branches, Some(Value::Object(rest))) = taken(&schema, choice) {
                let of_branch = |branch: &Value| {
                    let (branch_name, branch) = deeper.resolved(branch);
                    deeper.alternatives(&meet(&rest, &branch), branch_name.or_else(|| name.clone()))
                };
                return branches.iter().flat_map(of_branch).collect();
            }
        }
        let named = |plain| Alternative {
            name: name.clone(),
            plain,
        };
        of_each_type(&schema).into_iter().map(named).collect()
    }

    /// The schema that a reference leads to, with what stands beside the reference.
    fn followed(self, schema: &Plain) -> Option<(Option<String>, Value)> {
        let reference = schema.get("$ref")?.as_str()?;
        let target = reference::target(self.document, reference)?;
        let mut beside = schema.clone();
        beside.remove("$ref");
        beside.retain(|keyword, _| !is_annotation(keyword) || keyword == "default");
        let name = reference::name(reference).map(str::to_owned);
        if beside.is_empty() {
            return Some((name, target.clone()));
        }
        Some((name, json!({ "allOf": [target, beside] })))
    }

    /// The schema without a reference of its own, by the name of the last one.
    fn resolved(self, schema: &Value) -> (Option<String>, Value) {
        let (mut name, mut schema) = (None, schema.clone());
        for _ in self.depth..MAX_DEPTH {
            match schema.as_object().and_then(|plain| self.followed(plain)) {
                Some((found, target)) => (name, schema) = (found, target),
                None => break,
            }
        }
        (name, schema)
    }
}

/// The branches of a keyword, and the schema without it; `None` when it has no such keyword.
fn taken(schema: &Plain, keyword: &str) -> (Vec<Value>, Option<Value>) {
    let mut rest = schema.clone();
    match rest.remove(keyword) {
        Some(Value::Array(branches)) => (branches, Some(rest.into())),
        _ => (Vec::new(), None),
    }
}

/// One for each type that a value may have, and of a list of values one for each of them.
fn of_each_type(schema: &Plain) -> Vec<Plain> {
    let types = types(schema);
    if types.is_empty() {
        return match values(schema) {
            Some([]) => Vec::new(),
            _ => vec![schema.clone()],
        };
    }
    types
        .iter()
        .flat_map(|name| only_of_type(schema, name))
        .collect()
}

/// The types that a value may have; empty when any.
fn types(schema: &Plain) -> Vec<&str> {
    match (schema.get("type"), values(schema)) {
        (Some(Value::String(name)), _) => vec![name],
        (Some(Value::Array(names)), _) => names.iter().filter_map(Value::as_str).collect(),
        (_, Some(values)) => {
            let mut types: Vec<&str> = values.iter().map(type_of).collect();
            types.sort_unstable();
            types.dedup();
            types
        }
        _ => Vec::new(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The schema without what says nothing of this type; none when no listed value is of it.
fn only_of_type(schema: &Plain, name: &str) -> Vec<Plain> {
    let mut plain: Plain = schema
        .iter()
        .filter(|(keyword, _)| applies_to(keyword, name))
        .map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect();
    plain.insert("type".into(), name.into());
    let Some(values) = values(schema) else {
        return vec![plain];
    };
    let with = |value: &Value| {
        let mut plain = plain.clone();
        // There is one null only.
        match name {
            "null" => plain.remove("enum"),
            _ => plain.insert("enum".into(), json!([value])),
        };
        plain
    };
    let is_of_type = |value: &&Value| is_within(Some(type_of(value)), Some(name));
    values.iter().filter(is_of_type).map(with).collect()
}

fn applies_to(keyword: &str, name: &str) -> bool {
    let applies: &[&str] = match keyword {
        "minLength" | "maxLength" | "pattern" => &["string"],
        "format" => &["string", "integer", "number"],
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            &["integer", "number"]
        }
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" => &["array"],
        "properties" | "required" | "additionalProperties" | "minProperties" | "maxProperties" => {
            &["object"]
        }
        _ => return true,
    };
    applies.contains(&name)
}

/// The type that a value must have; `None` when it may have any.
pub(super) fn type_name(schema: &Plain) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// Whether every value of the one type is also of the other.
pub(super) fn is_within(is: Option<&str>, was: Option<&str>) -> bool {
    was.is_none() || is == was || (is, was) == (Some("integer"), Some("number"))
}

/// The values that are allowed; `None` when any.
pub(super) fn values(schema: &Plain) -> Option<&[Value]> {
    schema
        .get("enum")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
}

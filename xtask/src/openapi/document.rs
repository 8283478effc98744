//! What an OpenAPI document lists.

use std::collections::BTreeMap;

use serde_json::Value;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Where an operation is reached: its method, and its path with the parameters' names left out, which no request tells.
pub(super) type Address = (String, String);

/// An operation with what it has from around it.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a> {
    pub(super) document: &'a Value,
    pub(super) path: &'a str,
    /// What all operations of the path share.
    item: &'a Value,
    pub(super) value: &'a Value,
}

/// Every operation by its address.
pub(super) fn operations(document: &Value) -> BTreeMap<Address, Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let mut operations = BTreeMap::new();
    for (path, item) in paths {
        for method in METHODS {
            if let Some(value) = item.get(method) {
                let operation = Operation {
                    document,
                    path,
                    item,
                    value,
                };
                operations.insert((without_names(path), method.to_uppercase()), operation);
            }
        }
    }
    operations
}

impl<'a> Operation<'a> {
    /// Its parameters by where they are and what they are called. Those of the path go by their place in it, and
    /// headers by their name in small letters.
    pub(super) fn parameters(self) -> BTreeMap<(String, String), &'a Value> {
        let of = |value: &'a Value| value["parameters"].as_array().into_iter().flatten();
        let mut parameters = BTreeMap::new();
        // Its own come last, and win.
        for parameter in of(self.item).chain(of(self.value)) {
            let parameter = self.resolved(parameter);
            let (place, name) = (text(parameter, "in"), text(parameter, "name"));
            let name = match place {
                "path" => self.place_in_path(name).to_string(),
                "header" => name.to_lowercase(),
                _ => name.to_owned(),
            };
            parameters.insert((place.to_owned(), name), parameter);
        }
        parameters
    }

    fn place_in_path(self, name: &str) -> usize {
        let before = self.path.split(&format!("{{{name}}}")).next();
        before.unwrap_or_default().matches('{').count()
    }

    /// What a reference leads to, or the value itself.
    pub(super) fn resolved(self, value: &'a Value) -> &'a Value {
        let reference = value["$ref"]
            .as_str()
            .and_then(|text| text.strip_prefix('#'));
        let target = reference.and_then(|pointer| self.document.pointer(pointer));
        target.unwrap_or(value)
    }

    /// Its own rule of who may call it, or the document's.
    pub(super) fn security(self) -> &'a Value {
        let own = self.value.get("security");
        own.unwrap_or(&self.document["security"])
    }
}

/// A member that is text; empty when it is absent.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn without_names(path: &str) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |path, part| {
        let rest = part.split_once('}').map_or("", |(_, rest)| rest);
        format!("{path}{{}}{rest}")
    })
}

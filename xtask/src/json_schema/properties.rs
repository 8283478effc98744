//! What is in objects. Only here the two sides differ: a client overlooks what it does not know, a server does not know
//! what to do with it.

use serde_json::Value;

use super::alternatives::Plain;
use super::way::{Pair, Place, Way};
use super::{Difference, Side};

impl Way<'_> {
    pub(super) fn compare_properties(&self, pair: Pair<'_>, place: &Place) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (name, read) in self.properties(pair.reader) {
            let place = place.at(name);
            let is_required = required(pair.reader).contains(&name);
            match self.property(pair.writer, name) {
                None => differences.extend(self.unwritten(is_required, &place)),
                Some(written) => {
                    differences.extend(self.compare_at(read, written, &place));
                    if is_required && !required(pair.writer).contains(&name) {
                        differences.push(self.optional(&place));
                    }
                }
            }
        }
        // What is required and not described.
        for name in required(pair.reader) {
            let is_told = pair
                .reader
                .get("properties")
                .and_then(|all| all.get(name))
                .is_some();
            if !is_told && !required(pair.writer).contains(&name) {
                differences.push(self.optional(&place.at(name)));
            }
        }
        differences.extend(self.compare_others(pair, place));
        differences
    }

    /// What the reader knows is not written.
    fn unwritten(&self, is_required: bool, place: &Place) -> Option<Difference> {
        let (what, why) = match (self.side, self.old_reads()) {
            (Side::Answer, true) => ("is gone", "clients read it"),
            (Side::Answer, false) => ("is new", ""),
            (Side::Request, _) if !is_required => return None,
            (Side::Request, true) => ("is gone", ""),
            (Side::Request, false) => (
                "is new and required",
                "clients do not send it, and are refused",
            ),
        };
        Some(self.there(place, what.to_owned(), why))
    }

    /// What the reader requires may be left out.
    fn optional(&self, place: &Place) -> Difference {
        let (what, why) = match (self.side, self.old_reads()) {
            (Side::Answer, true) => ("may be absent now", "clients rely on it"),
            (Side::Answer, false) => ("is always there now", ""),
            (Side::Request, true) => ("is optional now", ""),
            (Side::Request, false) => ("is required now", "clients that leave it out are refused"),
        };
        self.there(place, what.to_owned(), why)
    }

    /// What is written and the reader does not know by name, and what it says of such.
    fn compare_others(&self, pair: Pair<'_>, place: &Place) -> Vec<Difference> {
        let others = pair.reader.get("additionalProperties");
        let mut differences = Vec::new();
        for (name, written) in self.properties(pair.writer) {
            if self.property(pair.reader, name).is_some() {
                continue;
            }
            let place = place.at(name);
            match (others, self.side) {
                (None, Side::Answer) => {}
                (None | Some(Value::Bool(false)), _) => differences.push(self.unknown(&place)),
                (Some(others), _) => differences.extend(self.compare_at(others, written, &place)),
            }
        }
        if let Some(read) = others {
            let written = pair.writer.get("additionalProperties");
            let written = written.unwrap_or(&Value::Bool(true));
            differences.extend(self.compare_at(read, written, &place.at("*")));
        }
        differences
    }

    fn unknown(&self, place: &Place) -> Difference {
        let what = if self.old_reads() {
            "is new"
        } else {
            "is gone"
        };
        let why = match self.side {
            Side::Request => "what clients send is refused or overlooked",
            Side::Answer => "clients were told that nothing else comes",
        };
        self.there(place, what.to_owned(), why)
    }

    fn properties<'a>(&self, schema: &'a Plain) -> Vec<(&'a str, &'a Value)> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten();
        let on_this_side = properties.filter(|(_, property)| self.is_on_this_side(property));
        on_this_side
            .map(|(name, property)| (name.as_str(), property))
            .collect()
    }

    fn property<'a>(&self, schema: &'a Plain, name: &str) -> Option<&'a Value> {
        let property = schema.get("properties")?.get(name)?;
        self.is_on_this_side(property).then_some(property)
    }

    fn is_on_this_side(&self, property: &Value) -> bool {
        match self.side {
            Side::Request => property["readOnly"] != true,
            Side::Answer => property["writeOnly"] != true,
        }
    }
}

fn required(schema: &Plain) -> Vec<&str> {
    let required = schema.get("required").and_then(Value::as_array);
    let names = required.into_iter().flatten();
    names.filter_map(Value::as_str).collect()
}

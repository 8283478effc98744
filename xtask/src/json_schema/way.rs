//! One way from who writes to who reads.

use std::collections::BTreeSet;

use serde_json::Value;

use super::alternatives::{Alternative, Plain, alternatives, is_within, type_name, values};
use super::keywords::{STRUCTURE, allows_everything, is_annotation, is_narrower};
use super::{Difference, Documents, Side};

/// Forth tells what breaks, back what changed besides.
pub(super) struct Way<'a> {
    documents: &'a Documents<'a>,
    pub(super) side: Side,
    is_back: bool,
}

/// Where the comparison is.
#[derive(Clone, Default)]
pub(super) struct Place {
    schema: Option<String>,
    path: String,
    /// The named schemas, read and written, on the way here: a circle is walked once.
    seen: BTreeSet<(String, String)>,
}

impl Place {
    pub(super) fn at(&self, step: &str) -> Self {
        let mut place = self.clone();
        place.path = format!("{}/{step}", self.path);
        place
    }
}

/// Two plain schemas at the same place.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) reader: &'a Plain,
    pub(super) writer: &'a Plain,
}

impl<'a> Way<'a> {
    pub(super) fn forth(documents: &'a Documents<'a>, side: Side) -> Self {
        let is_back = false;
        Self {
            documents,
            side,
            is_back,
        }
    }

    pub(super) fn back(documents: &'a Documents<'a>, side: Side) -> Self {
        let is_back = true;
        Self {
            documents,
            side,
            is_back,
        }
    }

    /// What may be written and is not expected, between an old schema and a new one.
    pub(super) fn compare(&self, old: &Value, new: &Value) -> Vec<Difference> {
        let (reader, writer) = self.roles(old, new);
        self.compare_at(reader, writer, &Place::default())
    }

    /// Whether it is the old version that is read by.
    pub(super) fn old_reads(&self) -> bool {
        (self.side == Side::Answer) != self.is_back
    }

    /// Old and new as reader and writer; the same function leads back.
    fn roles<T>(&self, old: T, new: T) -> (T, T) {
        if self.old_reads() {
            (old, new)
        } else {
            (new, old)
        }
    }

    pub(super) fn compare_at(
        &self,
        reader: &Value,
        writer: &Value,
        place: &Place,
    ) -> Vec<Difference> {
        if self.documents.are_same(reader, writer) {
            return Vec::new();
        }
        let (reads, writes) = self.roles(self.documents.old(), self.documents.new_one());
        let readers = alternatives(reads, reader);
        let mut differences = Vec::new();
        for writer in alternatives(writes, writer) {
            for difference in self.fewest(&readers, &writer, place) {
                if !differences.contains(&difference) {
                    differences.push(difference);
                }
            }
        }
        differences
    }

    /// None when one of the reader's alternatives has room for the writer's; else those against the most similar.
    fn fewest(
        &self,
        readers: &[Alternative],
        writer: &Alternative,
        place: &Place,
    ) -> Vec<Difference> {
        let against = readers.iter().map(|reader| {
            let is_of_type = is_within(type_name(&writer.plain), type_name(&reader.plain));
            (
                !is_of_type,
                self.compare_alternatives(reader, writer, place),
            )
        });
        against
            .min_by_key(|(is_of_other_type, differences)| (*is_of_other_type, differences.len()))
            .map_or_else(|| vec![self.allowed(place)], |(_, differences)| differences)
    }

    fn compare_alternatives(
        &self,
        reader: &Alternative,
        writer: &Alternative,
        place: &Place,
    ) -> Vec<Difference> {
        let mut place = place.clone();
        if let (Some(read), Some(written)) = (&reader.name, &writer.name)
            && !place.seen.insert((read.clone(), written.clone()))
        {
            return Vec::new();
        }
        let (old, _) = self.roles(&reader.name, &writer.name);
        if let Some(name) = old {
            place.schema = Some(name.clone());
            place.path.clear();
        }
        let (reader, writer) = (&reader.plain, &writer.plain);
        self.compare_plain(Pair { reader, writer }, &place)
    }

    fn compare_plain(&self, pair: Pair<'_>, place: &Place) -> Vec<Difference> {
        let (read, written) = (type_name(pair.reader), type_name(pair.writer));
        if !is_within(written, read) {
            let text = |name: Option<&str>| name.unwrap_or("anything").to_owned();
            return vec![self.between(place, "type", text(read), text(written), self.why_value())];
        }
        let mut differences = self.compare_values(pair, place);
        differences.extend(self.compare_keywords(pair, place));
        differences.extend(self.compare_default(pair, place));
        differences.extend(self.compare_items(pair, place));
        differences.extend(self.compare_properties(pair, place));
        differences
    }

    fn compare_values(&self, pair: Pair<'_>, place: &Place) -> Vec<Difference> {
        match (values(pair.reader), values(pair.writer)) {
            (None, _) => Vec::new(),
            (Some(_), None) => {
                let (read, written) = ("those of a list".to_owned(), "any".to_owned());
                vec![self.between(place, "values", read, written, self.why_value())]
            }
            (Some(read), Some(written)) => written
                .iter()
                .filter(|value| !read.contains(value))
                .map(|value| {
                    let new = format!("may be {value} now");
                    let gone = format!("may not be {value} any more");
                    self.there(
                        place,
                        if self.old_reads() { new } else { gone },
                        self.why_value(),
                    )
                })
                .collect(),
        }
    }

    /// Limits, and everything without a function of its own.
    fn compare_keywords(&self, pair: Pair<'_>, place: &Place) -> Vec<Difference> {
        let has_function = |name: &str| is_annotation(name) || STRUCTURE.contains(&name);
        let judged = pair.reader.iter().filter(|(name, _)| !has_function(name));
        judged
            .filter(|(name, read)| !allows_everything(name, read))
            .filter(|(name, read)| {
                let written = pair.writer.get(name.as_str());
                !written.is_some_and(|written| is_narrower(name, written, read))
            })
            .map(|(name, read)| {
                let why = match self.side {
                    Side::Request => "what clients send may be refused",
                    Side::Answer => "clients rely on it",
                };
                let (read, written) = (Some(read), pair.writer.get(name.as_str()));
                self.between(place, name, shown(read), shown(written), why)
            })
            .collect()
    }

    /// What a client leaves out must go on to mean what it was told.
    fn compare_default(&self, pair: Pair<'_>, place: &Place) -> Option<Difference> {
        let (read, written) = (pair.reader.get("default"), pair.writer.get("default"));
        let (old, new) = self.roles(read, written);
        let breaks = old.is_some() && old != new;
        let comes = old.is_none() && new.is_some();
        let differs = self.side == Side::Request && if self.is_back { comes } else { breaks };
        let why = "clients that leave it out get another";
        differs.then(|| self.between(place, "default", shown(read), shown(written), why))
    }

    fn compare_items(&self, pair: Pair<'_>, place: &Place) -> Vec<Difference> {
        let mut differences = Vec::new();
        if let Some(read) = pair.reader.get("items") {
            let written = pair.writer.get("items").unwrap_or(&Value::Bool(true));
            differences.extend(self.compare_at(read, written, &place.at("[]")));
        }
        if let Some(Value::Array(read)) = pair.reader.get("prefixItems") {
            let written = pair.writer.get("prefixItems").and_then(Value::as_array);
            match written.filter(|written| written.len() == read.len()) {
                None => {
                    let what = "has items in other places now";
                    differences.push(self.there(place, what.to_owned(), self.why_value()));
                }
                Some(written) => {
                    for (number, (read, written)) in read.iter().zip(written).enumerate() {
                        let place = place.at(&number.to_string());
                        differences.extend(self.compare_at(read, written, &place));
                    }
                }
            }
        }
        differences
    }

    /// Something may be written where nothing was allowed.
    pub(super) fn allowed(&self, place: &Place) -> Difference {
        let what = if self.old_reads() {
            "may be there now"
        } else {
            "may not be there any more"
        };
        self.there(place, what.to_owned(), self.why_value())
    }

    pub(super) fn why_value(&self) -> &'static str {
        match self.side {
            Side::Request => "what clients send is refused",
            Side::Answer => "clients do not expect it",
        }
    }

    /// A difference that is more than there and not there.
    fn between(
        &self,
        place: &Place,
        what: &str,
        read: String,
        written: String,
        why: &'static str,
    ) -> Difference {
        let (old, new) = self.roles(read, written);
        let change = Some(format!("{old} → {new}"));
        Difference {
            change,
            ..self.there(place, what.to_owned(), why)
        }
    }

    /// A difference that its words tell.
    pub(super) fn there(&self, place: &Place, what: String, why: &'static str) -> Difference {
        Difference {
            schema: place.schema.clone(),
            path: place.path.clone(),
            what,
            change: None,
            why: (!self.is_back).then_some(why),
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".to_owned(), Value::to_string)
}

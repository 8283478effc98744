//! Who may call.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::Change;
use super::compare::Both;

/// What an operation asks of API keys; absent where it takes none.
const SCOPES: &str = "x-scopes";

/// The schemes that a caller needs together, each with its scopes.
type Requirement<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Whoever could call must be able to go on.
pub(super) fn changes(both: &Both<'_>) -> Vec<Change> {
    let subject = both.subject("security");
    let (was, is) = (
        requirements(both.old.security()),
        requirements(both.new.security()),
    );
    let admits = |requirements: &[Requirement<'_>], caller: &Requirement<'_>| {
        requirements.iter().any(|needed| is_met(needed, caller))
    };
    let refused = was
        .iter()
        .filter(|caller| !admits(&is, caller))
        .map(|caller| {
            let what = format!("{} is not enough any more", shown(caller));
            Change::breaking(&subject, &what, "who signs in so is refused")
        });
    let admitted = is
        .iter()
        .filter(|caller| !admits(&was, caller))
        .map(|caller| Change::harmless(&subject, &format!("{} is enough now", shown(caller))));
    let mut changes: Vec<Change> = refused.chain(admitted).collect();
    let is_secured =
        |requirements: &[Requirement<'_>]| requirements.iter().all(|one| !one.is_empty());
    if is_secured(&was) && is_secured(&is) {
        changes.extend(of_keys(both));
    }
    changes
}

/// API keys with the old scopes must go on to open the door.
fn of_keys(both: &Both<'_>) -> Vec<Change> {
    let subject = both.subject("API keys");
    let (was, is) = (
        scopes(&both.old.value[SCOPES]),
        scopes(&both.new.value[SCOPES]),
    );
    match (was, is) {
        (None, None) => Vec::new(),
        (None, Some(_)) => vec![Change::harmless(&subject, "are taken now")],
        (Some(_), None) => {
            let why = "programs call with them";
            vec![Change::breaking(&subject, "are not taken any more", why)]
        }
        (Some(was), Some(is)) => {
            let come = is.difference(&was).map(|scope| {
                let why = "keys without it are refused";
                Change::breaking(&subject, &format!("need the scope {scope} now"), why)
            });
            let gone = was.difference(&is).map(|scope| {
                Change::harmless(&subject, &format!("need the scope {scope} no more"))
            });
            come.chain(gone).collect()
        }
    }
}

/// A scheme by the same name must mean the same.
pub(super) fn schemes(old: &Value, new: &Value) -> Vec<Change> {
    let schemes = |document: &Value| {
        let schemes = &document["components"]["securitySchemes"];
        schemes.as_object().cloned().unwrap_or_default()
    };
    let rule = |mut scheme: Value| {
        for described in ["description", "bearerFormat"] {
            scheme
                .as_object_mut()
                .map(|scheme| scheme.remove(described));
        }
        scheme
    };
    let current = schemes(new);
    let both = schemes(old)
        .into_iter()
        .filter_map(|(name, was)| Some((current.get(&name)?.clone(), name, was)));
    both.filter(|(is, _, was)| rule(was.clone()) != rule(is.clone()))
        .map(|(_, name, _)| {
            let subject = format!("the security scheme {name}");
            Change::breaking(&subject, "differs", "clients sign in by it")
        })
        .collect()
}

/// Each is enough. None at all means that nobody has to sign in.
fn requirements(security: &Value) -> Vec<Requirement<'_>> {
    let requirement = |one| {
        let schemes = Value::as_object(one).into_iter().flatten();
        schemes
            .map(|(name, needed)| (name.as_str(), scopes(needed).unwrap_or_default()))
            .collect()
    };
    match security.as_array().map(Vec::as_slice) {
        None | Some([]) => vec![Requirement::new()],
        Some(all) => all.iter().map(requirement).collect(),
    }
}

fn scopes(list: &Value) -> Option<BTreeSet<&str>> {
    Some(list.as_array()?.iter().filter_map(Value::as_str).collect())
}

/// Whether a caller who has all of `caller` has what is needed.
fn is_met(needed: &Requirement<'_>, caller: &Requirement<'_>) -> bool {
    needed.iter().all(|(scheme, scopes)| {
        let held = caller.get(scheme);
        held.is_some_and(|held| scopes.is_subset(held))
    })
}

fn shown(requirement: &Requirement<'_>) -> String {
    if requirement.is_empty() {
        return "no sign-in".to_owned();
    }
    let one = |(scheme, scopes): (&&str, &BTreeSet<&str>)| {
        let scopes: Vec<&str> = scopes.iter().copied().collect();
        match scopes.as_slice() {
            [] => (*scheme).to_owned(),
            scopes => format!("{scheme} ({})", scopes.join(", ")),
        }
    };
    requirement
        .iter()
        .map(one)
        .collect::<Vec<_>>()
        .join(" and ")
}

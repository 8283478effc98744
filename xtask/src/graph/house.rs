//! What is drawn: the crates, and who uses whom.

use std::collections::BTreeSet;

use cargo_metadata::{Dependency, DependencyKind, Metadata};

use crate::check::boundaries::{Floor, Member, members};

/// The crates with the arrows between them.
pub(super) struct House {
    pub(super) crates: Vec<Crate>,
    /// From who uses to who is used, by their numbers. What follows from others is left out: who uses somebody uses
    /// whom they use.
    pub(super) arrows: BTreeSet<(usize, usize)>,
}

/// A crate as it is drawn.
pub(super) struct Crate {
    pub(super) name: String,
    /// What it is, in a few words.
    pub(super) about: String,
    /// Of several crates on a floor, what they are together.
    pub(super) group: String,
    /// How many floors are below its own.
    pub(super) level: usize,
    /// Whether testkit helps to test it.
    pub(super) has_testkit: bool,
}

impl House {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let mut members = members(metadata);
        members.sort_by(|one, other| one.folder.cmp(&other.folder));
        let number = |name: &str| members.iter().position(|member| member.name == name);
        let mut arrows = BTreeSet::new();
        for (user, member) in members.iter().enumerate() {
            let drawn = |dependency: &&Dependency| !is_testkit_for_tests(dependency);
            for dependency in member.package.dependencies.iter().filter(drawn) {
                arrows.extend(number(&dependency.name).map(|used| (user, used)));
            }
        }
        Self {
            crates: members.iter().map(drawn).collect(),
            arrows: without_detours(&arrows),
        }
    }
}

fn drawn(member: &Member<'_>) -> Crate {
    let about = member.package.description.as_deref().unwrap_or_default();
    let about = about.split(':').next().unwrap_or_default();
    let (parent, _) = member.folder.rsplit_once('/').unwrap_or_default();
    Crate {
        name: member.name.trim_start_matches("ashlar-").to_owned(),
        about: about.to_owned(),
        group: match parent.rsplit('/').next() {
            None | Some("" | "crates") => member.name.to_owned(),
            Some(group) => group.to_owned(),
        },
        level: member.floor.map_or(0, level),
        has_testkit: member.package.dependencies.iter().any(is_testkit_for_tests),
    }
}

/// Nearly everybody has it: it is a sign on the crate, and no arrow.
fn is_testkit_for_tests(dependency: &Dependency) -> bool {
    dependency.kind == DependencyKind::Development && dependency.name == "ashlar-testkit"
}

/// A floor stands on the highest of those that it may use.
fn level(floor: Floor) -> usize {
    let below = floor.dependencies().iter().map(|floor| level(*floor) + 1);
    below.max().unwrap_or(0)
}

/// The arrows that no way over other arrows stands for.
fn without_detours(arrows: &BTreeSet<(usize, usize)>) -> BTreeSet<(usize, usize)> {
    let leads = |from: usize, to: usize| -> bool {
        let mut reached = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(here) = open.pop() {
            for &(_, next) in arrows
                .iter()
                .filter(|&&(user, used)| user == here && (user, used) != (from, to))
            {
                if reached.insert(next) {
                    open.push(next);
                }
            }
        }
        reached.contains(&to)
    };
    arrows
        .iter()
        .copied()
        .filter(|&(from, to)| !leads(from, to))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_others_stand_for_is_left_out() {
        let arrows = BTreeSet::from([(0, 1), (1, 2), (0, 2), (3, 2)]);
        assert_eq!(
            without_detours(&arrows),
            BTreeSet::from([(0, 1), (1, 2), (3, 2)])
        );
    }

    #[test]
    fn floors_stand_on_those_that_they_use() {
        assert_eq!(level(Floor::Core), 0);
        assert!(level(Floor::Domain) > level(Floor::Contracts));
        assert!(level(Floor::App) > level(Floor::Domain));
        assert!(level(Floor::Journeys) > level(Floor::App));
    }
}

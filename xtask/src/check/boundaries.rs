//! Part `boundaries`: the table of first-party dependencies, as code. Cargo forbids cycles, but not sideways edges.

use cargo_metadata::{DependencyKind, Metadata, Package};

use crate::error::{Error, Result};
use crate::workspace;

/// No crate depends on one that its floor does not allow, neither in normal, build nor development dependencies.
pub(super) fn run() -> Result<()> {
    let metadata = workspace::metadata()?;
    let members = members(&metadata);
    let mut findings: Vec<String> = members
        .iter()
        .filter(|member| member.floor.is_none())
        .map(|member| {
            format!(
                "{} lies on no floor: add {} to the table",
                member.name, member.folder
            )
        })
        .collect();
    for member in &members {
        for dependency in &member.package.dependencies {
            let to = members
                .iter()
                .find(|other| other.name == dependency.name.as_str());
            let (Some(from), Some(to)) = (member.floor, to) else {
                continue;
            };
            let Some(floor) = to.floor else { continue };
            let is_dev = dependency.kind == DependencyKind::Development;
            if !is_allowed(from, floor, is_dev) {
                let kind = if is_dev { "dev-depend" } else { "depend" };
                findings.push(format!("{} must not {kind} on {}", member.name, to.name));
            }
        }
    }
    Error::from_findings(findings)
}

/// Where a crate stands in the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    Core,
    Contracts,
    Engine,
    Auth,
    Domain,
    Testkit,
    App,
    Bench,
    Migration,
    Schema,
    Xtask,
    Journeys,
}

impl Floor {
    /// By the crate's folder, relative to the root.
    fn of(folder: &str) -> Option<Self> {
        Some(match folder {
            "crates/core" => Self::Core,
            "crates/contracts" => Self::Contracts,
            "crates/auth" => Self::Auth,
            "crates/testkit" => Self::Testkit,
            "crates/app" => Self::App,
            "crates/bench" => Self::Bench,
            "crates/schema" => Self::Schema,
            "migration" => Self::Migration,
            "xtask" => Self::Xtask,
            "tests" => Self::Journeys,
            _ if folder.starts_with("crates/engines/") => Self::Engine,
            _ if folder.starts_with("crates/domains/") => Self::Domain,
            _ => return None,
        })
    }

    /// What it may depend on, testkit as a development dependency aside.
    pub(crate) fn dependencies(self) -> &'static [Self] {
        match self {
            Self::Core | Self::Migration | Self::Xtask | Self::Bench => &[],
            Self::Contracts | Self::Engine => &[Self::Core],
            Self::Auth | Self::Domain => &[Self::Core, Self::Contracts],
            Self::Testkit => &[Self::Core, Self::Migration, Self::Engine],
            Self::App => &[
                Self::Core,
                Self::Contracts,
                Self::Engine,
                Self::Auth,
                Self::Domain,
                Self::Migration,
            ],
            Self::Schema => &[Self::App, Self::Core, Self::Migration],
            Self::Journeys => &[Self::App, Self::Contracts, Self::Testkit],
        }
    }

    fn is_tested_with_testkit(self) -> bool {
        matches!(
            self,
            Self::Engine | Self::Auth | Self::Domain | Self::App | Self::Journeys
        )
    }
}

fn is_allowed(from: Floor, to: Floor, is_dev: bool) -> bool {
    from.dependencies().contains(&to)
        || (is_dev && to == Floor::Testkit && from.is_tested_with_testkit())
}

/// A crate of the workspace, where it lies and where it stands.
pub(crate) struct Member<'a> {
    pub(crate) package: &'a Package,
    pub(crate) name: &'a str,
    pub(crate) folder: String,
    pub(crate) floor: Option<Floor>,
}

pub(crate) fn members(metadata: &Metadata) -> Vec<Member<'_>> {
    let member = |package| {
        let folder = folder(package);
        let floor = Floor::of(&folder);
        Member {
            package,
            name: package.name.as_str(),
            folder,
            floor,
        }
    };
    metadata
        .workspace_packages()
        .into_iter()
        .map(member)
        .collect()
}

fn folder(package: &Package) -> String {
    package
        .manifest_path
        .parent()
        .map_or_else(String::new, |folder| {
            workspace::relative(folder.as_std_path())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_tell_the_floor() {
        assert_eq!(Floor::of("crates/domains/projects"), Some(Floor::Domain));
        assert_eq!(Floor::of("crates/engines/jobs"), Some(Floor::Engine));
        assert_eq!(Floor::of("tests"), Some(Floor::Journeys));
        assert_eq!(Floor::of("crates/shared"), None);
    }

    #[test]
    fn the_table_is_that_of_the_design() {
        let allowed = |from, to| is_allowed(from, to, false);
        assert!(allowed(Floor::Domain, Floor::Core));
        assert!(allowed(Floor::Domain, Floor::Contracts));
        assert!(allowed(Floor::App, Floor::Domain));
        assert!(allowed(Floor::Testkit, Floor::Migration));
        assert!(!allowed(Floor::Domain, Floor::Domain));
        assert!(!allowed(Floor::Domain, Floor::Auth));
        assert!(!allowed(Floor::Domain, Floor::Engine));
        assert!(!allowed(Floor::Core, Floor::Migration));
        assert!(!allowed(Floor::Journeys, Floor::Domain));
        assert!(!allowed(Floor::Bench, Floor::Core));
        assert!(allowed(Floor::Schema, Floor::App));
        assert!(!allowed(Floor::Schema, Floor::Domain));
        assert!(!allowed(Floor::App, Floor::Schema));
    }

    #[test]
    fn testkit_is_for_tests_of_some_only() {
        for floor in [
            Floor::Engine,
            Floor::Auth,
            Floor::Domain,
            Floor::App,
            Floor::Journeys,
        ] {
            assert!(is_allowed(floor, Floor::Testkit, true), "{floor:?}");
        }
        for floor in [Floor::Core, Floor::Migration, Floor::Bench, Floor::Xtask] {
            assert!(!is_allowed(floor, Floor::Testkit, true), "{floor:?}");
        }
        assert!(!is_allowed(Floor::Auth, Floor::Testkit, false));
        assert!(!is_allowed(Floor::App, Floor::Testkit, false));
    }
}

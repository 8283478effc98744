//! Roles that operators add.

use std::collections::{BTreeMap, BTreeSet};

use ashlar_core::settings::{Reader, Value};

use crate::model::RoleName;

/// The variable that names roles.
pub(crate) const VARIABLE: &str = "AUTH_ROLES";

/// `AUTH_ROLES`: what each role permits, besides `user` and `admin`, which are built in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleSettings(BTreeMap<RoleName, BTreeSet<String>>);

impl RoleSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let sentence = "Roles besides user and admin, each with its permissions, such as \
                        support=users:read,jobs:read;auditor=events:read";
        reader
            .var(VARIABLE, sentence)
            .optional()
            .unwrap_or_default()
    }

    /// Each role with the names of its permissions.
    pub fn iter(&self) -> impl Iterator<Item = (&RoleName, &BTreeSet<String>)> {
        self.0.iter()
    }

    /// Whether there is such a role.
    pub fn contains(&self, role: &RoleName) -> bool {
        self.0.contains_key(role)
    }
}

/// `role=permission,permission;role=permission`; blanks do not count, a last `;` neither.
impl Value for RoleSettings {
    fn parse(text: &str) -> Result<Self, String> {
        let mut roles = BTreeMap::new();
        let parts = text.split(';').map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            let (name, permissions) = part
                .split_once('=')
                .ok_or("must be roles with their permissions, as in support=users:read")?;
            let name: RoleName = (name.trim().parse())
                .map_err(|error| format!("must name roles as they can be named: a role {error}"))?;
            if name.is_built_in() {
                return Err(format!("must leave {} as it is built in", name.as_str()));
            }
            let permissions = permissions.split(',').map(|one| one.trim().to_owned());
            let permissions: BTreeSet<String> = permissions.collect();
            if permissions.contains("") {
                return Err(format!("must give {} permissions", name.as_str()));
            }
            if roles.insert(name, permissions).is_some() {
                return Err("must name each role once".to_owned());
            }
        }
        Ok(Self(roles))
    }

    fn show(&self) -> String {
        let roles = self.iter().map(|(name, permissions)| {
            let permissions: Vec<&str> = permissions.iter().map(String::as_str).collect();
            format!("{}={}", name.as_str(), permissions.join(","))
        });
        roles.collect::<Vec<_>>().join(";")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_shown() {
        let text = " support = users:read, jobs:read ; auditor=events:read; ";
        let roles = RoleSettings::parse(text).unwrap();
        let shown = "auditor=events:read;support=jobs:read,users:read";
        assert_eq!(roles.show(), shown);
        assert_eq!(RoleSettings::parse(shown).unwrap(), roles);
        assert!(roles.contains(&"support".parse().unwrap()));
        assert!(!roles.contains(&"user".parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_meant_is_a_problem() {
        for text in [
            "support",
            "support=",
            "support=users:read,",
            "=users:read",
            "Support=users:read",
            "9=users:read",
            "a b=users:read",
            "admin=users:read",
            "user=users:read",
            "a=users:read;a=jobs:read",
        ] {
            let mut reader = Reader::new(ashlar_core::settings::Source::from_pairs([(
                VARIABLE, text,
            )]));
            RoleSettings::read(&mut reader);
            let problems = reader.finish().unwrap_err().to_string();
            assert!(problems.contains(VARIABLE), "{problems}");
        }
    }
}

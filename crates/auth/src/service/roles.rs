//! Roles: which there are, and what each permits.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use ashlar_core::{
    domain::Domain,
    principal::{Permissions, Principal},
};

use crate::{
    error::{AuthError, RolesError},
    model::RoleName,
    settings::RoleSettings,
};

/// The roles. Cheap to clone; clones are the same.
#[derive(Clone, Debug)]
pub struct Roles(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    configured: RoleSettings,
    /// Until it is known which permissions there are, nobody has any.
    permitted: OnceLock<BTreeMap<RoleName, Permissions>>,
}

impl Roles {
    pub(crate) fn new(configured: RoleSettings) -> Self {
        Self(Arc::new(Inner {
            configured,
            permitted: OnceLock::new(),
        }))
    }

    /// Works out what each role permits in a system of these domains. To admins it is everything
    /// that any of them asks for.
    pub(crate) fn compose(&self, domains: &[Domain]) -> Result<(), RolesError> {
        let known: BTreeSet<&'static str> = domains.iter().flat_map(Domain::permissions).collect();
        let all = Permissions::new(Vec::from_iter(known.iter().copied()));
        let mut permitted = BTreeMap::from([
            (RoleName::admin(), all),
            (RoleName::user(), Permissions::default()),
        ]);
        for (role, names) in self.0.configured.iter() {
            let permissions = names.iter().map(|name| known_as(&known, role, name));
            let permissions = permissions.collect::<Result<Vec<_>, _>>()?;
            permitted.insert(role.clone(), Permissions::new(permissions));
        }
        let composed = self.0.permitted.set(permitted);
        composed.map_err(|_| RolesError::AlreadyComposed)
    }

    /// That there is such a role, so that it can be given to somebody.
    pub(crate) fn must_exist(&self, role: &RoleName) -> Result<(), AuthError> {
        if role.is_built_in() || self.0.configured.contains(role) {
            Ok(())
        } else {
            Err(AuthError::UnknownRole(role.clone()))
        }
    }

    /// That `caller` may do all that `role` permits. Who manages users manages those alone who may do
    /// no more than themselves: else they could take a greater right by giving it to themselves, or
    /// by taking over who has it (OWASP ASVS 4.0, 4.1.3).
    pub(crate) fn must_be_within(
        &self,
        role: &RoleName,
        caller: &Principal,
    ) -> Result<(), AuthError> {
        let permissions = self.permissions(role);
        let holds = |name: &&str| caller.permissions.contains(name);
        if permissions.names().iter().all(holds) {
            Ok(())
        } else {
            Err(AuthError::Forbidden)
        }
    }

    /// What `role` permits: nothing when there is no such role (any more).
    pub(crate) fn permissions(&self, role: &RoleName) -> Permissions {
        let permitted = self.0.permitted.get();
        let permissions = permitted.and_then(|roles| roles.get(role));
        permissions.cloned().unwrap_or_default()
    }

    /// Every role with what it permits.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&RoleName, &Permissions)> {
        self.0.permitted.get().into_iter().flatten()
    }
}

fn known_as(
    known: &BTreeSet<&'static str>,
    role: &RoleName,
    name: &str,
) -> Result<&'static str, RolesError> {
    known.get(name).copied().ok_or_else(|| {
        let known = Vec::from_iter(known.iter().copied()).join(", ");
        RolesError::UnknownPermission {
            role: role.clone(),
            permission: name.to_owned(),
            known,
        }
    })
}

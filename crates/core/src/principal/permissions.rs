//! Sets of permissions.

use std::sync::Arc;

use crate::scopes::Scopes;

/// A set of permissions. Empty by default: everything is denied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    names: Arc<[&'static str]>,
    /// Whether there would be some if a second factor had been proved.
    pub(super) withheld: bool,
}

impl Permissions {
    /// The set of these names.
    pub fn new(names: impl Into<Arc<[&'static str]>>) -> Self {
        Self {
            names: names.into(),
            withheld: false,
        }
    }

    /// Whether the permission `name` is in the set.
    pub fn contains(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// Their names.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// None of them, because no second factor was proved: who is refused for that is told so.
    #[must_use]
    pub fn withheld(&self) -> Self {
        Self {
            names: Arc::default(),
            withheld: self.withheld || !self.names.is_empty(),
        }
    }

    /// Those that are among `scopes` too.
    pub fn within(&self, scopes: &Scopes) -> Self {
        if self.names.iter().all(|name| scopes.contain(name)) {
            return self.clone();
        }
        let within = self.names.iter().filter(|name| scopes.contain(name));
        Self {
            names: within.copied().collect(),
            withheld: self.withheld,
        }
    }
}

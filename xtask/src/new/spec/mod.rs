//! What is asked for, as the templates know it.

mod entity;

use serde::Serialize;

use super::name;

pub(super) use entity::{Entity, entity, type_imports};

/// A domain, as far as its entities' code speaks of it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Domain {
    pub(super) name: String,
    /// In a sentence.
    pub(super) words: String,
    #[serde(rename = "Words")]
    pub(super) capital: String,
    /// As in the names of packages and teams.
    pub(super) kebab: String,
    /// The type of its service.
    pub(super) service: String,
    /// The type of its errors.
    pub(super) error: String,
}

impl Domain {
    /// A domain that will be; what is wrong with its name goes to `problems`.
    pub(super) fn new(domain: &str, problems: &mut Vec<String>) -> Self {
        problems.extend(name::problem("domain", domain));
        if name::is_taken(domain) {
            problems.push(format!(
                "domain `{domain}`: the code calls something else so"
            ));
        }
        Self {
            name: domain.to_owned(),
            words: name::words(domain),
            capital: name::capital(&name::words(domain)),
            kebab: name::kebab(domain),
            service: name::pascal(domain),
            error: format!("{}Error", name::pascal(&name::singular(domain))),
        }
    }

    /// A domain that is there, by the types that its `lib.rs` shows.
    pub(super) fn read(domain: &str, lib: &str) -> Option<Self> {
        let shown = |module: &str| {
            let start = format!("pub use {module}::");
            let line = lib.lines().find_map(|line| line.strip_prefix(&start))?;
            Some(line.strip_suffix(';')?.to_owned())
        };
        let (service, error) = (shown("service")?, shown("error")?);
        Some(Self {
            service,
            error,
            ..Self::new(domain, &mut Vec::new())
        })
    }

    /// A path in its crate.
    pub(super) fn path(&self, below: &str) -> String {
        format!("crates/domains/{}/{below}", self.name)
    }

    /// The file that `domain()` is in: its own where `lib.rs` would be too long for it.
    pub(super) fn mount(&self, is_there: impl Fn(&str) -> bool) -> String {
        let file = self.path("src/domain.rs");
        if is_there(&file) {
            file
        } else {
            self.path("src/lib.rs")
        }
    }

    /// Its file of a layer (`src/service.rs`), or that of the layer's folder.
    pub(super) fn layer(&self, layer: &str, is_there: impl Fn(&str) -> bool) -> String {
        let file = self.path(&format!("src/{layer}.rs"));
        if is_there(&file) {
            file
        } else {
            self.path(&format!("src/{layer}/mod.rs"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_that_is_there_tells_its_types() {
        let lib = "pub use error::PostError;\npub use service::Posts;\n";
        let domain = Domain::read("posts", lib).expect("a domain");
        assert_eq!((&*domain.service, &*domain.error), ("Posts", "PostError"));
        assert!(Domain::read("posts", "//! Nothing.\n").is_none());
    }
}

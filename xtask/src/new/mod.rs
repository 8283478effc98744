//! `cargo xtask new`: domains, entities, jobs and events, written as by hand, mounted, documented and tested.

mod domain;
mod entity;
mod event;
mod field;
mod imports;
mod job;
mod lines;
mod name;
mod spec;
#[cfg(test)]
mod tests;

use crate::application;
use crate::changes::Changes;
use crate::error::{Error, Result};
use crate::graph;
use crate::migrate::recorded;
use crate::terminal::print;
use crate::workspace;

/// What `cargo xtask new` accepts.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
    /// Leave docs/openapi.json and docs/asyncapi.json as they are, for another command to follow
    #[arg(long, global = true)]
    without_documents: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// A domain: a crate of its own, mounted and migrated, e.g. `domain invoices --entity 'invoice:number:string!'`
    Domain {
        /// What it is called, a plural most often: invoices
        name: String,
        /// An entity and its fields, `invoice:number:string!:total_cents:i64`; may be repeated. Without one: the domain's singular
        /// with a name
        #[arg(long, value_name = "ENTITY:FIELD:TYPE…")]
        entity: Vec<String>,
        /// The plural of an entity that no rule tells, `person:people`; may be repeated
        #[arg(long, value_name = "ONE:MANY")]
        plural: Vec<String>,
    },
    /// A further entity of a domain, e.g. `entity invoices 'payment:amount_cents:i64:paid_on:date'`
    Entity {
        /// The domain
        domain: String,
        /// The entity and its fields
        #[arg(value_name = "ENTITY:FIELD:TYPE…")]
        entity: String,
        /// Its plural, if no rule tells it, `person:people`
        #[arg(long, value_name = "ONE:MANY")]
        plural: Vec<String>,
    },
    /// A job of a domain that comes back, e.g. `job invoices remind_debtors`
    Job {
        /// The domain
        domain: String,
        /// What it does: `<verb>_<noun>`
        name: String,
        /// When, as five fields of cron in UTC
        #[arg(long, default_value = "0 2 * * *")]
        cron: String,
    },
    /// An event of a domain, and the route that tells it, e.g. `event invoices invoice.paid amount_cents:i64`
    Event {
        /// The domain
        domain: String,
        /// `<entity>.<what happened>`
        name: String,
        /// What it tells beside the entity and its owner
        #[arg(value_name = "FIELD:TYPE")]
        fields: Vec<String>,
        /// The verb that the route ends in, such as `pay`; else it ends in what happened
        #[arg(long)]
        verb: Option<String>,
    },
}

/// Writes what is asked for, all of it or nothing.
///
/// # Errors
/// Every reason why it cannot be, at once.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut changes = Changes::of(workspace::root());
    match &options.what {
        What::Domain {
            name,
            entity,
            plural,
        } => domain::add(&mut changes, name, entity, plural)?,
        What::Entity {
            domain,
            entity,
            plural,
        } => entity::add_to(&mut changes, domain, entity, plural)?,
        What::Job { domain, name, cron } => job::add(&mut changes, domain, name, cron)?,
        What::Event {
            domain,
            name,
            fields,
            verb,
        } => event::add(&mut changes, domain, (name, verb.as_deref()), fields)?,
    }
    changes.commit()?;
    graph::write()?;
    if matches!(options.what, What::Domain { .. } | What::Entity { .. }) {
        recorded::record()?;
    }
    if options.without_documents {
        print("next: cargo xtask openapi, cargo xtask asyncapi");
        return Ok(());
    }
    application::write_openapi()?;
    application::write_asyncapi()
}

/// The domain of this name, as it is in the tree.
fn existing(changes: &Changes, domain: &str) -> Result<spec::Domain> {
    let folders = changes.names("crates/domains");
    if !folders.iter().any(|folder| folder == domain) {
        let known = folders.join(", ");
        return Err(Error::said(format!(
            "there is no domain `{domain}`; there are: {known}"
        )));
    }
    let lib = format!("crates/domains/{domain}/src/lib.rs");
    let text = changes.text(&lib).unwrap_or_default();
    spec::Domain::read(domain, &text).ok_or_else(|| {
        Error::said(format!(
            "{lib} shows no service and error: it needs `pub use service::…;` and `pub use error::…;`"
        ))
    })
}

//! What makes an entity a table: its indexes, and the domain that owns it. From these and the
//! entity's own attributes `cargo xtask migrate diff` writes the next migration.

mod definition;
mod index;

use sea_orm::EntityTrait;

pub use definition::Definition;
pub use index::{Index, Key};

/// An entity that migrations keep a table for. The entity's attributes say its columns, their
/// defaults and foreign keys; what they have no words for is said here.
///
/// ```
/// use ashlar_core::table::{Index, Table};
/// use sea_orm::entity::prelude::*;
///
/// #[sea_orm::model]
/// #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
/// #[sea_orm(table_name = "stones")]
/// pub struct Model {
///     #[sea_orm(primary_key, auto_increment = false)]
///     pub id: Uuid,
///     #[sea_orm(column_type = "String(StringLen::N(100))")]
///     pub name: String,
///     #[sea_orm(default_value = 1)]
///     pub weight: i64,
///     pub deleted_at: Option<chrono::DateTime<chrono::Utc>>,
/// }
///
/// impl ActiveModelBehavior for ActiveModel {}
///
/// impl Table for Entity {
///     fn indexes() -> Vec<Index> {
///         vec![
///             Index::unique(["name"]).alive(),
///             Index::on(["weight", "id"]).alive(),
///         ]
///     }
/// }
///
/// assert_eq!(Entity::indexes()[0].name_on("stones"), "ux_stones_name");
/// ```
pub trait Table: EntityTrait {
    /// The indexes beside the primary key.
    fn indexes() -> Vec<Index> {
        Vec::new()
    }

    /// What a migration that was written by hand makes for it on one database alone, by name: an index of a kind that the
    /// other has not, or a table such as those of SQLite's full-text search. Comparisons leave it alone.
    fn by_hand() -> Vec<&'static str> {
        Vec::new()
    }
}

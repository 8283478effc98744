//! What domains told each other.

use ashlar_core::{
    database::Database,
    events::{Event, outbox::entity},
};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::Value;

/// The events that were published, in order.
#[derive(Clone, Debug)]
pub struct Published(Vec<entity::Model>);

impl Published {
    pub(crate) async fn read(database: &Database) -> Self {
        let rows = entity::Entity::find()
            .order_by_asc(entity::Column::Position)
            .all(database.connection())
            .await
            .expect("the outbox can be read");
        Self(rows)
    }

    /// Their types: `post.created`.
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|row| row.name.as_str()).collect()
    }

    /// Those of type `E`.
    pub fn of<E: Event>(&self) -> Vec<E> {
        let same =
            |row: &&entity::Model| row.name == E::NAME && row.version == i32::from(E::VERSION);
        let read = |row: &entity::Model| {
            serde_json::from_str(&row.payload).expect("an event as its type says")
        };
        self.0.iter().filter(same).map(read).collect()
    }

    /// What each of them says, in JSON.
    pub fn payloads(&self) -> Vec<Value> {
        let read = |row: &entity::Model| serde_json::from_str(&row.payload).expect("JSON");
        self.0.iter().map(read).collect()
    }
}

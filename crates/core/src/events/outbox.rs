//! The outbox: the table in which published events wait until the relay has passed them on.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait};

use super::{Event, EventId};
use crate::{
    context,
    database::{Transaction, Work},
};

/// How many independent rows of events there are: events of one key are always in the same, and
/// one relay at a time drains each.
pub const PARTITIONS: i16 = 8;

/// How long an event may be in JSON, in bytes: half of what Kafka takes by default, and a relay holds
/// hundreds at once. An event says what happened; what is large is stored, and the event says where.
pub const LONGEST: usize = 512 * 1024;

/// Publishes `event`, which happened `now`, if `transaction` is committed. Publish after the write
/// that locks the entity's row: then the events of an entity are in the order of its changes.
///
/// # Errors
///
/// What the database says, or that the event cannot be written as JSON or is longer than [`LONGEST`].
pub async fn publish<E: Event>(
    transaction: &Transaction,
    event: &E,
    now: DateTime<Utc>,
) -> Result<EventId, DbErr> {
    let id = EventId::new();
    let key = event.key();
    let payload = serde_json::to_string(event).map_err(|error| DbErr::Json(error.to_string()))?;
    if payload.len() > LONGEST {
        let (name, length) = (E::NAME, payload.len());
        let error = format!("the event {name} has {length} bytes, and may have {LONGEST}");
        return Err(DbErr::Custom(error));
    }
    let row = entity::ActiveModel {
        id: Set(id),
        partition: Set(partition(key.as_bytes())),
        key: Set(key),
        name: Set(E::NAME.to_owned()),
        version: Set(i32::from(E::VERSION)),
        payload: Set(payload),
        occurred_at: Set(now),
        request_id: Set(context::request_id().map(String::from)),
        traceparent: Set(context::traceparent()),
        ..Default::default()
    };
    entity::Entity::insert_many([row])
        .exec_without_returning(transaction)
        .await?;
    transaction.brings(Work::Events);
    Ok(id)
}

/// Which of the partitions has the events of this key: FNV-1a, so that it is the same for ever.
fn partition(key: &[u8]) -> i16 {
    let hash = key.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The low bits of FNV are the weaker ones.
    i16::try_from((hash >> 32) % PARTITIONS.unsigned_abs() as u64).unwrap_or_default()
}

/// The table `outbox`, for the relay.
pub mod entity {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::{
        events::EventId,
        table::{Index, Table},
    };

    /// An event that was published.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        /// Its place: of two events of a partition, the one that was published first has the lower.
        #[sea_orm(primary_key)]
        pub position: i64,
        /// Its id.
        pub id: EventId,
        /// Which row of events it stands in.
        pub partition: i16,
        /// The id of the entity that it is about.
        pub key: Uuid,
        /// The name of its type.
        #[sea_orm(column_type = "String(StringLen::N(100))")]
        pub name: String,
        /// The version of its type.
        pub version: i32,
        /// The event in JSON.
        #[sea_orm(column_type = "Text")]
        pub payload: String,
        /// When it happened.
        pub occurred_at: DateTime<Utc>,
        /// The id of the request that it came of.
        #[sea_orm(column_type = "String(StringLen::N(128))")]
        pub request_id: Option<String>,
        /// The trace that it belongs to (W3C Trace Context).
        #[sea_orm(column_type = "String(StringLen::N(55))")]
        pub traceparent: Option<String>,
        /// When the broker had it.
        pub published_at: Option<DateTime<Utc>>,
    }

    impl ActiveModelBehavior for ActiveModel {}

    impl Table for Entity {
        fn indexes() -> Vec<Index> {
            vec![
                Index::on(["partition", "position"]).over("published_at IS NULL"),
                Index::on(["published_at"]).over("published_at IS NOT NULL"),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_spread_over_all_partitions() {
        let mut hits = [0_u32; PARTITIONS as usize];
        for _ in 0..8_000 {
            let key = EventId::new().as_uuid();
            hits[usize::try_from(partition(key.as_bytes())).unwrap()] += 1;
        }
        assert!(
            hits.iter().all(|hits| (700..1_300).contains(hits)),
            "{hits:?}"
        );
    }
}

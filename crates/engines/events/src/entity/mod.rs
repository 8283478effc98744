//! The engine's own tables; the outbox is core's.

pub(crate) mod inbox;
pub(crate) mod parked;
pub(crate) mod partition;

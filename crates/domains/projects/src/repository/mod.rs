//! Queries. Free functions over a connection or a transaction; none begins or commits one.

pub(crate) mod project;
pub(crate) mod task;

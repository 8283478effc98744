//! The tables. Private to the crate: nothing outside knows how a project is stored.

pub(crate) mod project;
pub(crate) mod task;

use ashlar_core::stored_as;

use crate::model::{Priority, Status};

stored_as!(Status, text);
stored_as!(Priority, i16);

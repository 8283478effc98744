//! Whatever comes in, it gets its 4xx with field and reason: no 500, no hang, no silence.

mod fields;
mod http;
mod json;
mod parameters;

//! What auth does in the background.

mod forgot_password;
mod prune;

pub(crate) use forgot_password::{ForgotPassword, ResetRequester};
pub(crate) use prune::{PruneSessions, PruneThrottles, prune_sessions, prune_throttles};

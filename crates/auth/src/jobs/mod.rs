//! What auth does in the background.

mod forgot_password;
mod oauth;
mod prune;
mod totp;

use ashlar_core::jobs::Schedule;

pub(crate) use forgot_password::{ForgotPassword, ResetRequester};
pub(crate) use oauth::{KeepOauth, ResealTokens, SweepVisits};
pub(crate) use prune::{PruneSessions, PruneThrottles};
pub(crate) use totp::ResealTotp;

/// When it does what comes back, in UTC.
pub(crate) fn schedules() -> [Schedule; 5] {
    [
        Schedule::new("auth.prune_sessions", "20 3 * * *", || PruneSessions {}),
        Schedule::new("auth.prune_throttles", "40 3 * * *", || PruneThrottles {}),
        Schedule::new("auth.sweep_visits", "17 * * * *", || SweepVisits {}),
        Schedule::new("auth.reseal_tokens", "50 3 * * *", || ResealTokens {}),
        Schedule::new("auth.reseal_totp", "55 3 * * *", || ResealTotp {}),
    ]
}

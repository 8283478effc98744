//! What can be done with users, and how they sign in.

mod passkeys;
mod second_factor;
mod sessions;
mod sign_in;
mod step_up;
mod totp;
mod users;

pub use passkeys::Passkeys;
pub use second_factor::SecondFactor;
pub use sessions::Sessions;
pub use sign_in::SignIn;
pub use step_up::StepUp;
pub use totp::Totp;
pub use users::Users;

pub(crate) use second_factor::Factors;
pub(crate) use sessions::Granted;
pub(crate) use totp::Enrolment;

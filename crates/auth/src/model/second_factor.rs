//! Second factors: passkeys, and what they are asked to sign.

use ashlar_core::ids::{Id, Identified};

/// Marks the ids of passkeys.
pub enum Passkey {}

impl Identified for Passkey {
    const PARAMETER: &'static str = "passkey_id";
}

/// The id of a passkey.
pub type PasskeyId = Id<Passkey>;

/// Marks the ids of challenges.
pub enum Challenge {}

impl Identified for Challenge {
    const PARAMETER: &'static str = "challenge_id";
}

/// The id of a challenge: what a passkey signs, once.
pub type ChallengeId = Id<Challenge>;

/// What a challenge was made for: it is good for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengePurpose {
    /// To add a passkey.
    Register,
    /// To sign in.
    SignIn,
    /// To prove once more who one is.
    StepUp,
}

impl ChallengePurpose {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Register, Self::SignIn, Self::StepUp];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign_in",
            Self::StepUp => "step_up",
        }
    }
}

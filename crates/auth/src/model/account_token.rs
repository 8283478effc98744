//! What a link in a mail is for.

use ashlar_core::ids::{Id, Identified};

/// Marks the ids of the tokens in the links of mails.
pub enum AccountToken {}

impl Identified for AccountToken {
    const PARAMETER: &'static str = "token_id";
}

/// The id of a token in the link of a mail. It is no secret: nobody can make the token of it.
pub type AccountTokenId = Id<AccountToken>;

/// What a link in a mail is for. A token is good for one purpose alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To show that mail to the address reaches the user.
    VerifyEmail,
    /// To set a password without knowing the old one.
    ResetPassword,
    /// To show the same of the address that is to take the place of the user's.
    ConfirmEmail,
}

impl Purpose {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::VerifyEmail, Self::ResetPassword, Self::ConfirmEmail];

    /// As it is stored, and as its tokens begin.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ConfirmEmail => "confirm_email",
        }
    }

    /// As it stands in the fragment of a link.
    pub fn fragment(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::ConfirmEmail => "confirm-email",
        }
    }
}

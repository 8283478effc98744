//! Sign-ins: what they are called, and how their users proved who they are.

use ashlar_core::ids::{Id, Identified};

/// Marks the ids of sign-ins.
pub enum Session {}

impl Identified for Session {
    const PARAMETER: &'static str = "session_id";
}

/// The id of a sign-in: every token that comes of it carries it (`sid`).
pub type SessionId = Id<Session>;

/// How a user proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// With their password.
    Password,
    /// With a one-time code from their authenticator app.
    Totp,
    /// With one of their recovery codes.
    RecoveryCode,
    /// With a passkey, which is two factors in one: a device, and what unlocks it.
    Passkey,
    /// By a provider that they linked to their account.
    Provider,
}

impl Method {
    /// As it is stored and listed: the values of RFC 8176 where it has one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::Totp => "otp",
            Self::RecoveryCode => "recovery",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
        }
    }

    /// Whether a sign-in by these methods, as they are stored, has a second factor that we looked at
    /// ourselves: what a provider asked for is not known here.
    pub(crate) fn have_second_factor(methods: &str) -> bool {
        let strong = [Self::Totp, Self::RecoveryCode, Self::Passkey].map(Self::as_str);
        methods.split(' ').any(|method| strong.contains(&method))
    }
}

/// How the tokens of a sign-in travel, for as long as it lasts: what is meant for a browser's
/// cookies, which its pages cannot read, is good for nothing elsewhere, and the reverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In bodies and in the `Authorization` header.
    Body,
    /// In cookies.
    Cookies,
}

impl Delivery {
    /// As a client asks for it: in cookies, or not.
    pub fn asked(cookies: bool) -> Self {
        match cookies {
            true => Self::Cookies,
            false => Self::Body,
        }
    }
}

/// Why a sign-in is over before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// Its user signed out.
    SignedOut,
    /// Its user ended it from another sign-in, or somebody did who manages users.
    Ended,
    /// One of its refresh tokens was used a second time: somebody else may have it.
    Reused,
    /// Its user proved once more who they are, and got another one in its place.
    Renewed,
    /// Somebody signed in in the same browser, which keeps one.
    Replaced,
    /// Its user began as many other ones as may last at a time.
    Displaced,
    /// The password was changed or set anew.
    PasswordChanged,
    /// The user's standing changed: suspended, deleted, another role.
    StandingChanged,
}

impl Revocation {
    /// Each of them.
    pub const ALL: [Self; 8] = [
        Self::SignedOut,
        Self::Ended,
        Self::Reused,
        Self::Renewed,
        Self::Replaced,
        Self::Displaced,
        Self::PasswordChanged,
        Self::StandingChanged,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::Reused => "reused",
            Self::Renewed => "renewed",
            Self::Replaced => "replaced",
            Self::Displaced => "displaced",
            Self::PasswordChanged => "password_changed",
            Self::StandingChanged => "standing_changed",
        }
    }
}

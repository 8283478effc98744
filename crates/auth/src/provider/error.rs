//! What can go wrong between us and a provider.

use ashlar_core::{client::UpstreamError, problem::Problem};
use thiserror::Error;

use crate::model::OauthFailure;

/// Why a provider did not do what it was asked to. Nothing that it said is in here but what it calls
/// its error, if that is a word.
#[derive(Debug, Error)]
pub(crate) enum ProviderError {
    /// It did not answer, or not as a provider does.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// It said no (RFC 6749, 5.2).
    #[error("the provider refused: {0}")]
    Refused(String),
    /// What it said cannot be trusted.
    #[error("the provider's answer is not valid: {0}")]
    Invalid(&'static str),
}

impl ProviderError {
    /// What the browser is told.
    pub(crate) fn failure(&self) -> OauthFailure {
        match self {
            Self::Upstream(_) => OauthFailure::ProviderUnavailable,
            Self::Refused(_) | Self::Invalid(_) => OauthFailure::ProviderError,
        }
    }

    /// A refusal by this error, which is cut to a word that does no harm in a log.
    pub(super) fn refused(error: &str) -> Self {
        let plain = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
        Self::Refused(error.chars().filter(plain).take(64).collect())
    }

    /// Whether the refresh token is worth nothing any more. GitHub has a word of its own for it.
    pub(crate) fn is_revocation(&self) -> bool {
        matches!(self, Self::Refused(error) if error == "invalid_grant" || error == "bad_refresh_token")
    }

    /// The problem that it is to who asked for the provider.
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Self::Upstream(error) => error.into(),
            error @ (Self::Refused(_) | Self::Invalid(_)) => {
                let code = ashlar_core::problem::Code::BadUpstream;
                Problem::upstream(code, "oauth").caused_by(error)
            }
        }
    }
}

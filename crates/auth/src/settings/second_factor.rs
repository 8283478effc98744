//! Whether what a role permits asks for a second factor.

use ashlar_core::settings::Reader;

/// Whether what a role permits asks for a second factor.
#[derive(Clone, Debug)]
pub struct SecondFactorSettings {
    /// `AUTH_SECOND_FACTOR_REQUIRED`: whether the permissions of a role count only in sign-ins with
    /// a second factor of ours: a code, a recovery code or a passkey (OWASP ASVS 4.0, 4.3.1).
    /// Default: true in production, else false.
    pub is_required: bool,
}

impl SecondFactorSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let in_production = reader.environment().is_production();
        Self {
            is_required: reader
                .var(
                    "AUTH_SECOND_FACTOR_REQUIRED",
                    "Whether what a role permits asks for a sign-in with a second factor",
                )
                .default_as("true in production, else false", in_production),
        }
    }
}

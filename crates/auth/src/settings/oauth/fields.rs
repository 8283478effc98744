//! What the fields are called in which a provider tells of a user.

/// The fields in which a provider tells of a user; of several the first that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserinfoFields {
    /// `_USERINFO_ID`. Default: `sub`, `id`.
    pub id: Vec<String>,
    /// `_USERINFO_EMAIL`. Default: `email`.
    pub email: String,
    /// `_USERINFO_EMAIL_VERIFIED`. Default: `email_verified`.
    pub email_verified: String,
    /// `_USERINFO_NAME`. Default: `name`, `display_name`, `login`.
    pub name: Vec<String>,
}

impl Default for UserinfoFields {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            id: list(&["sub", "id"]),
            email: "email".to_owned(),
            email_verified: "email_verified".to_owned(),
            name: list(&["name", "display_name", "login"]),
        }
    }
}

//! Signing in by providers: which there are, and where browsers may be sent afterwards.

mod fields;
mod provider;

#[cfg(test)]
mod tests;

use ashlar_core::{
    http::PREFIX,
    settings::{Environment, HttpSettings, Reader},
};

pub use fields::UserinfoFields;
pub use provider::{Endpoints, Place, ProviderSettings};

use crate::model::Redirects;

/// Signing in by providers.
#[derive(Clone, Debug)]
pub struct OauthSettings {
    /// `OAUTH_<PROVIDER>_…`: the providers, by name.
    pub providers: Vec<ProviderSettings>,
    /// `AUTH_REDIRECT_URLS`: where browsers may be sent after a visit to a provider. Default:
    /// `FRONTEND_URL`, and `/account` of our own.
    pub redirects: Redirects,
    /// `BACKEND_URL`, or what stands for it: where providers send browsers back to.
    pub own_url: String,
}

impl OauthSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let http = HttpSettings::read(reader);
        reader.section("Sign-in by providers");
        let own_url = http.site_url(http.port);
        let default = vec![http.frontend_url, "/account".to_owned()];
        let is_right = |allowed: &Vec<String>| match Redirects::new(&own_url, allowed) {
            Ok(redirects) if redirects.first().is_some() => Ok(()),
            Ok(_) | Err(_) => Err("must list URLs as https://app.example.com/in, or paths".into()),
        };
        let allowed = reader
            .var(
                "AUTH_REDIRECT_URLS",
                "Where browsers may be sent after a visit to a provider: URLs or paths of ours, each \
                 with what is below it",
            )
            .check(is_right)
            .default_as("FRONTEND_URL and /account", default);
        let providers = provider::read_all(reader);
        if !providers.is_empty() && http.backend_url.is_none() {
            must_be_told(reader);
        }
        let redirects = Redirects::new(&own_url, &allowed);
        Self {
            providers,
            redirects: redirects.unwrap_or_else(|_| Redirects::none()),
            own_url,
        }
    }
}

impl ProviderSettings {
    /// Where the provider sends browsers back to: what must be registered there.
    pub fn callback(&self, own_url: &str) -> String {
        format!("{own_url}{PREFIX}/auth/oauth/{}/callback", self.name)
    }
}

/// Providers know our address by heart, so it must not depend on the port that we listen on.
fn must_be_told(reader: &mut Reader) {
    if reader.environment() == Environment::Production {
        reader.problem(
            "BACKEND_URL",
            "must be set when there are OAUTH_… providers",
        );
    }
}

//! Providers, wholly from variables: `OAUTH_GITHUB_CLIENT_ID` makes one that is called `github`.

use std::collections::BTreeSet;

use ashlar_core::{secret::Secret, settings::Reader};
use url::Url;

use super::UserinfoFields;
use crate::model::{ProviderName, is_private};

const PREFIX: &str = "OAUTH_";

/// The last part of each variable, its pattern, and what it is.
const PARTS: [(&str, &str, &str); 12] = [
    (
        "CLIENT_ID",
        "OAUTH_<PROVIDER>_CLIENT_ID",
        "Who we are to the provider; makes one, called <provider>",
    ),
    (
        "CLIENT_SECRET",
        "OAUTH_<PROVIDER>_CLIENT_SECRET",
        "What proves it",
    ),
    (
        "ISSUER",
        "OAUTH_<PROVIDER>_ISSUER",
        "The issuer of an OpenID provider; all else is discovered there",
    ),
    (
        "AUTHORIZE_URL",
        "OAUTH_<PROVIDER>_AUTHORIZE_URL",
        "Of a provider without an issuer: where users say yes",
    ),
    (
        "TOKEN_URL",
        "OAUTH_<PROVIDER>_TOKEN_URL",
        "Where codes are exchanged for tokens",
    ),
    (
        "USERINFO_URL",
        "OAUTH_<PROVIDER>_USERINFO_URL",
        "Where an access token's user is told",
    ),
    (
        "SCOPES",
        "OAUTH_<PROVIDER>_SCOPES",
        "What is asked for; with an issuer openid, email and profile when unset",
    ),
    (
        "TITLE",
        "OAUTH_<PROVIDER>_TITLE",
        "What users call it; made of the name when unset",
    ),
    (
        "USERINFO_ID",
        "OAUTH_<PROVIDER>_USERINFO_ID",
        "The field that tells accounts apart; sub or id when unset",
    ),
    (
        "USERINFO_EMAIL",
        "OAUTH_<PROVIDER>_USERINFO_EMAIL",
        "The field with the e-mail address; email when unset",
    ),
    (
        "USERINFO_EMAIL_VERIFIED",
        "OAUTH_<PROVIDER>_USERINFO_EMAIL_VERIFIED",
        "The field that says whether it was verified; email_verified when unset",
    ),
    (
        "USERINFO_NAME",
        "OAUTH_<PROVIDER>_USERINFO_NAME",
        "The field with the name; name, display_name or login when unset",
    ),
];

/// One provider.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// What it is called in URLs.
    pub name: ProviderName,
    /// `_TITLE`: what users call it. Default: the name with a capital.
    pub title: String,
    /// `_CLIENT_ID`: who we are to it.
    pub client_id: String,
    /// `_CLIENT_SECRET`: what proves it.
    pub client_secret: Secret,
    /// Where it is.
    pub place: Place,
    /// `_SCOPES`: what is asked for, with blanks or commas between. Default: `openid email profile`
    /// with an issuer, else none.
    pub scopes: Vec<String>,
    /// `_USERINFO_…`: what the fields are called in which it tells of a user.
    pub fields: UserinfoFields,
    /// Whether addresses on this machine need no TLS: not in production.
    pub loopback_is_private: bool,
}

/// Where a provider is.
#[derive(Clone, Debug)]
pub enum Place {
    /// `_ISSUER`: an OpenID provider, which tells the rest itself (OpenID Connect Discovery 1.0).
    Issuer(Url),
    /// Another, whose endpoints must be known.
    Endpoints(Endpoints),
}

/// The endpoints of a provider.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// `_AUTHORIZE_URL`: where users say yes.
    pub authorize: Url,
    /// `_TOKEN_URL`: where codes are exchanged for tokens.
    pub token: Url,
    /// `_USERINFO_URL`: where an access token's user is told.
    pub userinfo: Url,
}

/// Every provider of which a variable is set.
pub(super) fn read_all(reader: &mut Reader) -> Vec<ProviderSettings> {
    for (_, pattern, sentence) in PARTS {
        reader.pattern(pattern, sentence);
    }
    let names = reader.names(PREFIX);
    let names: BTreeSet<&str> = names.iter().filter_map(|name| provider_of(name)).collect();
    names
        .into_iter()
        .filter_map(|name| Variables { reader, name }.read())
        .collect()
}

/// The `GITHUB` of `OAUTH_GITHUB_CLIENT_ID`.
fn provider_of(variable: &str) -> Option<&str> {
    let rest = variable.strip_prefix(PREFIX)?;
    let without = |part: &str| rest.strip_suffix(part)?.strip_suffix('_');
    // Of two that end alike the longer: USERINFO_EMAIL_VERIFIED is no EMAIL_VERIFIED.
    PARTS
        .iter()
        .filter_map(|(part, ..)| without(part))
        .min_by_key(|name| name.len())
}

/// The variables of one provider.
struct Variables<'r> {
    reader: &'r mut Reader,
    name: &'r str,
}

impl Variables<'_> {
    /// Nothing when all of them are empty, or something is wrong.
    fn read(mut self) -> Option<ProviderSettings> {
        let client_id: Option<String> = self.text("CLIENT_ID");
        let sentence = self.sentence("CLIENT_SECRET");
        let client_secret: Option<Secret> = self
            .reader
            .var(self.variable("CLIENT_SECRET"), sentence)
            .optional();
        let issuer = self.url("ISSUER");
        let endpoints = ["AUTHORIZE_URL", "TOKEN_URL", "USERINFO_URL"].map(|part| self.url(part));
        let scopes = self.text("SCOPES");
        let title = self.text("TITLE");
        let fields = self.fields();
        let is_unset = client_id.is_none()
            && client_secret.is_none()
            && issuer.is_none()
            && endpoints.iter().all(Option::is_none);
        if is_unset {
            return None;
        }
        let place = self.place(issuer, endpoints);
        let name = self.provider_name();
        for (part, is_set) in [
            ("CLIENT_ID", client_id.is_some()),
            ("CLIENT_SECRET", client_secret.is_some()),
        ] {
            if !is_set {
                self.reader.problem(self.variable(part), "must be set too");
            }
        }
        let (place, name) = (place?, name?);
        Some(ProviderSettings {
            title: title.unwrap_or_else(|| capitalised(name.as_str())),
            name,
            client_id: client_id?,
            client_secret: client_secret?,
            scopes: scopes.map_or_else(|| default_scopes(&place), |scopes| words(&scopes)),
            place,
            fields,
            loopback_is_private: !self.reader.environment().is_production(),
        })
    }

    fn provider_name(&mut self) -> Option<ProviderName> {
        let name = self.name.to_ascii_lowercase().parse();
        if let Err(invalid) = &name {
            let message = format!("names no provider: the name {invalid}");
            self.reader.problem(self.variable("CLIENT_ID"), message);
        }
        name.ok()
    }

    fn place(&mut self, issuer: Option<Url>, endpoints: [Option<Url>; 3]) -> Option<Place> {
        match (issuer, endpoints) {
            (Some(issuer), [None, None, None]) => Some(Place::Issuer(issuer)),
            (None, [Some(authorize), Some(token), Some(userinfo)]) => {
                Some(Place::Endpoints(Endpoints {
                    authorize,
                    token,
                    userinfo,
                }))
            }
            _ => {
                let message = "must be set, or instead of it all of _AUTHORIZE_URL, _TOKEN_URL and \
                               _USERINFO_URL";
                self.reader.problem(self.variable("ISSUER"), message);
                None
            }
        }
    }

    fn fields(&mut self) -> UserinfoFields {
        let default = UserinfoFields::default();
        let one = |field: Option<String>, default| field.map_or(default, |field| vec![field]);
        UserinfoFields {
            id: one(self.text("USERINFO_ID"), default.id),
            email: self.text("USERINFO_EMAIL").unwrap_or(default.email),
            email_verified: self
                .text("USERINFO_EMAIL_VERIFIED")
                .unwrap_or(default.email_verified),
            name: one(self.text("USERINFO_NAME"), default.name),
        }
    }

    fn text(&mut self, part: &'static str) -> Option<String> {
        let sentence = self.sentence(part);
        self.reader.var(self.variable(part), sentence).optional()
    }

    fn url(&mut self, part: &'static str) -> Option<Url> {
        let loopback_is_private = !self.reader.environment().is_production();
        let sentence = self.sentence(part);
        let is_right = move |text: &String| match Url::parse(text) {
            Ok(url) if is_bare(&url) && is_private(&url, loopback_is_private) => Ok(()),
            Ok(_) | Err(_) => Err("must be an https:// address".to_owned()),
        };
        let variable = self.variable(part);
        let text: Option<String> = self
            .reader
            .var(variable, sentence)
            .check(is_right)
            .optional();
        Url::parse(&text?).ok()
    }

    fn variable(&self, part: &str) -> String {
        format!("{PREFIX}{}_{part}", self.name)
    }

    fn sentence(&self, part: &str) -> &'static str {
        let known = PARTS.iter().find(|(name, ..)| *name == part);
        known.map_or("", |(_, _, sentence)| sentence)
    }
}

fn is_bare(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

fn default_scopes(place: &Place) -> Vec<String> {
    match place {
        Place::Issuer(_) => words("openid email profile"),
        Place::Endpoints(_) => Vec::new(),
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

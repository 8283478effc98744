//! Where a browser may be sent after a visit to a provider: nowhere but where the settings say, or a
//! link to us could take people to anybody's page (OWASP ASVS 4.0, 5.1.5).

use thiserror::Error;
use url::{Host, Url};

/// The places where a browser may be sent.
#[derive(Clone, Debug)]
pub struct Redirects {
    /// Where we are ourselves: what absolute paths are relative to.
    own: Option<Url>,
    /// Each stands for its path and what is below it.
    allowed: Vec<Url>,
}

/// A place where nobody is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not an address that browsers may be sent to")]
pub struct RedirectRefused;

/// Ours to set: a target that has one already could tell another story than we do.
const RESERVED: [&str; 3] = ["code", "error", "linked"];

impl Redirects {
    /// Those below `allowed`, of which absolute paths are meant on `own`, which is our address.
    ///
    /// # Errors
    ///
    /// The first that is neither an absolute path nor an `http` or `https` URL.
    pub fn new<'a>(own: &str, allowed: &'a [String]) -> Result<Self, &'a str> {
        let own = Url::parse(own).map_err(|_| "")?;
        let place = |text: &'a String| resolve(&own, text).map_err(|_| text.as_str());
        Ok(Self {
            allowed: allowed.iter().map(place).collect::<Result<_, _>>()?,
            own: Some(own.clone()),
        })
    }

    /// Nowhere.
    pub(crate) fn none() -> Self {
        Self {
            own: None,
            allowed: Vec::new(),
        }
    }

    /// Where browsers are sent when nobody says.
    pub fn first(&self) -> Option<&Url> {
        self.allowed.first()
    }

    /// The place that `text` names, an absolute path or a URL, in its normal form: what is checked is
    /// what browsers are sent to, not how it was written.
    ///
    /// # Errors
    ///
    /// When it is not below one of those that are allowed, or could be read in two ways.
    pub fn check(&self, text: &str) -> Result<Url, RedirectRefused> {
        let own = self.own.as_ref().ok_or(RedirectRefused)?;
        let url = resolve(own, text)?;
        if self.allowed.iter().any(|allowed| is_below(&url, allowed)) {
            Ok(url)
        } else {
            Err(RedirectRefused)
        }
    }
}

/// `text` as a URL, unless two readers of it could come to different places.
fn resolve(own: &Url, text: &str) -> Result<Url, RedirectRefused> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    if text.is_empty() || !text.bytes().all(plain) || text.starts_with("//") {
        return Err(RedirectRefused);
    }
    let url = if text.starts_with('/') {
        own.join(text).map_err(|_| RedirectRefused)?
    } else {
        Url::parse(text).map_err(|_| RedirectRefused)?
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    // `https:/x` and `https:x` are URLs to a browser, and paths to others.
    let is_whole = text.starts_with('/') || text.contains("://");
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_reserved = |name: &str| RESERVED.contains(&name);
    if !is_web
        || !is_whole
        || has_user
        || url.host().is_none()
        || url.fragment().is_some()
        || has_hidden_separator(url.path())
        || url.query_pairs().any(|(name, _)| is_reserved(&name))
    {
        return Err(RedirectRefused);
    }
    Ok(url)
}

/// An encoded slash, backslash, dot or NUL: a path in the URL, and another to whoever decodes it.
fn has_hidden_separator(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    ["%2f", "%5c", "%2e", "%00", "%25"]
        .iter()
        .any(|hidden| path.contains(hidden))
}

fn is_below(url: &Url, allowed: &Url) -> bool {
    let prefix = allowed.path().trim_end_matches('/');
    url.origin() == allowed.origin()
        && (url.path().strip_prefix(prefix))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether `url` may carry secrets: `https`, or a server on this machine where that is enough.
pub(crate) fn is_private(url: &Url, loopback_is_enough: bool) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => loopback_is_enough && is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirects() -> Redirects {
        let allowed = [
            "https://app.example.org",
            "/account",
            "https://b.example.org/x/",
        ];
        let allowed: Vec<String> = allowed.map(str::to_owned).into();
        Redirects::new("https://api.example.org", &allowed).unwrap()
    }

    #[test]
    fn what_is_allowed_comes_out_in_its_normal_form() {
        for (text, url) in [
            ("https://app.example.org", "https://app.example.org/"),
            (
                "https://app.example.org/in?a=b",
                "https://app.example.org/in?a=b",
            ),
            (
                "HTTPS://APP.Example.org:443/In",
                "https://app.example.org/In",
            ),
            ("/account", "https://api.example.org/account"),
            ("/account/x", "https://api.example.org/account/x"),
            (
                "https://api.example.org/account",
                "https://api.example.org/account",
            ),
            ("https://b.example.org/x/y", "https://b.example.org/x/y"),
            ("https://b.example.org/x", "https://b.example.org/x"),
        ] {
            assert_eq!(redirects().check(text).unwrap().as_str(), url, "{text}");
        }
    }

    #[test]
    fn nobody_is_sent_anywhere_else() {
        for text in [
            "",
            "account",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\evil.example",
            "\\\\evil.example",
            "/account/..//evil.example",
            "/account/../users",
            "/account/%2e%2e/users",
            "/account/%2E%2E%2fusers",
            "/account/%252e%252e/users",
            "/account%2fx",
            "/accounts",
            "/Account",
            "/",
            "https://app.example.org@evil.example",
            "https://ada@app.example.org/",
            "https://ada:pw@app.example.org/",
            "https://app.example.org.evil.example/",
            "https://app.example.org.",
            "https://evil.example/https://app.example.org",
            "https://evil.example/?https://app.example.org",
            "https://evil.example#https://app.example.org",
            "https://app.example.org:8443",
            "http://app.example.org",
            "https:app.example.org",
            "https:/app.example.org",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://app.example.org",
            "https://app.example.org/#code=x",
            "https://app.example.org/?code=x",
            "https://app.example.org/?%63ode=x",
            "https://app.example.org/?error=x",
            "https://app.example.org/a\r\nset-cookie:x",
            "https://app.example.org/a b",
            "https://app.example.org\\@evil.example",
            "https://\u{430}pp.example.org",
            "https://app\u{3002}example.org",
            "https://b.example.org/xy",
            "https://b.example.org/",
        ] {
            assert_eq!(redirects().check(text), Err(RedirectRefused), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_allowed_is_told() {
        for bad in ["account", "ftp://x.example", "//x", "https://x.example/#a"] {
            let allowed = [bad.to_owned()];
            let refused = Redirects::new("https://api.example.org", &allowed);
            assert_eq!(refused.err(), Some(bad));
        }
    }

    #[test]
    fn secrets_travel_encrypted_or_not_at_all() {
        let private = |text: &str, loopback| is_private(&Url::parse(text).unwrap(), loopback);
        assert!(private("https://idp.example", false));
        assert!(private("http://127.0.0.1:1/x", true) && private("http://localhost", true));
        assert!(!private("http://127.0.0.1:1/x", false) && !private("http://[::1]", false));
        assert!(!private("http://idp.example", true));
        assert!(!private("http://localhost.evil.example", true));
        assert!(!private("ftp://127.0.0.1", true));
    }
}

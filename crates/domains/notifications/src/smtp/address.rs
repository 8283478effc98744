//! `SMTP_URL`: where the mail server is, and how safely it is spoken to.

use std::{fmt, net::IpAddr};

use ashlar_core::{
    secret::Secret,
    settings::{Value, mask_url},
};
use lettre::transport::smtp::authentication::Credentials;
use reqwest::Url;

const NO_URL: &str = "must be a URL such as smtps://user:password@host or \
                      smtp://user:password@host:587, with %-escapes for what else has a meaning in \
                      it (@ is %40, / is %2F)";

/// The address of a mail server: `smtps://user:password@host:465`, or
/// `smtp://user:password@host:587`, with `?tls=required` (the default but for this machine) or
/// `?tls=none`. User and password may be missing. Prints without its password.
#[derive(Clone)]
pub struct SmtpUrl {
    url: Secret,
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
}

/// How a connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314, 3.3).
    Tls,
    /// TLS from the moment both have said hello (`STARTTLS`, RFC 3207), or no mail.
    StartTls,
    /// Not at all.
    None,
}

impl SmtpUrl {
    /// The server's name or address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The server's port: unless given 465 with TLS, 587 with `STARTTLS`, else 25.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How a connection is kept from being read.
    pub fn security(&self) -> Security {
        self.security
    }

    /// Whether the server is this machine.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Whether there is a password.
    pub fn has_password(&self) -> bool {
        self.credentials.is_some()
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }
}

impl Value for SmtpUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| NO_URL.to_owned())?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| NO_URL.to_owned())?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let security = security(&url, &host)?;
        let default_port = match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::None => 25,
        };
        Ok(Self {
            port: url.port().unwrap_or(default_port),
            credentials: credentials(&url)?,
            url: Secret::from(text),
            host,
            security,
        })
    }

    fn show(&self) -> String {
        mask_url(self.url.expose())
    }
}

fn security(url: &Url, host: &str) -> Result<Security, String> {
    let wanted: Vec<_> = url.query_pairs().collect();
    let tls = match wanted.as_slice() {
        [] => None,
        [(name, value)] if name == "tls" => Some(value.as_ref()),
        _ => return Err("must have no parameter but tls".to_owned()),
    };
    match (url.scheme(), tls) {
        ("smtps", None | Some("required")) => Ok(Security::Tls),
        ("smtp", None) if is_loopback(host) => Ok(Security::None),
        ("smtp", None | Some("required")) => Ok(Security::StartTls),
        ("smtp", Some("none")) => Ok(Security::None),
        ("smtp" | "smtps", _) => Err("must say tls=required, or with smtp:// tls=none".to_owned()),
        _ => Err("must begin with smtp:// or smtps://".to_owned()),
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err("must have a user and a password, or neither".to_owned()),
        (user, Some(password)) => {
            let decoded = |part| decoded(part).ok_or_else(|| NO_URL.to_owned());
            Ok(Some(Credentials::new(decoded(user)?, decoded(password)?)))
        }
    }
}

/// `text` with its %-escapes undone (RFC 3986, 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => (16 * digit(*high)? + digit(*low)?, after),
            (b'%', _) => return None,
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

fn digit(hexadecimal: u8) -> Option<u8> {
    let digit = char::from(hexadecimal).to_digit(16)?;
    u8::try_from(digit).ok()
}

fn is_loopback(host: &str) -> bool {
    let address: Option<IpAddr> = host.parse().ok();
    host.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback())
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> SmtpUrl {
        SmtpUrl::parse(text).unwrap_or_else(|must| panic!("{text}: {must}"))
    }

    #[test]
    fn tls_is_the_rule_and_this_machine_the_exception() {
        for (text, host, port, security) in [
            ("smtps://mail.example", "mail.example", 465, Security::Tls),
            (
                "smtp://mail.example",
                "mail.example",
                587,
                Security::StartTls,
            ),
            (
                "smtp://mail.example:25?tls=required",
                "mail.example",
                25,
                Security::StartTls,
            ),
            (
                "smtp://mail.example?tls=none",
                "mail.example",
                25,
                Security::None,
            ),
            ("smtp://localhost:1025", "localhost", 1025, Security::None),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security::None),
            ("smtp://[::1]:1025", "::1", 1025, Security::None),
            (
                "smtp://localhost?tls=required",
                "localhost",
                587,
                Security::StartTls,
            ),
        ] {
            let url = parsed(text);
            assert_eq!((url.host(), url.port()), (host, port), "{text}");
            assert_eq!(url.security(), security, "{text}");
            assert!(!url.has_password());
        }
    }

    #[test]
    fn the_password_is_decoded_and_not_shown() {
        let url = parsed("smtps://ada%40example.org:p%2Fw&+%C3%A4@mail.example");
        let expected = Credentials::new("ada@example.org".to_owned(), "p/w&+ä".to_owned());
        assert_eq!(url.credentials(), Some(&expected));
        let shown = "smtps://ada%40example.org:[redacted]@mail.example";
        assert_eq!(
            (url.show(), format!("{url:?}")),
            (shown.into(), shown.into())
        );
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for text in [
            "mail.example",
            "http://u:secret@mail.example",
            "smtp://",
            "smtp://u:secret@",
            "smtp://u@mail.example",
            "smtp://:secret@mail.example",
            "smtp://u:secret%zz@mail.example",
            "smtp://u:secret%@mail.example",
            "smtp://mail.example?tls=opportunistic",
            "smtp://mail.example?tls=required&tls=none",
            "smtps://mail.example?tls=none",
            "smtp://mail.example?secret=1",
            "smtp://u:secret@mail.example:99999",
        ] {
            let must = SmtpUrl::parse(text)
                .err()
                .unwrap_or_else(|| panic!("{text}"));
            assert!(
                must.starts_with("must") && !must.contains("secret"),
                "{must}"
            );
        }
    }
}

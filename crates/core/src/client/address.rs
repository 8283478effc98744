//! URLs of upstreams: built so that data cannot change their structure, shown so that they tell no
//! secret.

use std::fmt::Write;

use reqwest::Url;

/// Parses a base URL.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub(super) fn parse_base(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user or password: give them as the authorization");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or fragment");
    }
    Ok(url)
}

/// Appends `path`, which is part of the program and not data; without one the URL stays as it is.
pub(super) fn append_path(url: &mut Url, path: &'static str) {
    if path.is_empty() {
        return;
    }
    let joined = format!(
        "{}/{}",
        url.path().trim_end_matches('/'),
        path.trim_start_matches('/')
    );
    url.set_path(&joined);
}

/// Appends `segment`, which is data, as exactly one segment; false if no URL can carry it as one.
///
/// `.` and `..` mean another path even when percent-encoded (WHATWG URL, "double-dot URL path
/// segment"), and an empty segment is, to most servers, the collection instead of its member.
/// Everything but the unreserved characters of RFC 3986 section 2.3 is encoded.
#[must_use]
pub(super) fn append_segment(url: &mut Url, segment: &str) -> bool {
    if matches!(segment, "" | "." | "..") {
        return false;
    }
    let mut path = format!("{}/", url.path().trim_end_matches('/'));
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    url.set_path(&path);
    true
}

/// The URL for the log: no userinfo, no fragment, of the query the names only.
pub(super) fn redacted(url: &Url) -> String {
    let mut shown = format!("{}{}", url.origin().ascii_serialization(), url.path());
    for (index, (name, _)) in url.query_pairs().enumerate() {
        shown.push(if index == 0 { '?' } else { '&' });
        shown.extend(name.escape_default());
        shown.push_str("=…");
    }
    shown
}

/// As [`redacted`], of what may not be a URL.
pub(super) fn redacted_text(text: &str) -> String {
    Url::parse(text).map_or_else(|_| "[not a URL]".to_owned(), |url| redacted(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        parse_base("https://tracker.example/api/v2/").unwrap()
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        let cases = [
            ("TASK-7", "TASK-7"),
            ("../admin?x=1", "..%2Fadmin%3Fx%3D1"),
            ("%2e%2e", "%252e%252e"),
            (".\t.", ".%09."),
            ("a b#c;d\\e", "a%20b%23c%3Bd%5Ce"),
            ("ключ", "%D0%BA%D0%BB%D1%8E%D1%87"),
            ("...", "..."),
        ];
        for (segment, encoded) in cases {
            let mut url = base();
            append_path(&mut url, "/tasks");
            assert!(append_segment(&mut url, segment));
            append_path(&mut url, "notes");
            let expected = format!("https://tracker.example/api/v2/tasks/{encoded}/notes");
            assert_eq!(url.as_str(), expected, "of {segment:?}");
        }
    }

    #[test]
    fn a_segment_that_no_url_can_carry_is_refused() {
        for segment in ["", ".", ".."] {
            assert!(!append_segment(&mut base(), segment), "{segment:?}");
        }
    }

    #[test]
    fn a_base_url_is_http_and_bare() {
        let wrong = [
            "tracker.example",
            "ftp://tracker.example",
            "https://user@tracker.example",
            "https://:word@tracker.example",
            "https://tracker.example?key=1",
            "https://tracker.example#top",
        ];
        for text in wrong {
            assert!(parse_base(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_log_sees_no_userinfo_and_no_query_value() {
        let shown =
            redacted_text("https://ann:word@tracker.example:8443/a/b?key=sesame&q=open#top");
        assert_eq!(shown, "https://tracker.example:8443/a/b?key=…&q=…");
        assert_eq!(redacted_text("word@nowhere"), "[not a URL]");
    }
}

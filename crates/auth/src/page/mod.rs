//! The sign-in page on `/account`: HTML, style and scripts out of the binary, which use the API as
//! any other browser client does. Nothing is loaded from another host, and nothing runs that does
//! not come from here (OWASP ASVS 4.0, 14.4.3).

mod files;

use std::{
    fmt::{self, Write},
    future::ready,
};

use actix_web::http::header::{self, HeaderName, HeaderValue};
use ashlar_core::{
    domain::Domain,
    http::{Asset, Route},
};

use files::{FILES, HTML, SCRIPT};

/// Where the page is.
const PATH: &str = "/account";

/// Scripts, styles, pictures and requests are our own; a picture may be a text in the page, as the
/// second factor's QR code is.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// A page that opened this one has no hold of it.
const OPENER_POLICY: (HeaderName, HeaderValue) = (
    HeaderName::from_static("cross-origin-opener-policy"),
    HeaderValue::from_static("same-origin"),
);

/// The page, which calls the product `app`, and what it loads. Where browsers reach it as `localhost`
/// it `is_local`.
pub(crate) fn domain(app: &str, is_local: bool) -> Domain {
    let page = Asset::new(document(app, is_local), HTML)
        .header(header::CONTENT_SECURITY_POLICY, POLICY)
        .header(OPENER_POLICY.0, OPENER_POLICY.1)
        .header(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
    let files = FILES.map(|(name, content, media_type)| {
        serve(&asset_path(name), Asset::new(content, media_type))
    });
    Domain::at_root("account", "The sign-in page")
        .route(serve(PATH, page))
        .mount(files)
}

fn serve(path: &str, asset: Asset) -> Route {
    Route::get(path, move || ready(asset.clone())).hidden()
}

fn asset_path(name: &str) -> String {
    format!("{PATH}/assets/{name}")
}

/// The page's HTML. It names every script, so that they are fetched at once and not one after the
/// other as they import each other.
fn document(app: &str, is_local: bool) -> String {
    let scripts = FILES
        .iter()
        .filter(|(_, _, media_type)| *media_type == SCRIPT);
    let preloads: Vec<String> = scripts
        .map(|(name, ..)| format!("<link rel=\"modulepreload\" href=\"{}\">", asset_path(name)))
        .collect();
    let local = if is_local { " data-local" } else { "" };
    include_str!("assets/account.html")
        .replace("{{local}}", local)
        .replace("<!-- scripts -->", &preloads.join("\n"))
        .replace("{{app}}", &Text(app).to_string())
}

/// Text that is no markup.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_products_name_is_no_markup() {
        let page = document("<b>\"Stone\" & sons", false);
        assert!(page.contains("<title>&lt;b&gt;&quot;Stone&quot; &amp; sons</title>"));
        assert!(
            page.contains("<html lang=\"en\">"),
            "a public site stays where it is"
        );
        assert!(!page.contains("{{"));
    }

    #[test]
    fn the_page_names_every_script() {
        let page = document("Ashlar", true);
        assert!(page.contains("<html lang=\"en\" data-local>"));
        for (name, _, media_type) in FILES {
            let is_named = page.contains(&format!("modulepreload\" href=\"{}\"", asset_path(name)));
            assert_eq!(is_named, media_type == SCRIPT, "{name}");
        }
    }
}

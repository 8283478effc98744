//! The sign-in page.

use ashlar_core::settings::{AppSettings, HttpSettings, Reader};

/// Whether there is a sign-in page, and what it calls the product.
#[derive(Clone, Debug)]
pub struct PageSettings {
    /// `AUTH_PAGE`: whether the sign-in page is served on `/account`. Default: true.
    pub is_served: bool,
    /// `APP_NAME`: what the page calls the product.
    pub app: String,
    /// Whether browsers reach it as `localhost`: then it leads away from this machine's address, for which
    /// there are no passkeys.
    pub is_local: bool,
}

impl PageSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let app = AppSettings::read(reader).name;
        let http = HttpSettings::read(reader);
        let url = http.site_url(http.port);
        reader.section("Auth");
        Self {
            is_served: reader
                .var(
                    "AUTH_PAGE",
                    "Whether the sign-in page is served on /account",
                )
                .default(true),
            app,
            is_local: url.contains("://localhost:") || url.ends_with("://localhost"),
        }
    }
}

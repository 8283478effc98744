//! The sign-in page.

use ashlar_core::settings::{AppSettings, Reader};

/// Whether there is a sign-in page, and what it calls the product.
#[derive(Clone, Debug)]
pub struct PageSettings {
    /// `AUTH_PAGE`: whether the sign-in page is served on `/account`. Default: true.
    pub is_served: bool,
    /// `APP_NAME`: what the page calls the product.
    pub app: String,
}

impl PageSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let app = AppSettings::read(reader).name;
        reader.section("Auth");
        Self {
            is_served: reader
                .var(
                    "AUTH_PAGE",
                    "Whether the sign-in page is served on /account",
                )
                .default(true),
            app,
        }
    }
}

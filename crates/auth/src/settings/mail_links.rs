//! Where the links in mails lead, and how long they can be used.

use std::time::Duration;

use ashlar_core::settings::{HttpSettings, Reader, is_web_address};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the links in mails lead, and how long they can be used.
#[derive(Clone, Debug)]
pub struct MailLinkSettings {
    /// `AUTH_PAGE_URL`: the page that links lead to, which finds the token in the fragment. No
    /// request decides it, so nobody can have links sent that lead elsewhere. Default: `/account`
    /// at `FRONTEND_URL` if that is set, else at `BACKEND_URL`, else at where the server
    /// listens: on one's own machine by its name, since passkeys take no address.
    pub page_url: String,
    /// `AUTH_VERIFY_EXPIRE_MINUTES`: how long the link to confirm an address can be used. Default:
    /// 24 hours.
    pub verify_lifetime: Duration,
    /// `AUTH_RESET_EXPIRE_MINUTES`: how long the link to set a password anew can be used. Default:
    /// 30 minutes.
    pub reset_lifetime: Duration,
}

impl MailLinkSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            page_url: page_url(reader),
            verify_lifetime: reader
                .minutes(
                    "AUTH_VERIFY_EXPIRE_MINUTES",
                    "Minutes that the link to confirm an address can be used",
                )
                .range(MINUTE..=30 * DAY)
                .default(DAY),
            reset_lifetime: reader
                .minutes(
                    "AUTH_RESET_EXPIRE_MINUTES",
                    "Minutes that the link to set a password anew can be used",
                )
                .range(MINUTE..=DAY)
                .default(30 * MINUTE),
        }
    }
}

fn page_url(reader: &mut Reader) -> String {
    let http = HttpSettings::read(reader);
    // The default of `FRONTEND_URL` is a developer's site, which may not be there.
    let frontend: Option<String> = reader
        .var(
            "FRONTEND_URL",
            "Where users reach the site that uses the API",
        )
        .optional();
    let is_known = frontend.is_some() || http.backend_url.is_some();
    let site = match frontend {
        Some(_) => http.frontend_url,
        None => http.site_url(http.port),
    };
    reader.section("Auth");
    let default = format!("{site}/account");
    let url = reader
        .var("AUTH_PAGE_URL", "The page that links in mails lead to")
        .check(is_web_address)
        .default_as(
            "/account at FRONTEND_URL if set, else at BACKEND_URL, else at HOST and PORT",
            default.clone(),
        );
    if url == default && !is_known && reader.environment().is_production() {
        let message = "is where the server listens, which readers of mail may not reach";
        reader.warning("AUTH_PAGE_URL", message);
    }
    url
}

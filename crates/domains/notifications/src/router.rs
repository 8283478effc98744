//! The routes of the mailbox: a page for people, JSON for scripts. Mounted in development only.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::Data,
};
use ashlar_core::{
    http::{Answer, Body, Route},
    openapi::{Describe, Operation},
};

use crate::{error::MailboxError, schemas::MailboxResponse, service::Notifications};

/// The page has styles of its own, and so have the mails that it frames: their documents are inside
/// of it and are held to the same. Nothing is loaded from anywhere, and nothing runs.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

pub(crate) fn routes() -> [Route; 2] {
    [
        Route::get("/dev/mailbox", page).hidden(),
        Route::get("/dev/mailbox.json", list).hidden(),
    ]
}

async fn page(notifications: Data<Notifications>) -> Result<Page, MailboxError> {
    notifications.mailbox_page().await.map(Page)
}

async fn list(notifications: Data<Notifications>) -> Result<Body<MailboxResponse>, MailboxError> {
    let data = notifications.mailbox().await?;
    Ok(Body(MailboxResponse { data }))
}

/// 200 with a page.
struct Page(String);

impl Answer for Page {
    fn answer(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
            .body(self.0)
    }
}

impl Describe for Page {
    fn describe(_: &mut Operation<'_>) {}
}

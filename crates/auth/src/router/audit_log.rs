//! The audit log, for those who may read it, and each user's own part of it.

use actix_web::web::Data;
use ashlar_core::{
    http::{ClientInfo, JsonLines, Route},
    page::{ListQuery, Page},
    principal::{Authorized, SignedIn},
    valid::ValidQuery,
};
use futures_util::stream;

use crate::{
    error::AuthError,
    model::ReadAudit,
    schemas::{
        ActivityFilters, ActivityResponse, ActivitySort, AuditEntryResponse, AuditFilters,
        AuditSort,
    },
    service::AuditLog,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/audit", list)
            .named("list_audit_entries", "List what happened to accounts")
            .about("The newest first.")
            .takes_keys(),
        Route::get("/audit/export", export)
            .named("export_audit_log", "Export what happened to accounts")
            .about(EXPORT)
            .takes_keys(),
        Route::get("/auth/activity", activity)
            .named("list_activity", "List what happened to one's own account")
            .about("And what one did to others'. The newest first."),
    ]
}

const EXPORT: &str = "One JSON object a line, the oldest first, up to the time of the request. \
    That there was an export is written down too. An answer that ends without its last chunk is \
    not whole.";

async fn list(
    log: Data<AuditLog>,
    _: Authorized<ReadAudit>,
    query: ListQuery<AuditFilters, AuditSort>,
) -> Result<Page<AuditEntryResponse>, AuthError> {
    let page = log.list(&query.filters, &query.page).await?;
    Ok(page.map(AuditEntryResponse::from))
}

async fn export(
    log: Data<AuditLog>,
    caller: Authorized<ReadAudit>,
    client: ClientInfo,
    filters: ValidQuery<AuditFilters>,
) -> Result<JsonLines<AuditEntryResponse>, AuthError> {
    let export = log.export(&caller, &client, filters.0).await?;
    let batches = stream::try_unfold(export, async |mut export| {
        let batch = export.next().await?;
        Ok::<_, AuthError>(batch.map(|batch| (batch, export)))
    });
    Ok(JsonLines::new(batches))
}

async fn activity(
    log: Data<AuditLog>,
    caller: SignedIn,
    query: ListQuery<ActivityFilters, ActivitySort>,
) -> Result<Page<ActivityResponse>, AuthError> {
    let page = log.activity(caller.user_id, &query.page).await?;
    Ok(page.map(|entry| ActivityResponse::of(entry, caller.user_id)))
}

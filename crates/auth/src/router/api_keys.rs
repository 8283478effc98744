//! API keys: for whoever is signed in, never for a key.

use actix_web::web::Data;
use ashlar_core::{
    http::{Body, ClientInfo, Issued, NoContent, Route},
    page::{ListQuery, Page},
    principal::{Recent, SignedIn},
    problem::Code,
    scopes::OfferedScopes,
    valid::{PathId, ValidJson},
};

use crate::{
    error::AuthError,
    model::ApiKey,
    schemas::{ApiKeyCreate, ApiKeyCreated, ApiKeyFilters, ApiKeyResponse, ApiKeySort, ScopeList},
    service::ApiKeys,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/auth/api-keys", list)
            .named("list_api_keys", "List one's API keys")
            .about("The newest first, also those that are over; not those that were revoked."),
        Route::post("/auth/api-keys", create)
            .named("create_api_key", "Make an API key")
            .about(CREATE)
            .fails(&[Code::NotFound, Code::Conflict]),
        Route::get("/auth/api-keys/scopes", scopes)
            .named("list_api_key_scopes", "List what API keys can be good for")
            .about(SCOPES),
        Route::delete("/auth/api-keys/{key_id}", revoke)
            .named("revoke_api_key", "Revoke an API key")
            .about("It is refused from now on. Whoever has a second factor must have signed in with it.")
            .fails(&[Code::StepUpRequired, Code::NotFound]),
    ]
}

const CREATE: &str = "The key is in this answer alone: only a hash of it is kept. It can do what \
    its scopes name, and never more than its owner can at the time. A user can have 50 that are \
    not over (409).";

const SCOPES: &str = "`<domain>:read` and `<domain>:write` for the routes of a domain that read \
    and that change; the names of permissions, for the routes that ask for one, which the owner \
    must hold too; `*` for all of them.";

async fn list(
    keys: Data<ApiKeys>,
    caller: SignedIn,
    query: ListQuery<ApiKeyFilters, ApiKeySort>,
) -> Result<Page<ApiKeyResponse>, AuthError> {
    let page = keys.list(&caller, &query.page).await?;
    Ok(page.map(ApiKeyResponse::from))
}

async fn create(
    keys: Data<ApiKeys>,
    caller: Recent,
    offered: OfferedScopes,
    client: ClientInfo,
    body: ValidJson<ApiKeyCreate>,
) -> Result<Issued<ApiKeyCreated>, AuthError> {
    let (key, text) = keys
        .create(&caller, body.into_inner(), &offered, &client)
        .await?;
    Ok(Issued(ApiKeyCreated {
        api_key: key.into(),
        key: text,
    }))
}

async fn scopes(_: SignedIn, offered: OfferedScopes) -> Body<ScopeList> {
    Body(ScopeList {
        data: offered.names().to_vec(),
    })
}

async fn revoke(
    keys: Data<ApiKeys>,
    caller: SignedIn,
    client: ClientInfo,
    id: PathId<ApiKey>,
) -> Result<NoContent, AuthError> {
    keys.revoke(&caller, id.0, &client).await?;
    Ok(NoContent)
}

//! Users.

use actix_web::web::Data;
use ashlar_core::{
    http::{ClientInfo, Created, NoContent, PREFIX, Route, Versioned},
    page::{ListQuery, Page},
    principal::{Authorized, Principal, Recent, User},
    problem::Code,
    valid::{ETag, IfMatch, PathId, ValidJson},
};

use crate::{
    entity::user::Model,
    error::AuthError,
    model::{ManageUsers, ReadUsers},
    schemas::{
        MeResponse, UserCreate, UserFilters, UserReplace, UserResponse, UserSort, UserUpdate,
    },
    service::Users,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/users", register)
            .named("create_user", "Register")
            .about("Anybody may. An address can be registered once, whatever its case.")
            .fails(&[Code::Conflict, Code::TooManyRequests]),
        Route::get("/users", list)
            .named("list_users", "List users")
            .takes_keys(),
        Route::get("/users/{user_id}", read)
            .named("read_user", "Read a user")
            .about(OWN_OR_MANAGED)
            .fails(&[Code::NotFound]),
        Route::put("/users/{user_id}", replace)
            .named("replace_user", "Replace a user")
            .about(OWN_OR_MANAGED)
            .fails(&CHANGE_FAILURES),
        Route::patch("/users/{user_id}", update)
            .named("update_user", "Change a user")
            .about(UPDATE)
            .fails(&CHANGE_FAILURES),
        Route::delete("/users/{user_id}", delete)
            .named("delete_user", "Delete a user")
            .about(DELETE)
            .fails(&[Code::Forbidden, Code::NotFound, Code::Conflict]),
        Route::delete("/users/{user_id}/sessions", end_sessions)
            .named("end_user_sessions", "Sign a user out everywhere")
            .about("Of a user who may do no more than oneself. Their tokens are refused at once.")
            .fails(&[Code::NotFound]),
        Route::get("/auth/me", me)
            .named("read_me", "Read the signed-in user")
            .takes_keys()
            .fails(&[Code::NotFound]),
    ]
}

const CHANGE_FAILURES: [Code; 4] = [
    Code::Forbidden,
    Code::StepUpRequired,
    Code::NotFound,
    Code::Conflict,
];

const OWN_OR_MANAGED: &str = "One's own record, or with the permission `users:manage` anybody's, \
    which asks for a recent proof of identity to change; all others are not found.";

const UPDATE: &str = "One's own record, or with the permission `users:manage` anybody's; all \
    others are not found. Role and status ask for that permission, and nobody changes or grants more \
    than they may do themselves (403). The last active admin must remain one (409).";

const DELETE: &str = "One's own record, or with the permission `users:manage` anybody's; all \
    others are not found. Their tokens stop working, and their address may be registered again. \
    The last active admin must remain one (409).";

async fn register(
    users: Data<Users>,
    client: ClientInfo,
    body: ValidJson<UserCreate>,
) -> Result<Created<UserResponse>, AuthError> {
    let user = users.register(body.into_inner(), &client).await?;
    Ok(Created {
        location: format!("{PREFIX}/users/{}", user.id),
        etag: ETag::of_version(user.version),
        body: user.into(),
    })
}

async fn list(
    users: Data<Users>,
    _: Authorized<ReadUsers>,
    query: ListQuery<UserFilters, UserSort>,
) -> Result<Page<UserResponse>, AuthError> {
    let page = users.list(&query.filters, &query.page).await?;
    Ok(page.map(UserResponse::from))
}

async fn read(
    users: Data<Users>,
    caller: Principal,
    id: PathId<User>,
) -> Result<Versioned<UserResponse>, AuthError> {
    users.read(&caller, id.0).await.map(versioned)
}

async fn replace(
    users: Data<Users>,
    caller: Principal,
    client: ClientInfo,
    id: PathId<User>,
    expected: IfMatch,
    body: ValidJson<UserReplace>,
) -> Result<Versioned<UserResponse>, AuthError> {
    let whole = body.into_inner().into();
    let user = users
        .update(&caller, &client, id.0, &expected.0, whole)
        .await?;
    Ok(versioned(user))
}

async fn update(
    users: Data<Users>,
    caller: Principal,
    client: ClientInfo,
    id: PathId<User>,
    expected: IfMatch,
    body: ValidJson<UserUpdate>,
) -> Result<Versioned<UserResponse>, AuthError> {
    let user = users
        .update(&caller, &client, id.0, &expected.0, body.into_inner())
        .await?;
    Ok(versioned(user))
}

async fn delete(
    users: Data<Users>,
    caller: Recent,
    id: PathId<User>,
    expected: IfMatch,
) -> Result<NoContent, AuthError> {
    users.delete(&caller, id.0, &expected.0).await?;
    Ok(NoContent)
}

async fn end_sessions(
    users: Data<Users>,
    _: Authorized<ManageUsers>,
    actor: Recent,
    client: ClientInfo,
    id: PathId<User>,
) -> Result<NoContent, AuthError> {
    users.end_sessions(&actor, id.0, &client).await?;
    Ok(NoContent)
}

async fn me(users: Data<Users>, caller: Principal) -> Result<Versioned<MeResponse>, AuthError> {
    let (user, has_password) = users.me(&caller).await?;
    let Versioned { body: user, etag } = versioned(user);
    let body = MeResponse { user, has_password };
    Ok(Versioned { body, etag })
}

fn versioned(user: Model) -> Versioned<UserResponse> {
    Versioned {
        etag: ETag::of_version(user.version),
        body: user.into(),
    }
}

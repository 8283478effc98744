//! Roles.

use actix_web::web::Data;
use ashlar_core::{
    http::{Body, Route},
    principal::Authorized,
};

use crate::{
    model::ReadRoles,
    schemas::{RoleList, RoleResponse},
    service::Roles,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/auth/roles", list)
            .named("list_roles", "List roles")
            .about(
                "The roles that users can have, and what each permits beyond a user's own things.",
            ),
    ]
}

async fn list(roles: Data<Roles>, _: Authorized<ReadRoles>) -> Body<RoleList> {
    let data = roles.all().map(RoleResponse::from).collect();
    Body(RoleList { data })
}

//! Roles: what each permits, who gives them, and what becomes of one that is gone.

use ashlar_auth::settings::AuthSettings;
use ashlar_core::{
    domain::Domain,
    http::{NoContent, Route},
    principal::{Authorized, Permission},
    settings::{Reader, Source},
};
use ashlar_testkit::{World, on_each_database};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::{
    Member, PASSWORD, Served, auth,
    authenticator_app::{AuthenticatorApp, login},
    serve, while_uncommitted,
};

const ROLES: &str = "support=users:read;manager=users:read,users:manage;lister=roles:read";

async fn serve_roles(world: &World, roles: &str) -> Served {
    Served::of(world, auth(world, &[("AUTH_ROLES", roles)])).await
}

async fn role(admin: &Member, member: &Member, role: &str) {
    let given = admin.patch(member, json!({ "role": role })).await;
    given.assert_status(200);
    assert_eq!(given.json()["role"], role);
}

async fn list(member: &Member) -> ashlar_testkit::TestResponse {
    member.client.get("/api/v1/users").send().await
}

/// The entries of the audit log of this action: who, whom, and what.
async fn audited(world: &World, action: &str) -> Vec<(String, String, Value)> {
    let database = world.database();
    let connection = database.connection();
    let text = format!(
        "select actor_id, user_id, details from audit_log where action = '{action}' order by at, id"
    );
    let query = Statement::from_string(connection.get_database_backend(), text);
    let rows = connection.query_all_raw(query).await.unwrap();
    let uuid = |row: &sea_orm::QueryResult, column: &str| {
        let id = row.try_get::<Option<uuid::Uuid>>("", column).unwrap();
        id.map(|id| id.to_string()).unwrap_or_default()
    };
    let entry = |row: &sea_orm::QueryResult| {
        let details: String = row.try_get("", "details").unwrap();
        let details = serde_json::from_str(&details).unwrap();
        (uuid(row, "actor_id"), uuid(row, "user_id"), details)
    };
    rows.iter().map(entry).collect()
}

/// A permission that another domain asks for.
struct OpenVaults;

impl Permission for OpenVaults {
    const NAME: &'static str = "vaults:open";
}

async fn open(_: Authorized<OpenVaults>) -> NoContent {
    NoContent
}

fn vaults() -> Domain {
    let route = Route::post("/vaults/open", open).named("open_vault", "Open a vault");
    Domain::new("vaults", "What is locked").route(route)
}

on_each_database! {
    /// The two that are built in, and those of the settings.
    async fn roles_are_listed_with_their_permissions(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        let path = "/api/v1/auth/roles";
        let roles = admin.client.get(path).send().await;
        roles.assert_status(200);
        assert_eq!(roles.json(), json!({ "data": [
            { "name": "admin", "permissions": ["audit:read", "roles:read", "users:manage", "users:read"] },
            { "name": "lister", "permissions": ["roles:read"] },
            { "name": "manager", "permissions": ["users:manage", "users:read"] },
            { "name": "support", "permissions": ["users:read"] },
            { "name": "user", "permissions": [] },
        ] }));
        let ada = served.user("ada@example.org").await;
        ada.client.get(path).send().await.assert_error(403, "FORBIDDEN");
        role(&admin, &ada, "support").await;
        ada.client.get(path).send().await.assert_error(403, "FORBIDDEN");
        role(&admin, &ada, "lister").await;
        ada.client.get(path).send().await.assert_status(200);
        let nobody = served.app.anonymous().get(path).send().await;
        nobody.assert_error(401, "UNAUTHORIZED");
    }

    /// With the token that is there, from the next request on; and nothing else is permitted.
    async fn a_role_permits_what_it_names_at_once(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let bob = served.user("bob@example.org").await;
        list(&ada).await.assert_error(403, "FORBIDDEN");
        role(&admin, &ada, "support").await;
        list(&ada).await.assert_status(200);
        ada.get(&bob).await.assert_error(404, "NOT_FOUND");
        ada.patch(&bob, json!({ "display_name": "B" })).await.assert_error(404, "NOT_FOUND");
        ada.patch(&ada, json!({ "role": "admin" })).await.assert_error(403, "FORBIDDEN");
        assert_eq!(ada.me().await.json()["role"], "support");
        role(&admin, &ada, "user").await;
        list(&ada).await.assert_error(403, "FORBIDDEN");
    }

    /// 422 with the field: for a name that no role has, and for what is no name.
    async fn a_role_that_is_not_there_is_refused(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        for wrong in [json!("suport"), json!("Support"), json!("support "), json!(""), json!(null),
            json!(7), json!("users:read"), json!("a".repeat(33)), json!("x'; drop table users; --")] {
            let refused = admin.patch(&ada, json!({ "role": wrong })).await;
            refused.assert_error(422, "VALIDATION_ERROR");
            assert_eq!(refused.error_fields(), ["role"]);
        }
        assert_eq!(ada.me().await.json()["role"], "user");
        assert_eq!(ada.me().await.json()["version"], 1);
        let long = "r".repeat(32);
        let other = serve_roles(&world, &format!("{long}=users:read")).await;
        let admin = other.member("root@example.org", &admin.id.to_string()).await;
        role(&admin, &ada, &long).await;
    }

    /// Deny by default; shown as it is, so that an admin sees what to do.
    async fn a_role_that_is_gone_permits_nothing(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        role(&admin, &ada, "manager").await;
        list(&ada).await.assert_status(200);
        let without = serve(&world).await;
        let ada = without.member("ada@example.org", &ada.id.to_string()).await;
        list(&ada).await.assert_error(403, "FORBIDDEN");
        ada.get(&admin).await.assert_error(404, "NOT_FOUND");
        assert_eq!(ada.me().await.json()["role"], "manager");
        ada.patch(&ada, json!({ "display_name": "A" })).await.assert_status(200);
        let admin = without.member("root@example.org", &admin.id.to_string()).await;
        admin.patch(&ada, json!({ "role": "manager" })).await.assert_error(422, "VALIDATION_ERROR");
        role(&admin, &ada, "user").await;
    }

    /// Whoever manages users cannot make themselves, or anybody, more than they are.
    async fn nobody_grants_more_than_they_may_do(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        let manager = served.user("manager@example.org").await;
        let ada = served.user("ada@example.org").await;
        role(&admin, &manager, "manager").await;
        for role in ["admin", "lister"] {
            for member in [&manager, &ada] {
                let refused = manager.patch(member, json!({ "role": role })).await;
                refused.assert_error(403, "FORBIDDEN");
            }
        }
        role(&manager, &ada, "support").await;
        role(&manager, &ada, "manager").await;
        manager.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        manager.patch(&ada, json!({ "display_name": "A" })).await.assert_status(200);
        manager.delete(&ada).await.assert_status(204);
    }

    /// Else they would take over an admin's account by its address.
    async fn nobody_changes_who_may_do_more(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        served.admin("other@example.org").await;
        let manager = served.user("manager@example.org").await;
        role(&admin, &manager, "manager").await;
        let whole = json!({ "email": "mine@example.org", "display_name": "A" });
        for changes in [json!({ "email": "mine@example.org" }), json!({ "status": "suspended" }),
            json!({ "role": "user" }), json!({ "role": "user", "email": "mine@example.org" })] {
            manager.patch(&admin, changes).await.assert_error(403, "FORBIDDEN");
        }
        let put = manager.client.put(admin.path()).json(&whole).send().await;
        put.assert_error(403, "FORBIDDEN");
        manager.delete(&admin).await.assert_error(403, "FORBIDDEN");
        assert_eq!(admin.me().await.json()["version"], 1);
        manager.get(&admin).await.assert_status(200);
    }

    /// Also of who becomes more while the request is under way.
    async fn nobody_changes_who_is_about_to_do_more(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        let manager = served.user("manager@example.org").await;
        let ada = served.user("ada@example.org").await;
        role(&admin, &manager, "manager").await;
        let refused = while_uncommitted(
            &world,
            "UPDATE users SET role = 'admin' WHERE email = 'ada@example.org'",
            manager.patch(&ada, json!({ "email": "mine@example.org" })),
        ).await;
        refused.assert_error(403, "FORBIDDEN");
        assert_eq!(ada.me().await.json()["email"], "ada@example.org");
    }

    /// Else a password would be enough to become an admin whose second factor was taken away.
    async fn nobody_resets_the_factors_of_who_may_do_more(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        let manager = served.user("manager@example.org").await;
        let ada = served.user("ada@example.org").await;
        role(&admin, &manager, "manager").await;
        let (app, _) = AuthenticatorApp::enable(&world, &admin).await;
        let proved = login(&served, "root@example.org", &app.code(world.now())).await;
        let admin = served.granted(admin.id, &proved);
        let path = |member: &Member| format!("{}/second-factors", member.path());
        let refused = manager.client.delete(path(&admin)).send().await;
        refused.assert_error(403, "FORBIDDEN");
        let asked = served.login("root@example.org", PASSWORD).await;
        asked.assert_error(401, "SECOND_FACTOR_REQUIRED");
        assert!(audited(&world, "second_factors.reset").await.is_empty());
        manager.client.delete(path(&ada)).send().await.assert_status(204);
        admin.client.delete(path(&manager)).send().await.assert_status(204);
    }

    /// Who did it, to whom, from what to what; nothing of what changed nothing.
    async fn changes_of_role_are_audited(world: World) {
        let served = serve_roles(&world, ROLES).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        role(&admin, &ada, "support").await;
        role(&admin, &ada, "support").await;
        admin.patch(&ada, json!({ "role": "nothing" })).await.assert_status(422);
        ada.patch(&ada, json!({ "role": "admin" })).await.assert_status(403);
        let ids = (admin.id.to_string(), ada.id.to_string());
        let entry = |from, to| (ids.0.clone(), ids.1.clone(), json!({ "from": from, "to": to }));
        assert_eq!(audited(&world, "user.role_changed").await, [entry("user", "support")]);
        assert!(audited(&world, "user.status_changed").await.is_empty());
        admin.patch(&ada, json!({ "status": "suspended" })).await.assert_status(200);
        assert_eq!(audited(&world, "user.status_changed").await, [entry("active", "suspended")]);
        let made = audited(&world, "admin.created").await;
        assert_eq!(made, [(String::new(), ids.0.clone(), json!({}))]);
    }

    /// A role with all that an admin may do is none of the admins that must remain.
    async fn the_last_admin_keeps_that_role(world: World) {
        let roles = "second=roles:read,users:read,users:manage";
        let served = serve_roles(&world, roles).await;
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        role(&admin, &ada, "second").await;
        for changes in [json!({ "role": "second" }), json!({ "role": "user" })] {
            admin.patch(&admin, changes.clone()).await.assert_error(409, "CONFLICT");
            ada.patch(&admin, changes).await.assert_error(409, "CONFLICT");
        }
        ada.delete(&admin).await.assert_error(409, "CONFLICT");
    }

    /// Nobody lists them: what a handler's signature asks for is there to be given.
    async fn permissions_of_other_domains_are_found(world: World) {
        let auth = auth(&world, &[("AUTH_ROLES", "keeper=vaults:open")]);
        let domains = vec![auth.domain(), vaults()];
        auth.compose_roles(&domains).unwrap();
        let app = world.serve_with(domains, auth.authenticator(), |_| {}).await;
        let served = Served { auth, app };
        let admin = served.admin("root@example.org").await;
        let ada = served.user("ada@example.org").await;
        let open = |member: &Member| member.client.post("/api/v1/vaults/open").send();
        open(&admin).await.assert_status(204);
        open(&ada).await.assert_error(403, "FORBIDDEN");
        role(&admin, &ada, "keeper").await;
        open(&ada).await.assert_status(204);
        list(&ada).await.assert_error(403, "FORBIDDEN");
    }

    /// A typing error stops the start, with the variable's name and what could be meant.
    async fn a_permission_that_nothing_asks_for_is_told(world: World) {
        let auth = auth(&world, &[("AUTH_ROLES", "support=users:raed")]);
        let error = auth.compose_roles(&[auth.domain()]).unwrap_err().to_string();
        for part in ["AUTH_ROLES", "support", "\"users:raed\"", "users:read"] {
            assert!(error.contains(part), "{error}");
        }
    }

    /// An app that forgets to say which permissions there are gives none.
    async fn before_it_is_composed_nothing_is_permitted(world: World) {
        let auth = auth(&world, &[]);
        let app = world.serve_with(vec![auth.domain()], auth.authenticator(), |_| {}).await;
        let served = Served { auth, app };
        let admin = served.admin("root@example.org").await;
        list(&admin).await.assert_error(403, "FORBIDDEN");
    }
}

#[test]
fn roles_that_cannot_be_read_are_a_problem_of_their_variable() {
    let mut reader = Reader::new(Source::from_pairs([("AUTH_ROLES", "admin=users:read")]));
    AuthSettings::read(&mut reader);
    let problems = reader.finish().unwrap_err().to_string();
    assert!(problems.contains("AUTH_ROLES"), "{problems}");
}

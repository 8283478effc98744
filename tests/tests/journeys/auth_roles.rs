//! Roles that the environment names.

use ashlar_testkit::{AshlarProcess, World, on_each_database};
use serde_json::{Value, json};

use crate::{
    admin::{admin, find},
    command::ashlar,
    people::register,
};

const ROLES: (&str, &str) = ("AUTH_ROLES", "support=users:read; auditor=audit:read");

on_each_database! {
    /// It permits what it names, and nothing besides; without the setting it permits nothing.
    async fn a_role_from_the_environment_permits_what_it_names(world: World) {
        let database = ("DATABASE_URL", world.database_url());
        let key = ("SECRET_KEY", crate::people::SECRET_KEY);
        let process = AshlarProcess::start(&[database, key, ROLES]).await;
        let root = admin(&process, "root").await;
        let roles = root.get("/api/v1/auth/roles").send().await.assert_status(200).json();
        assert_eq!(permissions(&roles, "support"), json!(["users:read"]));
        assert_eq!(permissions(&roles, "auditor"), json!(["audit:read"]));
        assert_eq!(permissions(&roles, "user"), json!([]));

        let ada = register(&process, "ada").await;
        ada.get("/api/v1/users").send().await.assert_error(403, "FORBIDDEN");
        let user = find(&root, "ada").await;
        let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
        let give = async |role: &str| {
            let change = root.patch(&path).header("if-match", "*");
            change.json(&json!({ "role": role })).send().await
        };
        give("suport").await.assert_error(422, "VALIDATION_ERROR");
        give("support").await.assert_status(200);
        ada.get("/api/v1/users").send().await.assert_status(200);
        for path in ["/api/v1/audit", "/api/v1/auth/roles", "/api/v1/admin/jobs"] {
            ada.get(path).send().await.assert_error(403, "FORBIDDEN");
        }
        give("auditor").await.assert_status(200);
        ada.get("/api/v1/audit").send().await.assert_status(200);
        ada.get("/api/v1/users").send().await.assert_error(403, "FORBIDDEN");

        let without = AshlarProcess::start(&[database, key]).await;
        let ada = without.bearer(ada.token().unwrap());
        ada.get("/api/v1/audit").send().await.assert_error(403, "FORBIDDEN");
        ada.get("/api/v1/auth/me").send().await.assert_status(200);
    }
}

/// Nothing is served with a permission that nothing asks for: it would be missing unnoticed.
#[tokio::test]
async fn a_typo_in_a_permission_stops_the_start() {
    let roles = ("AUTH_ROLES", "support=user:read");
    let ended = ashlar(&[("PORT", "0"), roles], &["serve"]).await;
    ended.refused(&["AUTH_ROLES", "support", "\"user:read\"", "users:read"]);
    let no_list = ashlar(&[("PORT", "0"), ("AUTH_ROLES", "support")], &["serve"]).await;
    let complaint = no_list.complaint();
    assert!(
        complaint.contains("AUTH_ROLES must be roles"),
        "{complaint}"
    );
}

fn permissions(roles: &Value, name: &str) -> Value {
    let mut rows = roles["data"].as_array().unwrap().iter();
    let role = rows.find(|role| role["name"] == name);
    role.unwrap_or_else(|| panic!("no {name}: {roles}"))["permissions"].clone()
}

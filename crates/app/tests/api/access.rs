//! Deny by default: every operation of the contract, called by everybody who may not.
//!
//! A new operation fails here until it asks for a principal, or stands in [`PUBLIC`]; one that lets
//! a stranger in, until it stands in [`OPEN`]; one about a thing, until [`Scene::id_of`] knows one of
//! Alice's, which it does when `POST` makes it (`create_<thing>`). A further kind of caller is a line in [`Caller`] and one in [`Scene::caller`].

use std::collections::{BTreeMap, BTreeSet};

use ashlar_app::compose;
use ashlar_core::client::{Client, ClientSettings};
use ashlar_testkit::{TestApp, TestClient, TestRequest, TestResponse, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    PASSWORD,
    operations::{self, NOBODY, Operation},
    register, serve, serve_with, settings, sign_in, trial,
};

/// What anybody may do, signed in or not: these operations and no others.
const PUBLIC: [&str; 18] = [
    "GET /.well-known/jwks.json",
    "GET /api/health",
    "GET /api/v1/auth/csrf",
    "GET /api/v1/auth/oauth/providers",
    "GET /api/v1/auth/oauth/{provider}/authorize",
    "GET /api/v1/auth/oauth/{provider}/callback",
    "GET /api/v1/health/",
    "GET /api/v1/health/live",
    "GET /api/v1/health/ready",
    "POST /api/v1/auth/forgot-password",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/oauth/exchange",
    "POST /api/v1/auth/passkeys/login/begin",
    "POST /api/v1/auth/passkeys/login/finish",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/reset-password",
    "POST /api/v1/auth/token",
    "POST /api/v1/users",
];

/// What everybody who is signed in may do, since it is about their own things, or public ones.
const OPEN: &[&str] = &[
    "DELETE /api/v1/auth/mfa/totp",
    "DELETE /api/v1/auth/sessions",
    "GET /api/v1/auth/activity",
    "GET /api/v1/auth/api-keys",
    "GET /api/v1/auth/api-keys/scopes",
    "GET /api/v1/auth/me",
    "GET /api/v1/auth/mfa",
    "GET /api/v1/auth/oauth/links",
    "GET /api/v1/auth/passkeys",
    "GET /api/v1/auth/sessions",
    "GET /api/v1/posts",
    "GET /api/v1/projects",
    "GET /api/v1/users/{user_id}/posts",
    "POST /api/v1/auth/api-keys",
    "POST /api/v1/auth/change-email",
    "POST /api/v1/auth/change-password",
    "POST /api/v1/auth/confirm-email",
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/mfa/recovery-codes",
    "POST /api/v1/auth/mfa/totp",
    "POST /api/v1/auth/mfa/totp/confirm",
    "POST /api/v1/auth/oauth/{provider}/link",
    "POST /api/v1/auth/passkeys/register/begin",
    "POST /api/v1/auth/passkeys/register/finish",
    "POST /api/v1/auth/passkeys/step-up/begin",
    "POST /api/v1/auth/passkeys/step-up/finish",
    "POST /api/v1/auth/step-up",
    "POST /api/v1/auth/verify-email",
    "POST /api/v1/auth/verify-email/request",
    "POST /api/v1/posts",
    "POST /api/v1/projects",
];

/// Two roles, so that for each permission there is one that lacks it.
const ROLES: (&str, &str) = ("AUTH_ROLES", "clerk=jobs:read;watcher=roles:read");

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    /// Without a token.
    Nobody,
    /// With Alice's token, its signature made up.
    Forger,
    /// Signed in; owns nothing, and has no role.
    Stranger,
    /// The same, with a role that permits something else.
    WrongRole,
    /// With a token whose session has ended.
    Revoked,
    /// With an API key that is good for something else.
    WrongKey,
    /// Signed in by cookies, which come without the session's CSRF token.
    Tricked,
}

impl Caller {
    const ALL: [Self; 7] = [
        Self::Nobody,
        Self::Forger,
        Self::Stranger,
        Self::WrongRole,
        Self::Revoked,
        Self::WrongKey,
        Self::Tricked,
    ];

    /// Whether they are somebody to `operation`, so that it is for it to say what they may do.
    fn is_known_to(self, operation: &Operation) -> bool {
        match self {
            Self::Nobody | Self::Forger | Self::Revoked | Self::WrongKey => false,
            Self::Stranger | Self::WrongRole => true,
            Self::Tricked => operation.method.is_safe(),
        }
    }

    /// What `operation` answers to them.
    fn expected(self, operation: &Operation) -> &'static [u16] {
        match self {
            Self::Nobody | Self::Forger | Self::Revoked => &[401],
            Self::WrongKey => &[403],
            Self::Tricked if !self.is_known_to(operation) => &[403],
            _ if permission(operation).is_some() => &[403],
            _ => &[403, 404],
        }
    }
}

/// A caller's credentials.
struct Credentials {
    client: TestClient,
    /// What a browser sends along.
    cookies: Option<String>,
}

impl Credentials {
    fn request(&self, method: &Method, path: &str) -> TestRequest {
        let request = self.client.request(method.clone(), path);
        match &self.cookies {
            Some(cookies) => request.header("cookie", cookies),
            None => request,
        }
    }
}

impl From<TestClient> for Credentials {
    fn from(client: TestClient) -> Self {
        let cookies = None;
        Self { client, cookies }
    }
}

/// The assembled system, with Alice's things in it.
struct Scene {
    app: TestApp,
    admin: TestClient,
    alice: TestClient,
    user_id: String,
    task_id: String,
    /// What `create_<thing>` made, by the name of its parameter: `{<thing>_id}`.
    things: BTreeMap<String, String>,
    session_id: String,
    key_id: String,
}

impl Scene {
    async fn set(world: &World, variables: &[(&str, &str)]) -> Self {
        let app = serve_with(world, variables).await;
        let admin = admin(world, &app).await;
        let alice = register(&app, "alice").await;
        let made = async |path: &str, body: Value| {
            let made = alice.post(path).json(&body).send().await;
            id(&made.assert_status(201).json())
        };
        let mut things = BTreeMap::new();
        for operation in creations(&app) {
            let name = operation.id().replacen("create_", "", 1);
            let thing = made(&operation.path, body(&app, &operation)).await;
            things.insert(format!("{{{name}_id}}"), thing);
        }
        let tasks = format!("/api/v1/projects/{}/tasks", things["{project_id}"]);
        let key = json!({ "name": "Hers", "scopes": ["posts:read"] });
        let sessions = alice.get("/api/v1/auth/sessions").send().await;
        Self {
            user_id: id(&alice.get("/api/v1/auth/me").send().await.json()),
            task_id: made(&tasks, json!({ "title": "Hers" })).await,
            session_id: id(&sessions.assert_status(200).json()["data"][0]),
            key_id: made("/api/v1/auth/api-keys", key).await,
            things,
            app,
            admin,
            alice,
        }
    }

    /// What of Alice's a path's parameter names.
    fn id_of<'a>(&'a self, parameter: &str) -> &'a str {
        match parameter {
            "{user_id}" => &self.user_id,
            "{task_id}" => &self.task_id,
            "{session_id}" => &self.session_id,
            "{key_id}" => &self.key_id,
            // It takes an authenticator to have one: auth's own tests do.
            "{passkey_id}" => NOBODY,
            // Nobody's but the operators'.
            "{job_id}" | "{dead_letter_id}" => NOBODY,
            "{provider}" => operations::PROVIDER,
            other => match self.things.get(other) {
                Some(id) => id,
                None => panic!("give Alice one of {other}"),
            },
        }
    }

    /// The path of `operation` on Alice's things.
    fn path(&self, operation: &Operation) -> String {
        operation.path_of(|parameter| self.id_of(parameter))
    }

    /// Somebody new for each request: some operations end what their caller is signed in with.
    async fn caller(&self, caller: Caller, operation: &Operation, number: usize) -> Credentials {
        let name = format!("{caller:?}{number}").to_lowercase();
        match caller {
            Caller::Nobody => self.app.anonymous().into(),
            Caller::Forger => self.app.bearer(forged(&self.alice)).into(),
            Caller::Stranger => register(&self.app, &name).await.into(),
            Caller::WrongRole => {
                let role = match permission(operation) {
                    Some("jobs:read") => "watcher",
                    _ => "clerk",
                };
                self.with_role(&name, role).await.into()
            }
            Caller::Revoked => {
                let member = register(&self.app, &name).await;
                let out = member.post("/api/v1/auth/logout").send().await;
                out.assert_status(204);
                member.into()
            }
            Caller::WrongKey => self.with_key(&name, operation).await.into(),
            Caller::Tricked => self.with_cookies(&name).await,
        }
    }

    /// An admin's key, which is good for all but `operation`: what keeps it out is its scopes.
    async fn with_key(&self, name: &str, operation: &Operation) -> TestClient {
        let admin = self.with_role(name, "admin").await;
        let scopes = admin.get("/api/v1/auth/api-keys/scopes").send().await;
        let all = scopes.assert_status(200).json()["data"].clone();
        let mut scopes: Vec<String> = serde_json::from_value(all).expect("names");
        let asked = key_scope(operation);
        scopes.retain(|scope| scope != "*" && Some(&**scope) != asked);
        let key = json!({ "name": name, "scopes": scopes });
        let made = admin.post("/api/v1/auth/api-keys").json(&key).send().await;
        let made = made.assert_status(201).json();
        self.app.bearer(made["key"].as_str().expect("a key"))
    }

    /// Somebody new who is signed in by cookies.
    async fn with_cookies(&self, name: &str) -> Credentials {
        register(&self.app, name).await;
        let email = format!("{name}@example.org");
        let body = json!({ "email": email, "password": PASSWORD, "cookies": true });
        let login = self.app.anonymous().post("/api/v1/auth/login");
        let login = login.json(&body).send().await;
        let set = login.assert_status(200).headers().get_all("set-cookie");
        let pairs = set.iter().map(|cookie| {
            let cookie = cookie.to_str().expect("ASCII");
            cookie.split(';').next().expect("name and value")
        });
        Credentials {
            client: self.app.anonymous(),
            cookies: Some(pairs.collect::<Vec<_>>().join("; ")),
        }
    }

    /// Somebody new who has `role`.
    async fn with_role(&self, name: &str, role: &str) -> TestClient {
        let member = register(&self.app, name).await;
        let me = member.get("/api/v1/auth/me").send().await.json();
        let path = format!("/api/v1/users/{}", id(&me));
        let given = self.admin.patch(path).json(&json!({ "role": role }));
        given.send().await.assert_status(200);
        member
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// An administrator, `root`, signed in.
pub(crate) async fn admin(world: &World, app: &TestApp) -> TestClient {
    let (database, clock) = (world.database(), world.clock());
    let client = Client::new(&ClientSettings::default(), clock.clone()).expect("a client");
    let auth = compose::auth(&settings(&[]), &database, &clock, &client);
    let email = "root@example.org".parse().expect("an address");
    let (name, password) = ("Root".parse(), PASSWORD.parse());
    let made =
        auth.users()
            .create_admin(email, name.expect("a name"), password.expect("a password"));
    made.await.expect("an admin");
    sign_in(app, "root").await
}

/// The token of `client` with a signature that nobody made.
fn forged(client: &TestClient) -> String {
    let token = client.token().expect("signed in");
    let (message, _) = token.rsplit_once('.').expect("a signature");
    format!("{message}.{}", "A".repeat(43))
}

fn name(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

fn secured(app: &TestApp) -> Vec<Operation> {
    let secured = operations::all(app).into_iter();
    secured.filter(Operation::is_secured).collect()
}

fn public(app: &TestApp) -> BTreeSet<String> {
    let all = operations::all(app).into_iter();
    all.filter(|one| !one.is_secured())
        .map(|one| name(&one))
        .collect()
}

/// The permission that `operation` asks for, as its description says.
fn permission(operation: &Operation) -> Option<&str> {
    let text = operation.value["description"].as_str()?;
    let (_, rest) = text.split_once("Asks for the permission `")?;
    Some(rest.split_once('`')?.0)
}

/// The scope that `operation` asks of API keys, as its description says; `None` when it takes none.
fn key_scope(operation: &Operation) -> Option<&str> {
    let text = operation.value["description"].as_str()?;
    let (_, rest) = text.split_once("With an API key: the scope `")?;
    Some(rest.split_once('`')?.0)
}

/// The operations by which whoever is signed in makes a thing of a domain's.
pub(crate) fn creations(app: &TestApp) -> impl Iterator<Item = Operation> {
    let makes = |one: &Operation| one.id().starts_with("create_") && OPEN.contains(&&*name(one));
    let secured = secured(app).into_iter().filter(makes);
    secured.filter(|one| !one.path.starts_with("/api/v1/auth/"))
}

/// A body that says nothing wrong of a domain's thing, so that what is refused is the caller.
fn body(app: &TestApp, operation: &Operation) -> Value {
    let document = app.document().as_value();
    match operation.body("application/json") {
        Some(schema) if !operation.path.starts_with("/api/v1/auth/") => {
            operations::sound(document, operations::resolve(document, schema))
        }
        _ => json!({}),
    }
}

#[track_caller]
fn assert_refused(caller: Caller, operation: &Operation, answer: &TestResponse) {
    let place = name(operation);
    let status = answer.status();
    if caller.is_known_to(operation) && OPEN.contains(&&*place) {
        let let_in = ![401, 403, 404].contains(&status);
        assert!(
            let_in,
            "{caller:?} is kept out of what is open to all: {answer}"
        );
    } else {
        assert!(
            caller.expected(operation).contains(&status),
            "{caller:?} got into {place}: {answer}"
        );
    }
}

on_sqlite! {
    /// Without a principal in its handler's signature an operation is for everybody.
    async fn what_anybody_may_do_is_listed(world: World) {
        let app = serve(&world).await;
        let expected = PUBLIC.map(str::to_owned);
        assert_eq!(public(&app), BTreeSet::from(expected));
        let names: BTreeSet<String> = secured(&app).iter().map(name).collect();
        let gone: Vec<&&str> = OPEN.iter().filter(|open| !names.contains(**open)).collect();
        assert!(gone.is_empty(), "no such operations: {gone:?}");
    }

    /// That the walk sees a route which asks nobody who they are.
    async fn a_route_for_everybody_is_noticed(world: World) {
        let app = trial::serve(&world, |_| {}).await;
        assert!(public(&app).contains("POST /api/v1/trial/echo"));
        assert!(!PUBLIC.contains(&"POST /api/v1/trial/echo"));
    }

    /// Each on a thing of Alice's, with nothing wrong but the caller.
    async fn nobody_gets_into_what_is_not_theirs(world: World) {
        let scene = Scene::set(&world, &[ROLES]).await;
        let operations = secured(&scene.app);
        assert!(operations.len() > 30, "the contract has lost its locks");
        for caller in Caller::ALL {
            for (number, operation) in operations.iter().enumerate() {
                let client = scene.caller(caller, operation, number).await;
                let request = client.request(&operation.method, &scene.path(operation));
                let request = match operation.body("application/json") {
                    Some(_) => request.json(&body(&scene.app, operation)),
                    None => request,
                };
                assert_refused(caller, operation, &request.send().await);
            }
        }
        let post = scene.alice.get(format!("/api/v1/posts/{}", scene.id_of("{post_id}"))).send().await;
        assert_eq!(post.assert_status(200).json()["version"], 1, "nothing was changed");
    }

    /// Who has no business there learns nothing of what is wrong with the rest of the request.
    async fn who_asks_counts_before_what_they_ask(world: World) {
        let scene = Scene::set(&world, &[ROLES]).await;
        for caller in Caller::ALL {
            for (number, operation) in secured(&scene.app).iter().enumerate() {
                if caller.is_known_to(operation) && permission(operation).is_none() {
                    continue;
                }
                let client = scene.caller(caller, operation, number).await;
                let path = format!("{}?limit=x&nonsense=1", operation.path_with("nonsense"));
                let request = client.request(&operation.method, &path);
                let request = request.header("if-match", "nonsense");
                let request = match operation.value["requestBody"].is_null() {
                    true => request,
                    false => request.header("content-type", "application/json").body("{"),
                };
                assert_refused(caller, operation, &request.send().await);
            }
        }
    }

    /// The reverse, so that what keeps out keeps out for want of a permission: a role with that
    /// permission alone gets in.
    async fn a_permission_opens_what_asks_for_it(world: World) {
        let app = serve(&world).await;
        let operations = secured(&app);
        let permissions: BTreeSet<&str> = operations.iter().filter_map(permission).collect();
        assert!(permissions.len() >= 6, "{permissions:?}");
        let names: Vec<String> = permissions.iter().map(|one| one.replace(':', "-")).collect();
        let roles = names.iter().zip(&permissions).map(|(name, one)| format!("{name}={one}"));
        let roles = roles.collect::<Vec<_>>().join(";");
        let scene = Scene::set(&world, &[("AUTH_ROLES", &roles)]).await;
        for (role, granted) in names.iter().zip(&permissions) {
            let member = scene.with_role(role, role).await;
            for operation in &operations {
                let Some(asked) = permission(operation) else {
                    continue;
                };
                let answer = operation.request(&member).send().await;
                assert_eq!(answer.status() == 403, asked != *granted, "{role}: {answer}");
            }
        }
    }
}

/// A typing error in a role stops the start, and is told by the variable's name.
#[test]
fn a_role_with_an_unknown_permission_is_no_system() {
    ashlar_testkit::run(ashlar_testkit::Backend::Sqlite, async |world: World| {
        let settings = settings(&[("AUTH_ROLES", "support=jobs:raed")]);
        let system = compose::system(&settings, &world.database(), &world.clock());
        let error = system.err().expect("no system").to_string();
        for part in ["AUTH_ROLES", "support", "jobs:raed", "jobs:read"] {
            assert!(error.contains(part), "{error}");
        }
    });
}

//! The contract and the code are one: nothing is served that it does not tell of, and the reverse.

use std::collections::BTreeSet;

use ashlar_app::compose;
use ashlar_core::problem::Code;
use ashlar_testkit::{TestApp, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{operations, register, serve, settings};

/// What is served without being in the contract: pages, and second spellings.
const HIDDEN: [&str; 16] = [
    "GET /account",
    "GET /api/v1/health",
    "GET /asyncapi",
    "GET /asyncapi.json",
    "GET /asyncapi/assets/page.css",
    "GET /dev/mailbox",
    "GET /dev/mailbox.json",
    "GET /docs",
    "GET /docs/assets/favicon-32x32.png",
    "GET /docs/assets/init.js",
    "GET /docs/assets/swagger-ui-bundle.js",
    "GET /docs/assets/swagger-ui.css",
    "GET /openapi.json",
    "GET /redoc",
    "GET /redoc/assets/init.js",
    "GET /redoc/assets/redoc.standalone.js",
];

fn documented(app: &TestApp) -> BTreeSet<String> {
    let operations = operations::all(app);
    operations
        .iter()
        .map(|one| format!("{} {}", one.method, one.path))
        .collect()
}

/// The schema of a property of a request body.
fn property(app: &TestApp, method: &Method, path: &str, name: &str) -> Value {
    let document = app.document().as_value();
    let operations = operations::all(app);
    let operation = operations
        .iter()
        .find(|one| one.method == *method && one.path == path);
    let operation = operation.unwrap_or_else(|| panic!("no {method} {path}"));
    let schema = operation.body("application/json").expect("it takes a body");
    let property = &operations::resolve(document, schema)["properties"][name];
    assert!(property.is_object(), "{method} {path} knows no {name}");
    operations::resolve(document, property).clone()
}

/// The rows of the table in `docs/errors.md`: code and status.
fn told_codes() -> BTreeSet<(String, u16)> {
    let page = include_str!("../../../../docs/errors.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let row = |row: &str| {
        let (code, rest) = row.split_once("` | ")?;
        Some((code.to_owned(), rest.get(..3)?.parse().ok()?))
    };
    rows.map(|line| row(line).unwrap_or_else(|| panic!("{line}")))
        .collect()
}

/// Every code. A new one does not compile here until it is listed.
fn codes() -> Vec<Code> {
    let all = [
        Code::BadRequest,
        Code::Unauthorized,
        Code::SecondFactorRequired,
        Code::Forbidden,
        Code::StepUpRequired,
        Code::NotFound,
        Code::MethodNotAllowed,
        Code::RequestTimeout,
        Code::Conflict,
        Code::PreconditionFailed,
        Code::PayloadTooLarge,
        Code::UnsupportedMediaType,
        Code::ValidationError,
        Code::TooManyRequests,
        Code::InternalError,
        Code::BadUpstream,
        Code::UpstreamUnavailable,
        Code::UpstreamTimeout,
        Code::ServiceUnavailable,
        Code::Timeout,
    ];
    let known = |code| match code {
        Code::BadRequest | Code::Unauthorized | Code::SecondFactorRequired => 3,
        Code::Forbidden | Code::StepUpRequired | Code::NotFound => 6,
        Code::MethodNotAllowed | Code::RequestTimeout | Code::Conflict => 9,
        Code::PreconditionFailed | Code::PayloadTooLarge | Code::UnsupportedMediaType => 12,
        Code::ValidationError | Code::TooManyRequests | Code::InternalError => 15,
        Code::BadUpstream | Code::UpstreamUnavailable | Code::UpstreamTimeout => 18,
        Code::ServiceUnavailable | Code::Timeout => 20,
    };
    assert_eq!(all.map(known).into_iter().max(), Some(all.len()));
    all.into()
}

/// The names of all properties in `schema`.
fn properties(schema: &Value, names: &mut BTreeSet<String>) {
    let Some(fields) = schema.as_object() else {
        return;
    };
    if let Some(properties) = schema["properties"].as_object() {
        names.extend(properties.keys().cloned());
    }
    fields.values().for_each(|inner| properties(inner, names));
}

on_sqlite! {
    /// No body of the contract has a place for what others know or could look up (OWASP ASVS 5.0, 6.4.2).
    async fn no_hint_and_no_secret_question_is_kept(world: World) {
        let app = serve(&world).await;
        let document = app.document().as_value();
        let mut names = BTreeSet::new();
        properties(&document["components"]["schemas"], &mut names);
        assert!(names.contains("password"), "the walk sees nothing");
        let told = |name: &&String| ["hint", "question", "answer", "maiden"].iter().any(|word| name.contains(word));
        assert_eq!(names.iter().find(told), None);
    }

    async fn every_route_is_in_the_contract_and_the_reverse(world: World) {
        let app = serve(&world).await;
        let system = compose::system(&settings(&[]), &world.database(), &world.clock());
        let mounted: BTreeSet<String> = system.expect("a system").api.routes().iter()
            .map(|route| format!("{} {}", route.method(), route.path()))
            // The files of the sign-in page, which are auth's to list.
            .filter(|route| !route.starts_with("GET /account/assets/"))
            .collect();
        let hidden: BTreeSet<String> = HIDDEN.map(str::to_owned).into();
        let documented = documented(&app);
        assert_eq!(mounted.difference(&documented).collect::<Vec<_>>(), hidden.iter().collect::<Vec<_>>());
        assert_eq!(documented.difference(&mounted).collect::<Vec<_>>(), Vec::<&String>::new());
    }

    /// Not only listed but reached: no route stands in another's shadow.
    async fn every_operation_is_served(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for operation in operations::all(&app) {
            let answer = operation.request(&alice).send().await;
            let is_routed = answer.status() != 405
                && (answer.status() != 404 || answer.error_message() != "Route not found");
            assert!(is_routed, "{answer}");
        }
    }

    async fn every_operation_says_what_it_is(world: World) {
        let app = serve(&world).await;
        let document = app.document().as_value();
        let tags: BTreeSet<&str> = document["tags"].as_array().expect("tags").iter()
            .map(|tag| tag["name"].as_str().expect("a name"))
            .collect();
        let operations = operations::all(&app);
        let mut ids = BTreeSet::new();
        for operation in &operations {
            let place = format!("{} {}", operation.method, operation.path);
            let text = |name: &str| operation.value[name].as_str().unwrap_or_default().to_owned();
            assert!(!text("summary").is_empty(), "{place} has no summary");
            assert!(!text("operationId").is_empty(), "{place} has no operationId");
            assert!(ids.insert(text("operationId")), "{place}: its operationId is taken");
            let tag = operation.value["tags"][0].as_str().expect("a tag");
            assert!(tags.contains(tag), "{place}: nobody says what {tag} is");
        }
    }

    async fn every_parameter_and_property_is_described(world: World) {
        let app = serve(&world).await;
        let document = app.document().as_value();
        for operation in operations::all(&app) {
            for parameter in operation.parameters("query") {
                let told = parameter["description"].as_str().is_some_and(|text| !text.is_empty());
                assert!(told, "{} {}: {parameter}", operation.method, operation.path);
            }
        }
        for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
            for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
                let told = schema["description"].is_string() || schema["const"] != Value::Null;
                assert!(told, "{name}.{property}: {schema}");
            }
        }
    }

    async fn the_document_is_what_is_served(world: World) {
        let app = serve(&world).await;
        let served = app.anonymous().get("/openapi.json").send().await;
        assert_eq!(served.assert_status(200).json(), *app.document().as_value());
        assert_eq!(served.header("content-type"), Some("application/json"));
        assert_eq!(served.json()["openapi"], "3.1.0");
        assert_eq!(served.json()["info"]["title"], "Ashlar");
    }

    async fn the_known_limits_are_in_the_schema(world: World) {
        let app = serve(&world).await;
        let limits = |schema: &Value| (schema["minLength"].clone(), schema["maxLength"].clone());
        let at = |method: Method, path, name| property(&app, &method, path, name);

        let name = at(Method::POST, "/api/v1/projects", "name");
        assert_eq!(limits(&name), (json!(1), json!(255)));
        let description = at(Method::POST, "/api/v1/projects", "description");
        assert_eq!(limits(&description), (Value::Null, json!(2000)));
        assert_eq!(description["type"], json!(["string", "null"]));
        let slug = at(Method::POST, "/api/v1/projects", "slug");
        assert_eq!(limits(&slug).1, json!(255));
        assert_eq!(slug["pattern"], "^[a-z0-9]+(?:-[a-z0-9]+)*$");
        for (method, path) in [
            (Method::POST, "/api/v1/projects/{project_id}/tasks"),
            (Method::PUT, "/api/v1/tasks/{task_id}"),
            (Method::PATCH, "/api/v1/tasks/{task_id}"),
        ] {
            let title = at(method, path, "title");
            assert_eq!(limits(&title), (json!(1), json!(200)), "{path}");
        }
        let password = at(Method::POST, "/api/v1/users", "password");
        assert_eq!(password["minLength"], 8);
        assert_eq!(password["writeOnly"], true);
        let display_name = at(Method::POST, "/api/v1/users", "display_name");
        assert_eq!(limits(&display_name), (json!(1), json!(100)));
        let email = at(Method::POST, "/api/v1/users", "email");
        assert_eq!((&email["format"], &email["maxLength"]), (&json!("email"), &json!(254)));
    }

    async fn lists_tell_their_limits(world: World) {
        let app = serve(&world).await;
        let lists: Vec<_> = operations::all(&app).into_iter()
            .filter(|one| one.parameters("query").iter().any(|parameter| parameter["name"] == "limit"))
            .collect();
        assert!(lists.len() >= 3, "users, projects, tasks");
        for list in lists {
            let schema = |name: &str| {
                let parameters = list.parameters("query");
                let found = parameters.iter().find(|parameter| parameter["name"] == name);
                found.unwrap_or_else(|| panic!("{}: no {name}", list.path))["schema"].clone()
            };
            let limit = schema("limit");
            assert_eq!((&limit["minimum"], &limit["maximum"]), (&json!(1), &json!(100)));
            assert_eq!(limit["default"], 20);
            assert_eq!(schema("page")["minimum"], 1);
            assert_eq!(schema("offset")["minimum"], 0);
            assert!(schema("sort")["items"]["enum"].as_array().is_some_and(|names| !names.is_empty()));
            assert_eq!(schema("after")["type"], "string");
        }
    }

    async fn head_works_where_get_does(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let pages = HIDDEN.iter().filter_map(|route| route.strip_prefix("GET ")).map(str::to_owned);
        let operations = operations::all(&app).into_iter().filter(|one| one.method == Method::GET);
        for path in operations.map(|one| one.path_with(operations::NOBODY)).chain(pages) {
            let get = alice.get(&path).send().await;
            let head = alice.request(Method::HEAD, &path).send().await;
            assert_eq!(head.status(), get.status(), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
            assert_eq!(head.bytes(), b"", "{path}");
        }
    }

    async fn options_tells_what_is_allowed(world: World) {
        let app = serve(&world).await;
        let client = app.anonymous();
        for (path, expected) in [
            ("/api/v1/projects", "GET, HEAD, OPTIONS, POST"),
            ("/api/v1/projects/7", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
            ("/api/v1/auth/login", "OPTIONS, POST"),
            ("/docs", "GET, HEAD, OPTIONS"),
        ] {
            let answer = client.request(Method::OPTIONS, path).send().await;
            assert_eq!(answer.assert_status(204).header("allow"), Some(expected), "{path}");
            let wrong = client.request(Method::TRACE, path).unchecked().send().await;
            assert_eq!(wrong.assert_error(405, "METHOD_NOT_ALLOWED").header("allow"), Some(expected));
        }
        client.request(Method::OPTIONS, "/nowhere").send().await.assert_error(404, "NOT_FOUND");
    }
}

#[test]
fn the_page_about_errors_lists_every_code() {
    let codes = codes()
        .into_iter()
        .map(|code| (code.as_str().to_owned(), code.status().as_u16()));
    assert_eq!(told_codes(), codes.collect());
}

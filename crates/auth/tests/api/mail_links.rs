//! The tokens that mails would carry, and what else the tests of them share.

use std::sync::Arc;

use actix_web::dev::RequestHead;
use ashlar_auth::{
    Auth,
    model::{AccountTokenId, Purpose},
};
use ashlar_contracts::users::{
    UserEmailChangeRequested, UserPasswordResetRequested, UserRegistered, UserVerificationRequested,
};
use ashlar_core::{
    principal::{Authentication, Authenticator, UserId},
    secret::Secret,
};
use ashlar_testkit::{Backend, TestClient, TestResponse, World};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use uuid::Uuid;

use crate::{Served, auth};

/// Auth, served to those whose proof of identity is recent, or is not, however they signed in.
pub(crate) async fn serve_recent(world: &World, recent: bool) -> Served {
    let auth = auth(world, &[]);
    let authenticator = Arc::new(Recency {
        inner: auth.authenticator(),
        recent,
    });
    let domains = vec![auth.domain()];
    let app = world.serve_with(domains, authenticator, |_| {}).await;
    Served { auth, app }
}

struct Recency {
    inner: Arc<dyn Authenticator>,
    recent: bool,
}

impl Authenticator for Recency {
    fn authenticate<'a>(&'a self, request: &'a RequestHead) -> Option<Authentication<'a>> {
        let authentication = self.inner.authenticate(request)?;
        Some(Box::pin(async move {
            let mut principal = authentication.await?;
            principal.is_recent = self.recent;
            Ok(principal)
        }))
    }
}

/// The link with this token, as a mail would carry it.
pub(crate) async fn link(auth: &Auth, purpose: Purpose, id: Uuid) -> Option<String> {
    let id = AccountTokenId::from_uuid(id);
    let link: Option<Secret> = auth.links().link(purpose, id).await.unwrap();
    link.map(|link| link.expose().to_owned())
}

async fn token(served: &Served, purpose: Purpose, id: Uuid) -> String {
    let link = link(&served.auth, purpose, id).await.expect("a link");
    link.split_once('=').unwrap().1.to_owned()
}

/// The newest token to verify an address.
pub(crate) async fn verification(world: &World, served: &Served) -> String {
    let published = world.published().await;
    let again = published.of::<UserVerificationRequested>().pop();
    let id = match again {
        Some(event) => event.token_id,
        None => (published.of::<UserRegistered>().pop())
            .and_then(|event| event.token_id)
            .unwrap(),
    };
    token(served, Purpose::VerifyEmail, id).await
}

/// Says that the password of `email` is forgotten, and has the job done.
pub(crate) async fn forget(served: &Served, email: &str) -> TestResponse {
    let body = json!({ "email": email });
    let post = served.app.anonymous().post("/api/v1/auth/forgot-password");
    let answer = post.json(&body).send().await;
    served.app.settle().await;
    answer
}

/// The newest token to reset a password.
pub(crate) async fn reset_token(world: &World, served: &Served) -> String {
    let mut events = world.published().await.of::<UserPasswordResetRequested>();
    token(
        served,
        Purpose::ResetPassword,
        events.pop().unwrap().token_id,
    )
    .await
}

/// The newest token to confirm another address.
pub(crate) async fn confirmation(world: &World, served: &Served) -> String {
    let mut events = world.published().await.of::<UserEmailChangeRequested>();
    token(
        served,
        Purpose::ConfirmEmail,
        events.pop().unwrap().token_id,
    )
    .await
}

pub(crate) async fn reset(served: &Served, token: &str, password: &str) -> TestResponse {
    let body = json!({ "token": token, "password": password });
    let post = served.app.anonymous().post("/api/v1/auth/reset-password");
    post.json(&body).send().await
}

/// Uses a token at `/auth/<route>`.
pub(crate) async fn redeem(client: &TestClient, route: &str, token: &str) -> TestResponse {
    let post = client.post(format!("/api/v1/auth/{route}"));
    post.json(&json!({ "token": token })).send().await
}

/// That the token was refused, and why tells nothing more.
#[track_caller]
pub(crate) fn assert_refused(response: &TestResponse) {
    response.assert_error(422, "VALIDATION_ERROR");
    assert_eq!(response.error_fields(), ["token"]);
}

/// What a `select count(*)` says.
pub(crate) async fn count(world: &World, sql: &str) -> i64 {
    let database = world.database();
    let connection = database.connection();
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// How many sessions of the user are not over.
pub(crate) async fn open_sessions(world: &World, user: UserId) -> i64 {
    let id = sql_id(world, user);
    let open = format!("select count(*) from sessions where revoked_at is null and user_id = {id}");
    count(world, &open).await
}

/// How often the audit log has this.
pub(crate) async fn audited(world: &World, action: &str) -> i64 {
    let sql = format!("select count(*) from audit_log where action = '{action}'");
    count(world, &sql).await
}

/// The id as it is written in SQL.
pub(crate) fn sql_id(world: &World, id: UserId) -> String {
    match world.backend() {
        Backend::Sqlite => format!("x'{}'", id.as_uuid().simple()),
        Backend::Postgres => format!("'{id}'"),
    }
}

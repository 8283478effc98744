//! Yardstick "limit": actix-web with one pipelined tokio-postgres connection per worker.
//!
//! Requests that a worker has under way at the same time go out in one write and come back in one
//! read; no pool, no lock, no thread crossed. Little is left to save but actix-web itself.

use std::rc::Rc;

use actix_web::{App, HttpResponse, rt, web};
use tokio_postgres::{Client, NoTls, Row, Statement};
use uuid::Uuid;

use super::answer::Refusal;
use super::token::{Caller, Verifier};
use super::wire::{
    INSERT, ListQuery, Page, Project, ProjectCreate, SELECT_AFTER, SELECT_FIRST, SELECT_ONE,
};
use super::{LIVE_BODY, ServeArgs, serve_app};
use crate::error::{self, BenchError};

/// Serves the routes of the benchmark until SIGTERM.
///
/// # Errors
/// When the port is taken, the database cannot be reached, or the secret is missing.
pub(crate) fn serve(args: &ServeArgs) -> Result<(), BenchError> {
    let verifier = web::Data::new(Verifier::from_environment()?);
    let database_url = args.database_url.clone();
    let app = move || {
        let database_url = database_url.clone();
        App::new()
            .app_data(verifier.clone())
            .data_factory(move || Pipeline::connect(database_url.clone()))
            .route("/api/v1/health/live", web::get().to(live))
            .route("/api/v1/projects/{id}", web::get().to(get_one))
            .route("/api/v1/projects", web::get().to(list))
            .route("/api/v1/projects", web::post().to(create))
    };
    rt::System::new().block_on(serve_app(app, args.port))
}

/// A worker's connection with its prepared statements.
struct Pipeline {
    client: Client,
    one: Statement,
    first: Statement,
    after: Statement,
    insert: Statement,
}

impl Pipeline {
    async fn connect(database_url: String) -> Result<Rc<Self>, BenchError> {
        let (client, connection) = tokio_postgres::connect(&database_url, NoTls).await?;
        rt::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("ashlar-bench: connection lost: {}", error::chain(&error));
            }
        });
        Ok(Rc::new(Self {
            one: client.prepare(SELECT_ONE).await?,
            first: client.prepare(SELECT_FIRST).await?,
            after: client.prepare(SELECT_AFTER).await?,
            insert: client.prepare(INSERT).await?,
            client,
        }))
    }
}

async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(LIVE_BODY)
}

async fn get_one(
    caller: Caller,
    id: web::Path<Uuid>,
    pipeline: web::Data<Rc<Pipeline>>,
) -> Result<web::Json<Project>, Refusal> {
    let id = id.into_inner();
    let row = pipeline
        .client
        .query_opt(&pipeline.one, &[&id, &caller.0])
        .await?;
    let row = row.ok_or(Refusal::NotFound)?;
    Ok(web::Json(Project::try_from(&row)?))
}

async fn list(
    caller: Caller,
    query: web::Query<ListQuery>,
    pipeline: web::Data<Rc<Pipeline>>,
) -> Result<web::Json<Page>, Refusal> {
    let limit = query.limit()?;
    let rows = limit + 1;
    let client = &pipeline.client;
    let rows = match query.after()? {
        None => client.query(&pipeline.first, &[&caller.0, &rows]).await?,
        Some(after) => {
            let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
                [&caller.0, &rows, &after.created_at, &after.id];
            client.query(&pipeline.after, &parameters).await?
        }
    };
    let rows = rows
        .iter()
        .map(Project::try_from)
        .collect::<Result<_, _>>()?;
    Ok(web::Json(Page::new(rows, limit)))
}

async fn create(
    caller: Caller,
    body: web::Json<ProjectCreate>,
    pipeline: web::Data<Rc<Pipeline>>,
) -> Result<HttpResponse, Refusal> {
    body.validate()?;
    let id = Uuid::now_v7();
    let row = pipeline
        .client
        .query_one(
            &pipeline.insert,
            &[&id, &caller.0, &body.name, &body.description, &body.slug],
        )
        .await?;
    Ok(Project::try_from(&row)?.created())
}

impl TryFrom<&Row> for Project {
    type Error = tokio_postgres::Error;

    fn try_from(row: &Row) -> Result<Self, Self::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            owner_id: row.try_get(1)?,
            name: row.try_get(2)?,
            description: row.try_get(3)?,
            slug: row.try_get(4)?,
            version: row.try_get(5)?,
            created_at: row.try_get(6)?,
            updated_at: row.try_get(7)?,
        })
    }
}

//! Yardstick "by hand": actix-web and raw sqlx, as a competent engineer would write this API alone.
//!
//! One pool for all workers, prepared statements (sqlx caches them per connection), no ping before
//! use, no statement logging, typed rows, no middleware.

use actix_web::{App, HttpResponse, rt, web};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgRow};
use sqlx::{ConnectOptions, FromRow, PgPool, Row};
use uuid::Uuid;

use super::answer::Refusal;
use super::token::{Caller, Verifier};
use super::wire::{
    INSERT, ListQuery, Page, Project, ProjectCreate, SELECT_AFTER, SELECT_FIRST, SELECT_ONE,
};
use super::{LIVE_BODY, ServeArgs, serve_app};
use crate::error::BenchError;

/// Ashlar's default pool size.
const CONNECTIONS: u32 = 20;

/// Serves the routes of the benchmark until SIGTERM.
///
/// # Errors
/// When the port is taken, the database cannot be reached, or the secret is missing.
pub(crate) fn serve(args: &ServeArgs) -> Result<(), BenchError> {
    let verifier = web::Data::new(Verifier::from_environment()?);
    let options: PgConnectOptions = args.database_url.parse()?;
    rt::System::new().block_on(async {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .test_before_acquire(false)
            .connect_with(options.disable_statement_logging())
            .await?;
        let pool = web::Data::new(pool);
        let app = move || {
            App::new()
                .app_data(verifier.clone())
                .app_data(pool.clone())
                .route("/api/v1/health/live", web::get().to(live))
                .route("/api/v1/projects/{id}", web::get().to(get_one))
                .route("/api/v1/projects", web::get().to(list))
                .route("/api/v1/projects", web::post().to(create))
        };
        serve_app(app, args.port).await
    })
}

async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(LIVE_BODY)
}

async fn get_one(
    caller: Caller,
    id: web::Path<Uuid>,
    pool: web::Data<PgPool>,
) -> Result<web::Json<Project>, Refusal> {
    let project = sqlx::query_as::<_, Project>(SELECT_ONE)
        .bind(id.into_inner())
        .bind(caller.0)
        .fetch_optional(pool.get_ref())
        .await?;
    project.map(web::Json).ok_or(Refusal::NotFound)
}

async fn list(
    caller: Caller,
    query: web::Query<ListQuery>,
    pool: web::Data<PgPool>,
) -> Result<web::Json<Page>, Refusal> {
    let limit = query.limit()?;
    let select = match query.after()? {
        None => sqlx::query_as::<_, Project>(SELECT_FIRST)
            .bind(caller.0)
            .bind(limit + 1),
        Some(after) => sqlx::query_as::<_, Project>(SELECT_AFTER)
            .bind(caller.0)
            .bind(limit + 1)
            .bind(after.created_at)
            .bind(after.id),
    };
    let rows = select.fetch_all(pool.get_ref()).await?;
    Ok(web::Json(Page::new(rows, limit)))
}

async fn create(
    caller: Caller,
    body: web::Json<ProjectCreate>,
    pool: web::Data<PgPool>,
) -> Result<HttpResponse, Refusal> {
    body.validate()?;
    let project = sqlx::query_as::<_, Project>(INSERT)
        .bind(Uuid::now_v7())
        .bind(caller.0)
        .bind(&body.name)
        .bind(&body.description)
        .bind(&body.slug)
        .fetch_one(pool.get_ref())
        .await?;
    Ok(project.created())
}

impl FromRow<'_, PgRow> for Project {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
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

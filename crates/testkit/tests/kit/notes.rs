//! A domain that keeps notes in a table of users, honestly on some routes and not on others.

use actix_web::web::Data;
use ashlar_core::{
    database::Database,
    domain::Domain,
    http::{Body, NoContent, Route},
    ids::{Id, Identified},
    principal::{Authorized, Permission, Principal, UserId},
    problem::{Code, Problem},
    valid::{PathId, ValidJson},
};
use garde::Validate;
use schemars::JsonSchema;
use sea_orm::{
    ConnectionTrait, DbErr, ExprTrait,
    sea_query::{Expr, Query},
};
use serde::{Deserialize, Serialize};

/// Marks the ids of notes.
pub(crate) enum Note {}

impl Identified for Note {
    const PARAMETER: &'static str = "note_id";
}

/// May see who wrote.
pub(crate) struct ReadNotes;

impl Permission for ReadNotes {
    const NAME: &'static str = "notes:read";
}

#[derive(Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NoteCreate {
    #[garde(length(chars, min = 1, max = 10))]
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct NoteResponse {
    text: String,
    author: UserId,
}

/// Says that it answers a number, and answers a text.
#[derive(JsonSchema)]
#[schemars(transparent)]
struct Liar(#[expect(dead_code, reason = "it is in the schema only")] u32);

impl Serialize for Liar {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("seven")
    }
}

pub(crate) fn domain(database: Database) -> Domain {
    Domain::new("notes", "Notes").state(database).mount([
        Route::post("/notes", create).named("create_note", "Write a note"),
        Route::get("/notes/count", count).named("count_notes", "Count the notes"),
        Route::get("/notes/secret", secret).named("read_secret", "Read the secret"),
        Route::get("/notes/{note_id}", read)
            .named("read_note", "Read a note")
            .fails(&[Code::NotFound]),
        Route::delete("/notes/{note_id}", delete).named("delete_note", "Forget a note"),
        Route::get("/notes/lie", lie).named("read_lie", "Read a lie"),
        Route::get("/notes/hidden", lie).hidden(),
    ])
}

async fn create(principal: Principal, body: ValidJson<NoteCreate>) -> Body<NoteResponse> {
    Body(NoteResponse {
        text: body.into_inner().text,
        author: principal.user_id,
    })
}

async fn read(_: PathId<Note>) -> Result<NoContent, Problem> {
    Err(Problem::not_found("Note"))
}

/// Fails in a way that its route does not tell of.
async fn delete(_: PathId<Note>) -> Result<NoContent, Problem> {
    Err(Problem::conflict("It is pinned"))
}

async fn lie() -> Body<Liar> {
    Body(Liar(7))
}

async fn secret(principal: Authorized<ReadNotes>) -> Body<UserId> {
    Body(principal.user_id)
}

/// Asks the database twice.
async fn count(database: Data<Database>) -> Result<Body<i64>, Problem> {
    let one = users(&database).await.map_err(Problem::unexpected)?;
    let two = users(&database).await.map_err(Problem::unexpected)?;
    Ok(Body(one + two))
}

async fn users(database: &Database) -> Result<i64, DbErr> {
    let connection = database.connection();
    let mut query = Query::select();
    query
        .expr_as(Expr::col("id").count(), "total")
        .from("users");
    let row = connection.query_one(&query).await?;
    row.map_or(Ok(0), |row| row.try_get("", "total"))
}

/// A note's id that nobody has.
pub(crate) fn unknown() -> Id<Note> {
    Id::new()
}

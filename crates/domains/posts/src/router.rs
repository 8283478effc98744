//! The routes: parse, call one service method, answer.

use actix_web::web::Data;
use ashlar_core::{
    http::{Created, NoContent, Route, Versioned},
    page::{ListQuery, Page},
    principal::{Principal, User},
    problem::Code,
    valid::{ETag, IfMatch, PathId, ValidJson},
};

use crate::{
    error::PostError,
    model::Post,
    schemas::{
        AuthorPostFilters, PostCreate, PostFilters, PostReplace, PostResponse, PostSort, PostUpdate,
    },
    service::Posts,
};

const CHANGE: &[Code] = &[Code::Forbidden, Code::NotFound];
const CHANGE_TITLE: &[Code] = &[Code::Forbidden, Code::NotFound, Code::Conflict];

pub(crate) fn routes() -> [Route; 8] {
    [
        Route::get("/posts", list)
            .named("list_posts", "List posts")
            .about("What is published, and your drafts."),
        Route::post("/posts", create)
            .named("create_post", "Write a post")
            .about("A draft, unless `published` says that everybody may read it at once.")
            .fails(&[Code::Conflict]),
        Route::get("/posts/{post_id}", read)
            .named("read_post", "Read a post")
            .about("What is published, and your drafts.")
            .fails(&[Code::NotFound]),
        Route::put("/posts/{post_id}", replace)
            .named("replace_post", "Replace a post")
            .about("Sets title and content. What is published stays published.")
            .fails(CHANGE_TITLE),
        Route::patch("/posts/{post_id}", update)
            .named("update_post", "Change a post")
            .about("Absent fields stay as they are. A change of nothing makes no new version.")
            .fails(CHANGE_TITLE),
        Route::delete("/posts/{post_id}", delete)
            .named("delete_post", "Delete a post")
            .fails(CHANGE),
        Route::post("/posts/{post_id}/publish", publish)
            .named("publish_post", "Publish a post")
            .about("Lets everybody read it. One that is published already stays as it is.")
            .fails(CHANGE),
        Route::get("/users/{user_id}/posts", list_of_author)
            .named("list_user_posts", "List a user's posts")
            .about("The published ones; your own with your drafts. Of somebody unknown there are none."),
    ]
}

async fn list(
    posts: Data<Posts>,
    viewer: Principal,
    query: ListQuery<PostFilters, PostSort>,
) -> Result<Page<PostResponse>, PostError> {
    posts
        .list(viewer.user_id, &query.filters, &query.page)
        .await
}

async fn list_of_author(
    posts: Data<Posts>,
    viewer: Principal,
    author: PathId<User>,
    query: ListQuery<AuthorPostFilters, PostSort>,
) -> Result<Page<PostResponse>, PostError> {
    let filters = query.filters.of(author.0);
    posts.list(viewer.user_id, &filters, &query.page).await
}

async fn create(
    posts: Data<Posts>,
    author: Principal,
    post: ValidJson<PostCreate>,
) -> Result<Created<PostResponse>, PostError> {
    let post = posts.create(author.user_id, post.into_inner()).await?;
    Ok(Created {
        location: format!("/api/v1/posts/{}", post.id),
        etag: etag(&post),
        body: post,
    })
}

async fn read(
    posts: Data<Posts>,
    viewer: Principal,
    id: PathId<Post>,
) -> Result<Versioned<PostResponse>, PostError> {
    posts.read(viewer.user_id, id.0).await.map(versioned)
}

async fn replace(
    posts: Data<Posts>,
    author: Principal,
    id: PathId<Post>,
    expected: IfMatch,
    post: ValidJson<PostReplace>,
) -> Result<Versioned<PostResponse>, PostError> {
    let changes = post.into_inner().into();
    posts
        .update(author.user_id, id.0, &expected.0, changes)
        .await
        .map(versioned)
}

async fn update(
    posts: Data<Posts>,
    author: Principal,
    id: PathId<Post>,
    expected: IfMatch,
    changes: ValidJson<PostUpdate>,
) -> Result<Versioned<PostResponse>, PostError> {
    let changes = changes.into_inner();
    posts
        .update(author.user_id, id.0, &expected.0, changes)
        .await
        .map(versioned)
}

async fn publish(
    posts: Data<Posts>,
    author: Principal,
    id: PathId<Post>,
    expected: IfMatch,
) -> Result<Versioned<PostResponse>, PostError> {
    posts
        .publish(author.user_id, id.0, &expected.0)
        .await
        .map(versioned)
}

async fn delete(
    posts: Data<Posts>,
    author: Principal,
    id: PathId<Post>,
    expected: IfMatch,
) -> Result<NoContent, PostError> {
    posts.delete(author.user_id, id.0, &expected.0).await?;
    Ok(NoContent)
}

fn versioned(post: PostResponse) -> Versioned<PostResponse> {
    Versioned {
        etag: etag(&post),
        body: post,
    }
}

/// An author may change their name without touching the post.
fn etag(post: &PostResponse) -> ETag {
    ETag::of_version_with(post.version, &post.author)
}

//! The use cases, each to be read from top to bottom.

use std::{collections::BTreeSet, fmt, sync::Arc};

use ashlar_core::{
    clock::Clock,
    database::{Database, Loader, Transaction, violated_constraint},
    events::publish,
    jobs::enqueue,
    page::{Page, PageRequest},
    principal::UserId,
    problem::Unexpected,
    record::Expected,
};
use sea_orm::DbErr;

use crate::{
    entity::Model,
    error::PostError,
    events,
    jobs::DeletePostsOfAuthor,
    model::PostId,
    ports::{Authors, Names},
    repository,
    schemas::{Author, PostCreate, PostFilters, PostResponse, PostSort, PostUpdate},
};

/// How many posts are deleted in one transaction, which on SQLite keeps every other writer waiting.
const BATCH: u64 = 100;

/// Posts. Cheap to clone.
#[derive(Clone)]
pub struct Posts {
    db: Database,
    clock: Clock,
    by_id: Loader<PostId, Model>,
    authors: Arc<dyn Authors>,
}

impl Posts {
    /// The service.
    pub fn new(db: Database, clock: Clock, authors: Arc<dyn Authors>) -> Self {
        let connection = db.connection().clone();
        let find = move |ids| {
            let connection = connection.clone();
            async move { repository::find(&connection, ids).await }
        };
        Self {
            by_id: Loader::new(find, |post| post.id),
            db,
            clock,
            authors,
        }
    }

    /// A page of the posts that `viewer` may see, with their authors: what is published, and the
    /// viewer's drafts.
    ///
    /// # Errors
    ///
    /// Only unexpected ones.
    pub async fn list(
        &self,
        viewer: UserId,
        filters: &PostFilters,
        page: &PageRequest<PostSort>,
    ) -> Result<Page<PostResponse>, PostError> {
        let page = repository::list(self.db.connection(), viewer, filters, page).await?;
        let names = self.names_for(&page.data).await?;
        Ok(page.map(|post| respond(post, &names)))
    }

    /// One of the posts that `viewer` may see.
    ///
    /// # Errors
    ///
    /// [`PostError::NotFound`].
    pub async fn read(&self, viewer: UserId, id: PostId) -> Result<PostResponse, PostError> {
        let post = self.by_id.get(id).await.map_err(Unexpected::from)?;
        let post = post.filter(|post| post.is_published() || post.author_id == viewer);
        let post = post.ok_or(PostError::NotFound)?;
        let names = self.names_for([&post]).await?;
        Ok(respond(post, &names))
    }

    /// Writes a post of `author`: a draft, or published at once.
    ///
    /// # Errors
    ///
    /// [`PostError::TitleTaken`].
    pub async fn create(&self, author: UserId, new: PostCreate) -> Result<PostResponse, PostError> {
        let names = self.name_of(author).await?;
        let work = async |transaction: &Transaction| {
            let now = self.clock.now();
            let post = repository::insert(transaction, author, new.clone(), now)
                .await
                .map_err(title_taken)?;
            publish(transaction, &events::created(&post), now).await?;
            if post.is_published() {
                publish(transaction, &events::published(&post), now).await?;
            }
            Ok::<_, PostError>(post)
        };
        let post = self.db.transaction(work).await?;
        Ok(respond(post, &names))
    }

    /// Changes a post of `author`, if it is at an expected version. A change to what is there
    /// already makes no new version.
    ///
    /// # Errors
    ///
    /// [`PostError::NotFound`], [`PostError::NotTheAuthor`], [`PostError::Stale`],
    /// [`PostError::TitleTaken`].
    pub async fn update(
        &self,
        author: UserId,
        id: PostId,
        expected: &Expected,
        changes: PostUpdate,
    ) -> Result<PostResponse, PostError> {
        let names = self.name_of(author).await?;
        let work = async |transaction: &Transaction| {
            let post = lock(transaction, author, id).await?;
            must_be(expected, &post)?;
            let changes = changes.clone().beyond(&post);
            if changes.is_empty() {
                return Ok(post);
            }
            let now = self.clock.now();
            let post = repository::update(transaction, id, changes, now)
                .await
                .map_err(title_taken)?
                .ok_or(PostError::NotFound)?;
            publish(transaction, &events::updated(&post), now).await?;
            Ok::<_, PostError>(post)
        };
        let post = self.db.transaction(work).await?;
        Ok(respond(post, &names))
    }

    /// Lets everybody read a post of `author`, if it is at an expected version; one that everybody
    /// may read already stays as it is, whatever its version.
    ///
    /// # Errors
    ///
    /// [`PostError::NotFound`], [`PostError::NotTheAuthor`], [`PostError::Stale`].
    pub async fn publish(
        &self,
        author: UserId,
        id: PostId,
        expected: &Expected,
    ) -> Result<PostResponse, PostError> {
        let names = self.name_of(author).await?;
        let work = async |transaction: &Transaction| {
            let post = lock(transaction, author, id).await?;
            if post.is_published() {
                return Ok(post);
            }
            must_be(expected, &post)?;
            let now = self.clock.now();
            let post = repository::publish(transaction, id, now)
                .await?
                .ok_or(PostError::NotFound)?;
            publish(transaction, &events::published(&post), now).await?;
            Ok::<_, PostError>(post)
        };
        let post = self.db.transaction(work).await?;
        Ok(respond(post, &names))
    }

    /// Deletes a post of `author`, if it is at an expected version.
    ///
    /// # Errors
    ///
    /// [`PostError::NotFound`], [`PostError::NotTheAuthor`], [`PostError::Stale`].
    pub async fn delete(
        &self,
        author: UserId,
        id: PostId,
        expected: &Expected,
    ) -> Result<(), PostError> {
        let work = async |transaction: &Transaction| {
            let post = lock(transaction, author, id).await?;
            must_be(expected, &post)?;
            let now = self.clock.now();
            if repository::delete(transaction, id, now).await? {
                publish(transaction, &events::deleted(id, author), now).await?;
            }
            Ok::<_, PostError>(())
        };
        self.db.transaction(work).await
    }

    /// Has every post of a user who is gone deleted, if `transaction` is committed: soon, by a job,
    /// since there may be many.
    pub(crate) async fn forget_author(
        &self,
        transaction: &Transaction,
        author_id: UserId,
    ) -> Result<(), PostError> {
        let job = DeletePostsOfAuthor { author_id };
        enqueue(transaction, &job, self.clock.now()).await?;
        Ok(())
    }

    /// Deletes a batch of `author`'s posts; answers how many there were, 0 when none is left.
    pub(crate) async fn delete_some_of(&self, author: UserId) -> Result<usize, PostError> {
        let work = async |transaction: &Transaction| {
            let now = self.clock.now();
            let ids = repository::delete_some(transaction, author, BATCH, now).await?;
            for id in &ids {
                publish(transaction, &events::deleted(*id, author), now).await?;
            }
            Ok::<_, PostError>(ids.len())
        };
        self.db.transaction(work).await
    }

    /// What the authors of `posts` are called: one question, however many posts there are.
    async fn names_for(&self, posts: impl IntoIterator<Item = &Model>) -> Result<Names, PostError> {
        let authors: BTreeSet<UserId> = posts.into_iter().map(|post| post.author_id).collect();
        if authors.is_empty() {
            return Ok(Names::new());
        }
        let authors = authors.into_iter().collect();
        Ok(self.authors.display_names(authors).await?)
    }

    /// What `author` is called. Asked before a change, so that the change is not made when its
    /// answer cannot be given.
    async fn name_of(&self, author: UserId) -> Result<Names, PostError> {
        Ok(self.authors.display_names(vec![author]).await?)
    }
}

/// The post, which is `author`'s to change, and nobody else can change until the end of the
/// transaction.
async fn lock(transaction: &Transaction, author: UserId, id: PostId) -> Result<Model, PostError> {
    match repository::lock(transaction, id).await? {
        Some(post) if post.author_id == author => Ok(post),
        // It can be read, so that it exists is no secret.
        Some(post) if post.is_published() => Err(PostError::NotTheAuthor),
        _ => Err(PostError::NotFound),
    }
}

fn must_be(expected: &Expected, post: &Model) -> Result<(), PostError> {
    if expected.allows(post.version) {
        Ok(())
    } else {
        Err(PostError::Stale)
    }
}

fn title_taken(error: DbErr) -> PostError {
    match violated_constraint(&error).as_deref() {
        Some(repository::UNIQUE_TITLE) => PostError::TitleTaken,
        _ => error.into(),
    }
}

fn respond(post: Model, names: &Names) -> PostResponse {
    let author = names.get(&post.author_id).map(|name| Author {
        id: post.author_id,
        display_name: name.clone(),
    });
    PostResponse {
        published: post.is_published(),
        id: post.id,
        author_id: post.author_id,
        author,
        title: post.title,
        content: post.content,
        published_at: post.published_at,
        version: post.version,
        created_at: post.created_at,
        updated_at: post.updated_at,
    }
}

impl fmt::Debug for Posts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Posts").finish_non_exhaustive()
    }
}

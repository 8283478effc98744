//! What clients send and receive. Limits stand here once: they validate and they document.

use ashlar_core::{
    page::{Direction, SortKey},
    principal::UserId,
    valid::Change,
};
use chrono::{DateTime, Utc};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    entity::Model,
    model::{PostId, Title},
};

/// A new post.
#[derive(Clone, Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostCreate {
    /// One line, unique among all posts, whatever its case; blanks around it are cut off.
    #[garde(skip)]
    pub title: Title,
    /// The text.
    #[garde(length(chars, min = 1, max = 100_000))]
    #[schemars(example = &"Every stone leans on the next.")]
    pub content: String,
    /// Whether everybody may read it at once; otherwise it is a draft.
    #[serde(default)]
    #[garde(skip)]
    pub published: bool,
}

/// A post's changeable part, as a whole (PUT).
#[derive(Debug, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostReplace {
    /// One line, unique among all posts, whatever its case; blanks around it are cut off.
    #[garde(skip)]
    pub title: Title,
    /// The text.
    #[garde(length(chars, min = 1, max = 100_000))]
    pub content: String,
}

/// Changes to a post (PATCH): absent fields stay.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PostUpdate {
    /// One line, unique among all posts, whatever its case; blanks around it are cut off.
    #[garde(skip)]
    pub title: Change<Title>,
    /// The text.
    #[garde(length(chars, min = 1, max = 100_000))]
    pub content: Change<String>,
}

impl PostUpdate {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What of it is not so already.
    pub(crate) fn beyond(self, post: &Model) -> Self {
        Self {
            title: other_than(&post.title, self.title),
            content: other_than(&post.content, self.content),
        }
    }
}

fn other_than<T: PartialEq>(present: &T, change: Change<T>) -> Change<T> {
    match change {
        Change::Set(value) if value != *present => Change::Set(value),
        _ => Change::Keep,
    }
}

impl From<PostReplace> for PostUpdate {
    fn from(whole: PostReplace) -> Self {
        Self {
            title: Change::Set(whole.title),
            content: Change::Set(whole.content),
        }
    }
}

/// A post.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PostResponse {
    /// Its id.
    pub id: PostId,
    /// The user who wrote it.
    pub author_id: UserId,
    /// Who that is; null when they are gone, until their posts are too.
    pub author: Option<Author>,
    /// What it is called.
    pub title: Title,
    /// The text.
    pub content: String,
    /// Whether everybody may read it; otherwise it is a draft, which its author alone sees.
    pub published: bool,
    /// When it was published; null for a draft.
    pub published_at: Option<DateTime<Utc>>,
    /// Counts its changes.
    pub version: i64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Who wrote a post.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "PostAuthor")]
pub struct Author {
    /// The user's id.
    pub id: UserId,
    /// What they are called.
    pub display_name: String,
}

/// Which posts to list.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PostFilters {
    /// Those of this author.
    #[garde(skip)]
    pub author_id: Option<UserId>,
    /// The published ones, or your drafts.
    #[garde(skip)]
    pub published: Option<bool>,
    /// Those whose title contains this, in whatever case.
    #[garde(length(chars, min = 1, max = 200))]
    pub q: Option<String>,
}

/// Which of an author's posts to list.
#[derive(Debug, Default, Deserialize, Validate, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuthorPostFilters {
    /// The published ones, or the drafts, if you are the author.
    #[garde(skip)]
    pub published: Option<bool>,
    /// Those whose title contains this, in whatever case.
    #[garde(length(chars, min = 1, max = 200))]
    pub q: Option<String>,
}

impl AuthorPostFilters {
    /// The same, of `author`'s posts.
    pub fn of(self, author: UserId) -> PostFilters {
        PostFilters {
            author_id: Some(author),
            published: self.published,
            q: self.q,
        }
    }
}

/// What posts can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostSort {
    /// When they were created.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
    /// When they were published; drafts by when they were created.
    PublishedAt,
    /// Their title.
    Title,
}

impl SortKey for PostSort {
    const ALL: &'static [Self] = &[
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::PublishedAt,
        Self::Title,
    ];
    const DEFAULT: (Self, Direction) = (Self::CreatedAt, Direction::Descending);

    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::PublishedAt => "published_at",
            Self::Title => "title",
        }
    }
}

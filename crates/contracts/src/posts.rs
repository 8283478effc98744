//! What the domain posts tells of posts. The content stays there: it may be long, and who wants it
//! reads the post, as far as they may.

use ashlar_core::{
    events::Event,
    ids::{Id, Identified},
    principal::UserId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Marks the ids of posts.
pub enum Post {}

impl Identified for Post {
    const PARAMETER: &'static str = "post_id";
}

/// The id of a post.
pub type PostId = Id<Post>;

/// An author has written a post. When it was published at once, `post.published` follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostCreated {
    /// The post.
    pub post_id: PostId,
    /// Who wrote it.
    pub author_id: UserId,
    /// What it is called.
    #[schemars(example = &"On the Analytical Engine")]
    pub title: String,
    /// Whether everybody may read it; a draft is its author's alone, and so is its title.
    pub published: bool,
}

impl Event for PostCreated {
    const NAME: &'static str = "post.created";
    const ABOUT: &'static str =
        "An author has written a post. When it was published at once, `post.published` follows.";

    fn key(&self) -> Uuid {
        self.post_id.as_uuid()
    }
}

/// A post's title or content has changed. It tells how the post is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostUpdated {
    /// The post.
    pub post_id: PostId,
    /// Who wrote it.
    pub author_id: UserId,
    /// What it is called.
    #[schemars(example = &"On the Analytical Engine")]
    pub title: String,
    /// Whether everybody may read it; a draft is its author's alone, and so is its title.
    pub published: bool,
}

impl Event for PostUpdated {
    const NAME: &'static str = "post.updated";
    const ABOUT: &'static str =
        "A post's title or content has changed. It tells how the post is now.";

    fn key(&self) -> Uuid {
        self.post_id.as_uuid()
    }
}

/// A post may be read by everybody from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostPublished {
    /// The post.
    pub post_id: PostId,
    /// Who wrote it.
    pub author_id: UserId,
    /// What it is called.
    #[schemars(example = &"On the Analytical Engine")]
    pub title: String,
}

impl Event for PostPublished {
    const NAME: &'static str = "post.published";
    const ABOUT: &'static str = "A post may be read by everybody from now on.";

    fn key(&self) -> Uuid {
        self.post_id.as_uuid()
    }
}

/// A post is gone: deleted by its author, or with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostDeleted {
    /// The post that was.
    pub post_id: PostId,
    /// Who wrote it.
    pub author_id: UserId,
}

impl Event for PostDeleted {
    const NAME: &'static str = "post.deleted";
    const ABOUT: &'static str = "A post is gone: deleted by its author, or with them.";

    fn key(&self) -> Uuid {
        self.post_id.as_uuid()
    }
}

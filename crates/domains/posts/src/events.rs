//! What posts tell other domains; what other domains tell, and what follows from it here.

use ashlar_contracts::{
    posts::{PostCreated, PostDeleted, PostId, PostPublished, PostUpdated},
    users::UserDeleted,
};
use ashlar_core::{
    database::Transaction,
    events::{Handle, Received},
    principal::UserId,
    retry::Failure,
};

use crate::{entity::Model, service::Posts};

pub(crate) fn created(post: &Model) -> PostCreated {
    PostCreated {
        post_id: post.id,
        author_id: post.author_id,
        title: post.title.clone().into(),
        published: post.is_published(),
    }
}

pub(crate) fn updated(post: &Model) -> PostUpdated {
    PostUpdated {
        post_id: post.id,
        author_id: post.author_id,
        title: post.title.clone().into(),
        published: post.is_published(),
    }
}

pub(crate) fn published(post: &Model) -> PostPublished {
    PostPublished {
        post_id: post.id,
        author_id: post.author_id,
        title: post.title.clone().into(),
    }
}

pub(crate) fn deleted(post_id: PostId, author_id: UserId) -> PostDeleted {
    PostDeleted { post_id, author_id }
}

/// A user's posts go with them.
pub(crate) struct ForgetAuthor(pub(crate) Posts);

impl Handle<UserDeleted> for ForgetAuthor {
    async fn handle(
        &self,
        transaction: &Transaction,
        gone: &Received<UserDeleted>,
    ) -> Result<(), Failure> {
        let author = gone.event.user_id;
        Ok(self.0.forget_author(transaction, author).await?)
    }
}

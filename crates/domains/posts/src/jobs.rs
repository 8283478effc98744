//! What takes too long for a request or a handler.

use ashlar_core::{
    jobs::{Job, Perform, Run},
    principal::UserId,
    retry::Failure,
};
use serde::{Deserialize, Serialize};

use crate::service::Posts;

/// To delete every post of an author who is gone.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeletePostsOfAuthor {
    pub(crate) author_id: UserId,
}

impl Job for DeletePostsOfAuthor {
    const NAME: &'static str = "posts.delete_posts_of_author";
}

/// Deletes them batch by batch. Each batch is committed with its events, so it may be cut off
/// anywhere, and the next attempt goes on from there.
pub(crate) struct DeletePosts(pub(crate) Posts);

impl Perform<DeletePostsOfAuthor> for DeletePosts {
    async fn perform(&self, job: DeletePostsOfAuthor, _: &Run) -> Result<(), Failure> {
        let mut deleted = 0;
        loop {
            let batch = self.0.delete_some_of(job.author_id).await?;
            if batch == 0 {
                break;
            }
            deleted += batch;
        }
        tracing::info!(user_id = %job.author_id, deleted, "posts_of_user_deleted");
        Ok(())
    }
}

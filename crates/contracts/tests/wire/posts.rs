//! What is told of posts.

use ashlar_contracts::posts::{PostCreated, PostDeleted, PostId, PostPublished, PostUpdated};

use crate::{assert_wire, user_id};

const POST: &str = "0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22";

fn post_id() -> PostId {
    POST.parse().expect("an id")
}

#[test]
fn post_created() {
    let event = PostCreated {
        post_id: post_id(),
        author_id: user_id(),
        title: "On the Analytical Engine".to_owned(),
        published: false,
    };
    let text = r#"{"post_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22","author_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","title":"On the Analytical Engine","published":false}"#;
    assert_wire(&event, "post.created", POST, text);
}

#[test]
fn post_updated() {
    let event = PostUpdated {
        post_id: post_id(),
        author_id: user_id(),
        title: "On the Engine".to_owned(),
        published: true,
    };
    let text = r#"{"post_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22","author_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","title":"On the Engine","published":true}"#;
    assert_wire(&event, "post.updated", POST, text);
}

#[test]
fn post_published() {
    let event = PostPublished {
        post_id: post_id(),
        author_id: user_id(),
        title: "On the Analytical Engine".to_owned(),
    };
    let text = r#"{"post_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22","author_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21","title":"On the Analytical Engine"}"#;
    assert_wire(&event, "post.published", POST, text);
}

#[test]
fn post_deleted() {
    let event = PostDeleted {
        post_id: post_id(),
        author_id: user_id(),
    };
    let text = r#"{"post_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b22","author_id":"0192f0c1-7b8e-7c3a-9d54-3f1f5f0a6b21"}"#;
    assert_wire(&event, "post.deleted", POST, text);
}

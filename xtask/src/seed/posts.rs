//! Posts of many authors: most of them published, some drafts.

use serde_json::{Value, json};

use super::api::Api;
use super::users;
use crate::error::Result;

const SUBJECTS: [&str; 24] = [
    "arches",
    "dry stone walls",
    "a bridge over a small river",
    "reading old drawings",
    "mortar",
    "the price of oak",
    "a workshop without dust",
    "teaching apprentices",
    "measuring twice",
    "scaffolding",
    "the first frost",
    "lime and sand",
    "a staircase that turns",
    "tools that last",
    "working in the rain",
    "slate roofs",
    "estimating",
    "letters cut in stone",
    "moving a chimney",
    "cellars",
    "wind",
    "a door that closes",
    "what neighbours say",
    "the last day on a site",
];

const SENTENCES: [&str; 7] = [
    "We began on a Monday, which we should know better than to do.",
    "Nothing was where the drawing said, and everything was where the builder would have put it.",
    "The second attempt took half the time, and looks it in the best sense.",
    "Whoever comes after us will find a note behind the third stone.",
    "It cost less than we feared and more than we said.",
    "The rule is old: what carries is seen last.",
    "We would do it again, in another order.",
];

/// Fills them in. A title is unique among all posts, so each author writes about their own subjects.
pub(super) fn fill(api: &Api) -> Result<()> {
    let mut next = 0;
    for owner in users::owners() {
        let writes = if owner == users::BUSY { 26 } else { 2 };
        let wanted: Vec<Value> = (next..next + writes).map(post).collect();
        next += writes;
        let author = api.sign_in(&owner)?;
        let list = format!("/api/v1/users/{}/posts", author.me()?);
        author.ensure(&list, "/api/v1/posts", "title", &wanted)?;
    }
    Ok(())
}

fn post(number: usize) -> Value {
    let subject = SUBJECTS[number % SUBJECTS.len()];
    let title = match number / SUBJECTS.len() {
        0 => format!("On {subject}"),
        _ => format!("Once more on {subject}"),
    };
    let sentences: Vec<&str> = (0..3)
        .map(|sentence| SENTENCES[(number + sentence * 2) % SENTENCES.len()])
        .collect();
    json!({"title": title, "content": sentences.join(" "), "published": number % 5 != 4})
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::seed::users::text;

    #[test]
    fn no_two_posts_have_one_title() {
        let posts: Vec<Value> = (0..48).map(post).collect();
        let titles: BTreeSet<&str> = posts.iter().map(|post| text(post, "title")).collect();
        assert_eq!(titles.len(), 48);
        assert!(posts.iter().any(|post| post["published"] == false));
    }
}

//! Request and response bodies and the statements, shared so that both yardsticks do the same work.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::answer::Refusal;
use super::cursor::Cursor;

/// One project by id; `$1` id, `$2` owner.
pub(super) const SELECT_ONE: &str = "SELECT id, owner_id, name, description, slug, version, created_at, updated_at \
     FROM projects WHERE id = $1 AND owner_id = $2 AND deleted_at IS NULL";

/// First page; `$1` owner, `$2` rows.
pub(super) const SELECT_FIRST: &str = "SELECT id, owner_id, name, description, slug, version, created_at, updated_at \
     FROM projects WHERE owner_id = $1 AND deleted_at IS NULL \
     ORDER BY created_at DESC, id DESC LIMIT $2";

/// A page after a cursor; `$1` owner, `$2` rows, `$3` and `$4` the cursor.
pub(super) const SELECT_AFTER: &str = "SELECT id, owner_id, name, description, slug, version, created_at, updated_at \
     FROM projects WHERE owner_id = $1 AND deleted_at IS NULL AND (created_at, id) < ($3, $4) \
     ORDER BY created_at DESC, id DESC LIMIT $2";

/// A new project; `$1` id, `$2` owner, `$3` name, `$4` description, `$5` slug.
pub(super) const INSERT: &str = "INSERT INTO projects (id, owner_id, name, description, slug, version, created_at, updated_at) \
     VALUES ($1, $2, $3, $4, $5, 1, now(), now()) \
     RETURNING id, owner_id, name, description, slug, version, created_at, updated_at";

/// A project as clients see it.
#[derive(Serialize)]
pub(super) struct Project {
    pub(super) id: Uuid,
    pub(super) owner_id: Uuid,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) slug: String,
    pub(super) version: i64,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

impl Project {
    /// 201 with the address of the new project.
    pub(super) fn created(&self) -> HttpResponse {
        HttpResponse::Created()
            .insert_header((LOCATION, format!("/api/v1/projects/{}", self.id)))
            .json(self)
    }
}

/// Body of the create request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectCreate {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) slug: String,
}

impl ProjectCreate {
    /// Limits of the project resource: name 1–255, description ≤ 2000, slug in kebab case ≤ 255.
    pub(super) fn validate(&self) -> Result<(), Refusal> {
        if !(1..=255).contains(&self.name.chars().count()) {
            return Err(Refusal::Invalid("name"));
        }
        if self
            .description
            .as_ref()
            .is_some_and(|text| text.chars().count() > 2000)
        {
            return Err(Refusal::Invalid("description"));
        }
        if self.slug.len() > 255 || !is_kebab_case(&self.slug) {
            return Err(Refusal::Invalid("slug"));
        }
        Ok(())
    }
}

/// Query of the list request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    #[serde(default = "default_limit")]
    limit: i64,
    after: Option<String>,
}

impl ListQuery {
    /// Rows of the page, checked to be 1–100.
    pub(super) fn limit(&self) -> Result<i64, Refusal> {
        if (1..=100).contains(&self.limit) {
            Ok(self.limit)
        } else {
            Err(Refusal::Invalid("limit"))
        }
    }

    /// Where the page starts; none for the first.
    pub(super) fn after(&self) -> Result<Option<Cursor>, Refusal> {
        self.after.as_deref().map(Cursor::decode).transpose()
    }
}

/// A page as clients see it.
#[derive(Serialize)]
pub(super) struct Page {
    data: Vec<Project>,
    pagination: Pagination,
}

impl Page {
    /// Takes up to `limit + 1` rows; the one beyond the page says that there is a next.
    pub(super) fn new(mut rows: Vec<Project>, limit: i64) -> Self {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_next = rows.len() > wanted;
        rows.truncate(wanted);
        let last = rows.last().filter(|_| has_next);
        let next_cursor = last.map(|row| Cursor {
            created_at: row.created_at,
            id: row.id,
        });
        let next_cursor = next_cursor.map(|cursor| cursor.encode());
        Self {
            data: rows,
            pagination: Pagination {
                has_next,
                next_cursor,
                limit,
                total: None,
            },
        }
    }
}

#[derive(Serialize)]
struct Pagination {
    has_next: bool,
    next_cursor: Option<String>,
    limit: i64,
    total: Option<i64>,
}

fn default_limit() -> i64 {
    20
}

/// `^[a-z0-9]+(?:-[a-z0-9]+)*$`
fn is_kebab_case(text: &str) -> bool {
    text.split('-').all(|word| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(n: u128) -> Project {
        Project {
            id: Uuid::from_u128(n),
            owner_id: Uuid::nil(),
            name: "n".into(),
            description: None,
            slug: "s".into(),
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn slugs_are_kebab_case() {
        for good in ["a", "a-b", "0-1-z"] {
            assert!(is_kebab_case(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a_b"] {
            assert!(!is_kebab_case(bad), "{bad}");
        }
    }

    #[test]
    fn the_row_beyond_the_page_makes_the_cursor_and_is_not_shown() {
        let page = Page::new((1..=3).map(project).collect(), 2);
        assert!(page.pagination.has_next);
        assert_eq!(page.data.len(), 2);
        let cursor = Cursor::decode(&page.pagination.next_cursor.unwrap()).unwrap();
        assert_eq!(cursor.id, Uuid::from_u128(2));
    }

    #[test]
    fn a_page_that_is_not_full_is_the_last() {
        let page = Page::new((1..=2).map(project).collect(), 2);
        assert!(!page.pagination.has_next);
        assert!(page.pagination.next_cursor.is_none());
    }
}

//! The tables hold what entities write, refuse what they must, and serve their lists by index.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement};
use uuid::Uuid;

use crate::database::{Scratch, new_id, strings};
use crate::on_both_databases;
use crate::rows::{add_project, add_project_of, add_task, add_user, moment, set_task, task};

on_both_databases!(
    a_broken_rule_is_told_by_its_name,
    a_deleted_row_frees_its_address_and_slug,
    an_entity_reads_what_it_wrote,
    deleting_a_project_deletes_its_tasks,
    tasks_by_due_date_are_served_by_their_index,
);

async fn an_entity_reads_what_it_wrote(scratch: &Scratch) {
    let db = migrated(scratch).await;
    let written = task::Model {
        id: new_id(),
        project_id: add_project(&db, "a").await,
        title: "Lay the first stone".to_owned(),
        status: "in_progress".to_owned(),
        priority: 4,
        due_date: NaiveDate::from_ymd_opt(2026, 2, 28),
        assignee_id: Some(new_id()),
        external_task_id: None,
        version: 9_000_000_000,
        created_at: moment(),
        updated_at: moment(),
        deleted_at: Some(moment()),
    };

    task::Entity::insert(task::ActiveModel::from(written.clone()))
        .exec(&db)
        .await
        .unwrap();

    assert_eq!(
        task::Entity::find_by_id(written.id).one(&db).await.unwrap(),
        Some(written)
    );
    let bare = add_task(&db, add_project(&db, "b").await).await.unwrap();
    let bare = task::Entity::find_by_id(bare)
        .one(&db)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (bare.status.as_str(), bare.priority, bare.version),
        ("todo", 2, 1)
    );
    assert_eq!(
        (bare.due_date, bare.assignee_id, bare.deleted_at),
        (None, None, None)
    );
}

async fn a_broken_rule_is_told_by_its_name(scratch: &Scratch) {
    let db = migrated(scratch).await;
    let project = add_project(&db, "stones").await;
    let task = add_task(&db, project).await.unwrap();
    add_user(&db, "a@example.org").await.unwrap();

    let email = add_user(&db, "a@example.org")
        .await
        .unwrap_err()
        .to_string();
    let slug = add_project_of(&db, Uuid::nil(), "stones")
        .await
        .unwrap_err()
        .to_string();
    let orphan = add_task(&db, new_id())
        .await
        .unwrap_err()
        .to_string()
        .to_lowercase();
    let status = set_task(&db, task, "status = 'lost'")
        .await
        .unwrap_err()
        .to_string();
    let low = set_task(&db, task, "priority = 0")
        .await
        .unwrap_err()
        .to_string();
    let high = set_task(&db, task, "priority = 5")
        .await
        .unwrap_err()
        .to_string();

    // SQLite names the columns of a unique index, and no foreign key.
    if db.get_database_backend() == DbBackend::Postgres {
        assert!(email.contains("\"ux_users_email_key\""), "{email}");
        assert!(slug.contains("\"ux_projects_owner_id_slug\""), "{slug}");
        assert!(orphan.contains("\"fk_tasks_project_id\""), "{orphan}");
    } else {
        assert!(email.contains("users.email_key"), "{email}");
        assert!(slug.contains("projects.owner_id, projects.slug"), "{slug}");
        assert!(orphan.contains("foreign key constraint failed"), "{orphan}");
    }
    assert!(status.contains("ck_tasks_status"), "{status}");
    assert!(low.contains("ck_tasks_priority"), "{low}");
    assert!(high.contains("ck_tasks_priority"), "{high}");
    for allowed in [
        "status = 'done'",
        "status = 'cancelled'",
        "priority = 1",
        "priority = 4",
    ] {
        set_task(&db, task, allowed).await.unwrap();
    }
}

async fn a_deleted_row_frees_its_address_and_slug(scratch: &Scratch) {
    let db = migrated(scratch).await;
    add_user(&db, "a@example.org").await.unwrap();
    add_project(&db, "stones").await;

    for table in ["users", "projects"] {
        let delete = format!("update {table} set deleted_at = created_at");
        db.execute_unprepared(&delete).await.unwrap();
    }

    add_user(&db, "a@example.org").await.unwrap();
    add_project(&db, "stones").await;
    add_project_of(&db, Uuid::max(), "stones").await.unwrap();
}

async fn deleting_a_project_deletes_its_tasks(scratch: &Scratch) {
    let db = migrated(scratch).await;
    let kept = add_task(&db, add_project(&db, "kept").await).await.unwrap();
    add_task(&db, add_project(&db, "gone").await).await.unwrap();

    db.execute_unprepared("delete from projects where slug = 'gone'")
        .await
        .unwrap();

    let left = task::Entity::find().all(&db).await.unwrap();
    assert_eq!(left.iter().map(|task| task.id).collect::<Vec<_>>(), [kept]);
}

async fn tasks_by_due_date_are_served_by_their_index(scratch: &Scratch) {
    let db = migrated(scratch).await;
    let (explain, project, last_day) = match db.get_database_backend() {
        // An empty table is cheaper to scan and sort; what counts is that the index can serve the
        // order.
        DbBackend::Postgres => (
            "set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off;",
            "'00000000-0000-0000-0000-000000000000'",
            "date '9999-12-31'",
        ),
        _ => ("", "x'00'", "'9999-12-31'"),
    };
    // The settings and the question must meet the same connection.
    let single = scratch.connect_single().await;
    single.execute_unprepared(explain).await.unwrap();
    let verb = if explain.is_empty() {
        "explain query plan"
    } else {
        "explain"
    };
    let query = format!(
        "{verb} select id from tasks where project_id = {project} and deleted_at is null
         order by coalesce(due_date, {last_day}), id limit 21"
    );

    let plan = plan(&single, &query).await;

    assert!(plan.contains("ix_tasks_project_id_due_date_id"), "{plan}");
    assert!(
        !plan.to_lowercase().contains("sort") && !plan.contains("B-TREE"),
        "{plan}"
    );
}

async fn migrated(scratch: &Scratch) -> DatabaseConnection {
    let db = scratch.connect().await;
    ashlar_migration::up(&db, None).await.unwrap();
    db
}

async fn plan(db: &DatabaseConnection, query: &str) -> String {
    if db.get_database_backend() == DbBackend::Postgres {
        return strings(db, query).await.join("\n");
    }
    let statement = Statement::from_string(DbBackend::Sqlite, query);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get::<String>("", "detail").unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}

//! What is told about a database without changing it.

use ashlar_migration::{Error, Migrator, Status};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::database::{Scratch, schema, strings};
use crate::on_both_databases;

on_both_databases!(
    an_empty_database_is_read_and_not_changed,
    applied_and_pending_are_told_apart,
    migrations_of_a_newer_build_are_no_hindrance_but_are_not_reverted,
    steps_are_counted,
);

async fn an_empty_database_is_read_and_not_changed(scratch: &Scratch) {
    let db = scratch.connect().await;

    let pending = ashlar_migration::pending(&db).await.unwrap();
    let status = ashlar_migration::status(&db).await.unwrap();

    assert!(pending.len() >= 3, "{pending:?}");
    assert!(pending.is_sorted(), "{pending:?}");
    for name in &pending {
        assert!(follows_the_rule(name), "{name}");
    }
    assert!(
        status
            .iter()
            .all(|status| !status.applied() && status.known),
        "{status:?}"
    );
    assert_eq!(schema(&db).await, Vec::<String>::new());
}

async fn applied_and_pending_are_told_apart(scratch: &Scratch) {
    let db = scratch.connect().await;
    let all = ashlar_migration::pending(&db).await.unwrap();
    ashlar_migration::up(&db, Some(1)).await.unwrap();

    let status = ashlar_migration::status(&db).await.unwrap();

    assert_eq!(names(&status), all);
    assert_eq!(ashlar_migration::pending(&db).await.unwrap(), all[1..]);
    assert!(status[0].applied() && status[1..].iter().all(|status| !status.applied()));
    let now = match db.get_database_backend() {
        DbBackend::Postgres => "select extract(epoch from now())::bigint::text",
        _ => "select cast(unixepoch() as text)",
    };
    let now: i64 = strings(&db, now).await[0].parse().unwrap();
    let age = now - status[0].applied_at.unwrap().timestamp();
    assert!((0..600).contains(&age), "{age} s");
}

async fn steps_are_counted(scratch: &Scratch) {
    let db = scratch.connect().await;
    let all = ashlar_migration::pending(&db).await.unwrap();

    assert_eq!(
        ashlar_migration::up(&db, Some(0)).await.unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(ashlar_migration::up(&db, Some(2)).await.unwrap(), all[..2]);
    assert_eq!(ashlar_migration::up(&db, None).await.unwrap(), all[2..]);
    assert_eq!(
        ashlar_migration::up(&db, None).await.unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(
        ashlar_migration::down(&db, 1).await.unwrap(),
        all[all.len() - 1..]
    );
    assert_eq!(
        ashlar_migration::pending(&db).await.unwrap(),
        all[all.len() - 1..]
    );
}

async fn migrations_of_a_newer_build_are_no_hindrance_but_are_not_reverted(scratch: &Scratch) {
    let db = scratch.connect().await;
    let newer = "m29990101_000000_add_flying_cars";
    ashlar_migration::up(&db, Some(1)).await.unwrap();
    db.execute_unprepared(&format!(
        "insert into seaql_migrations values ('{newer}', 0)"
    ))
    .await
    .unwrap();
    let rest = ashlar_migration::pending(&db).await.unwrap();

    assert_eq!(ashlar_migration::up(&db, None).await.unwrap(), rest);
    let status = ashlar_migration::status(&db).await.unwrap();
    let last = status.last().unwrap();
    assert!(
        last.name == newer && last.applied() && !last.known,
        "{last:?}"
    );

    let refused = ashlar_migration::down(&db, 1).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Unknown(name) if name == newer),
        "{refused:?}"
    );
    let known = Migrator::default().status(&db).await.unwrap();
    assert!(known.iter().all(Status::applied), "{known:?}");
}

fn names(all: &[Status]) -> Vec<String> {
    all.iter().map(|status| status.name.clone()).collect()
}

/// `mYYYYMMDD_HHMMSS_<verb>_<noun>`, in lower case.
fn follows_the_rule(name: &str) -> bool {
    let parts: Vec<&str> = name.split('_').collect();
    let digits =
        |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    let word = |text: &&str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    parts.len() >= 4
        && parts[0].strip_prefix('m').is_some_and(|day| digits(day, 8))
        && digits(parts[1], 6)
        && parts[2..].iter().all(word)
}

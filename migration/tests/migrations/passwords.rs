//! Passwords survive their way from `users` to a table of their own, and the way back.

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, Value};

use crate::database::{Scratch, new_id, strings};
use crate::on_both_databases;
use crate::rows::moment;

on_both_databases!(passwords_survive_the_way_up_and_down);

/// The last before the table, and after it the one that drops the old column.
const BEFORE: &str = "m20261120_160000_create_users";
const AFTER: &str = "m20261120_230200_drop_users_password_hash";

const IN_USERS: &str = "select email || ' ' || password_hash from users order by email";
const IN_PASSWORDS: &str = "select users.email || ' ' || passwords.hash from passwords
     join users on users.id = passwords.user_id
     where passwords.changed_at = users.updated_at order by email";

async fn passwords_survive_the_way_up_and_down(scratch: &Scratch) {
    let db = scratch.connect().await;
    up_to(&db, BEFORE).await;
    add_user(&db, "ada@example.org", "$argon2id$ada").await;
    add_user(&db, "bob@example.org", "$argon2id$bob").await;
    // Who signs in by other means.
    add_user(&db, "eve@example.org", "").await;
    let old = strings(&db, IN_USERS).await;

    let steps = up_to(&db, AFTER).await;

    let new = [
        "ada@example.org $argon2id$ada",
        "bob@example.org $argon2id$bob",
    ];
    assert_eq!(strings(&db, IN_PASSWORDS).await, new);
    assert_eq!(
        strings(&db, "select hash from passwords").await.len(),
        new.len()
    );

    ashlar_migration::down(&db, steps).await.unwrap();

    assert_eq!(strings(&db, IN_USERS).await, old);
    ashlar_migration::up(&db, Some(steps)).await.unwrap();
    assert_eq!(strings(&db, IN_PASSWORDS).await, new);
}

/// Applies what is pending up to the migration called `name`; answers how many that were.
async fn up_to(db: &DatabaseConnection, name: &str) -> u32 {
    let pending = ashlar_migration::pending(db).await.unwrap();
    let last = pending.iter().position(|one| one == name).unwrap();
    let steps = u32::try_from(last).unwrap() + 1;
    ashlar_migration::up(db, Some(steps)).await.unwrap();
    steps
}

/// A user as they were stored when the hash stood in their row.
async fn add_user(db: &DatabaseConnection, email: &str, hash: &str) {
    let values: [Value; 4] = [new_id().into(), email.into(), hash.into(), moment().into()];
    let sql = "insert into users (id, email, email_key, display_name, password_hash, created_at, updated_at)
               values ($1, $2, $2, 'A', $3, $4, $4)";
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    db.execute_raw(statement).await.unwrap();
}

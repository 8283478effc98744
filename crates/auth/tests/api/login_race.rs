//! A sign-in that is under way while the password becomes another.

use std::time::Duration;

use actix_web::rt::time::sleep;
use ashlar_testkit::{Backend, World, on_each_database};
use futures_util::future::join;
use sea_orm::ConnectionTrait;

use crate::{
    PASSWORD, Served, assert_unauthorized, auth, execute,
    mail_links::{count, open_sessions},
    serve,
};

const ADA: &str = "ada@example.org";

/// Gives every user the hash of one and the same.
const ANOTHER: &str = "UPDATE passwords SET hash = (SELECT MAX(hash) || '' FROM passwords)";

/// On SQLite, where writers wait for each other: just after the password that matched was hashed anew.
const MEANWHILE: &str = "CREATE TRIGGER meanwhile AFTER UPDATE ON passwords BEGIN \
    UPDATE passwords SET hash = (SELECT MIN(hash) FROM passwords); END";

const WAITING: &str = "SELECT count(*) FROM pg_stat_activity \
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

on_each_database! {
    /// The password matched, and was changed before the session began: the session that the change
    /// would have ended does not begin, and the answer is that of a wrong password.
    async fn a_password_that_changes_meanwhile_signs_nobody_in(world: World) {
        let served = serve(&world).await;
        let people = [served.user(ADA).await, served.user("bob@example.org").await];
        let largest = "SELECT count(*) FROM passwords p JOIN users u ON u.id = p.user_id \
            WHERE u.email = 'ada@example.org' AND hash = (SELECT MAX(hash) FROM passwords)";
        let (email, person) = match count(&world, largest).await {
            0 => (ADA, &people[0]),
            _ => ("bob@example.org", &people[1]),
        };
        assert_eq!(open_sessions(&world, person.id).await, 1);
        let login = match world.backend() {
            Backend::Sqlite => {
                execute(&world, MEANWHILE).await;
                let dearer = auth(&world, &[("AUTH_ARGON2_ITERATIONS", "2")]);
                Served::of(&world, dearer).await.login(email, PASSWORD).await
            }
            Backend::Postgres => {
                let change = world.database().begin().await.unwrap();
                change.execute_unprepared("SELECT 1 FROM users FOR UPDATE").await.unwrap();
                let meanwhile = async {
                    while count(&world, WAITING).await == 0 {
                        sleep(Duration::from_millis(5)).await;
                    }
                    change.execute_unprepared(ANOTHER).await.unwrap();
                    change.commit().await.unwrap();
                };
                join(served.login(email, PASSWORD), meanwhile).await.0
            }
        };
        assert_unauthorized(&login, "Invalid credentials");
        assert!(login.header("set-cookie").is_none());
        assert_eq!(open_sessions(&world, person.id).await, 1);
    }

    /// The same for somebody who is suspended meanwhile.
    async fn who_is_suspended_meanwhile_is_not_signed_in(world: World) {
        let served = serve(&world).await;
        let ada = served.user(ADA).await;
        if world.backend() == Backend::Sqlite {
            // Writers wait for each other: there is no moment in between.
            return;
        }
        let change = world.database().begin().await.unwrap();
        change.execute_unprepared("SELECT 1 FROM users FOR UPDATE").await.unwrap();
        let meanwhile = async {
            while count(&world, WAITING).await == 0 {
                sleep(Duration::from_millis(5)).await;
            }
            change.execute_unprepared("UPDATE users SET status = 'suspended'").await.unwrap();
            change.commit().await.unwrap();
        };
        let login = join(served.login(ADA, PASSWORD), meanwhile).await.0;
        assert_unauthorized(&login, "Invalid credentials");
        assert_eq!(open_sessions(&world, ada.id).await, 1);
    }
}

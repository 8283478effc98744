//! Two tests do not see each other, and nothing of them stays.

use std::{cell::RefCell, path::PathBuf, rc::Rc, time::Duration};

use ashlar_testkit::{Backend, World, on_each_database, run};
use sea_orm::ConnectionTrait;

use crate::notes;

const MARK: &str = "create table mark (id int)";

on_each_database! {
    async fn two_worlds_do_not_see_each_other(world: World) {
        let backend = world.backend();
        let url = world.database_url().to_owned();
        let token = world.serve(vec![]).await.user().token().unwrap().to_owned();
        world.database().connection().execute_unprepared(MARK).await.unwrap();
        let now = world.now();

        let other = std::thread::spawn(move || {
            run(backend, async move |other: World| {
                assert_ne!(other.database_url(), url);
                // It would be refused if the other world's table were here.
                other.database().connection().execute_unprepared(MARK).await.unwrap();
                other.turn_clock(Duration::from_secs(3600));
                let app = other.serve(vec![notes::domain(other.database())]).await;
                let forged = app.bearer(token).get("/api/v1/notes/secret").send().await;
                forged.assert_status(401);
            });
        });
        other.join().unwrap();
        assert_eq!(world.now(), now);
    }

    async fn the_clock_is_turned_and_set(world: World) {
        let (clock, begin) = (world.clock(), world.now());
        world.turn_clock(Duration::from_secs(60));
        assert_eq!(clock.now() - begin, chrono::TimeDelta::seconds(60));
        world.set_clock(begin);
        assert_eq!(clock.now(), begin);
    }

    async fn the_database_is_migrated_and_empty(world: World) {
        let pending = ashlar_migration::pending(world.database().connection()).await.unwrap();
        assert_eq!(pending, [] as [String; 0]);
        let app = world.serve(vec![notes::domain(world.database())]).await;
        assert_eq!(app.anonymous().get("/api/v1/notes/count").send().await.json(), 0);
    }
}

/// Where a world was, and how to see whether it still is.
struct Place {
    url: String,
    folder: PathBuf,
}

fn leaves_nothing(backend: Backend) {
    let place = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&place);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(backend, async move |world: World| {
            std::fs::write(world.folder().join("mine"), "x").unwrap();
            let app = world.serve(vec![notes::domain(world.database())]).await;
            app.anonymous()
                .get("/api/v1/notes/count")
                .send()
                .await
                .assert_status(200);
            *seen.borrow_mut() = Some(Place {
                url: world.database_url().to_owned(),
                folder: world.folder().to_owned(),
            });
            panic!("as failing tests do");
        });
    }));
    assert!(outcome.is_err(), "the panic reaches the test runner");
    let Place { url, folder } = place.take().unwrap();
    assert!(!folder.exists());
    let gone = actix_web::rt::System::new().block_on(sea_orm::Database::connect(&url));
    gone.expect_err("the database is gone");
}

#[test]
fn a_failed_test_leaves_nothing_on_sqlite() {
    leaves_nothing(Backend::Sqlite);
}

/// Named like the variants of [`on_each_database`], so that it can be left out with them.
mod a_failed_test_leaves_nothing {
    #[test]
    fn postgres() {
        super::leaves_nothing(ashlar_testkit::Backend::Postgres);
    }
}

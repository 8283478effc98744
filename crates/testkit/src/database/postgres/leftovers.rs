//! What killed runs left, and templates of migrations that are no more.

use sqlx::PgConnection;

use super::{databases, execute, lock, template};

/// Drops what belongs to no living process but this one, whose run is `own`.
pub(super) async fn purge(lease: &mut PgConnection, own: i64) {
    for name in databases(lease, super::PREFIX).await {
        if let Some(run) = run_of(&name).filter(|run| *run != own) {
            drop_abandoned(lease, &name, run).await;
        }
    }
    let current = format!("{}{}", template::PREFIX, env!("MIGRATIONS"));
    for name in databases(lease, template::PREFIX).await {
        if name != current {
            drop_abandoned(lease, &name, template::number(&name)).await;
        }
    }
}

/// Drops `name` unless somebody holds the lock with this number.
async fn drop_abandoned(lease: &mut PgConnection, name: &str, number: i64) {
    if lock(lease, "pg_try_advisory_lock", number).await {
        // Another process may be purging too.
        execute(
            lease,
            format!("drop database if exists {name} with (force)"),
        )
        .await;
        lock(lease, "pg_advisory_unlock", number).await;
    }
}

/// The run in `ashlar_test_<run>_<count>`.
fn run_of(name: &str) -> Option<i64> {
    let (run, _) = name.strip_prefix(super::PREFIX)?.split_once('_')?;
    u64::from_str_radix(run, 16).ok().map(u64::cast_signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_run() {
        assert_eq!(run_of("ashlar_test_00000000000000ff_12"), Some(255));
        assert_eq!(run_of("ashlar_test_ffffffffffffffff_0"), Some(-1));
        assert_eq!(run_of("ashlar_template_00ff"), None);
        assert_eq!(run_of("ashlar_test_of_mine"), None);
    }

    mod only_the_dead_are_purged {
        use super::super::{super::*, *};

        /// A database of a run with this number.
        async fn database_of(run: i64, admin: &mut PgConnection) -> String {
            let name = format!("{PREFIX}{run:016x}_0");
            execute(admin, format!("create database {name}")).await;
            name
        }

        #[test]
        fn postgres() {
            actix_web::rt::System::new().block_on(async {
                let (mut living, mut admin) = (connect().await, connect().await);
                let run = random();
                lock(&mut living, "pg_advisory_lock", run).await;
                let kept = database_of(run, &mut admin).await;
                let abandoned = database_of(random(), &mut admin).await;

                purge(&mut admin, random()).await;
                let left = databases(&mut admin, PREFIX).await;
                assert!(left.contains(&kept), "{left:?}");
                assert!(!left.contains(&abandoned), "{left:?}");

                living.close().await.unwrap();
                purge(&mut admin, random()).await;
                assert!(!databases(&mut admin, PREFIX).await.contains(&kept));
            });
        }
    }
}

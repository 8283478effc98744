//! SQLite: the bytes of a migrated file, written anew for each test.

use std::fs;

use tokio::sync::OnceCell;

use crate::Scratch;

/// Migrated once a process, which takes less time than to share it between processes safely.
static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();

/// A migrated file in `scratch`; the answer is its URL.
pub(super) async fn copy(scratch: &Scratch) -> String {
    let template = TEMPLATE.get_or_init(migrate).await;
    let path = scratch.path().join("test.db");
    fs::write(&path, template).unwrap();
    format!("sqlite://{}?mode=rw", path.display())
}

async fn migrate() -> Vec<u8> {
    let scratch = Scratch::new();
    let path = scratch.path().join("template.db");
    let database = super::connect(&format!("sqlite://{}?mode=rwc", path.display())).await;
    ashlar_migration::up(database.connection(), None)
        .await
        .expect("the migrations apply");
    // The last connection to close writes the log back into the file.
    database.close().await.unwrap();
    assert!(
        !scratch.path().join("template.db-wal").exists(),
        "the log was not written back"
    );
    fs::read(path).unwrap()
}

//! The pairs, by what changes.

mod columns;
mod indexes;
mod keys;
mod tables;
mod types;

/// Runs each named case as a test, which needs both databases.
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        $(mod $case {
            #[tokio::test]
            async fn postgres() {
                super::$case().holds().await;
            }
        })+
    };
}
use cases;

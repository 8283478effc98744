//! The audit log on the command line.

use ashlar_testkit::{AshlarProcess, World, on_each_database};
use serde_json::Value;

use crate::{
    admin::admin,
    command::{Ended, run},
    people::{email, register, sign_in},
};

async fn export(process: &AshlarProcess, arguments: &[&str]) -> Ended {
    let arguments = [&["audit", "export"], arguments].concat();
    run(process.command(&arguments).await, "").await
}

fn actions(ended: &Ended) -> Vec<String> {
    let action = |line: &str| {
        let entry: Value = serde_json::from_str(line).unwrap();
        entry["action"].as_str().unwrap().to_owned()
    };
    ended.succeeded().lines().map(action).collect()
}

on_each_database! {
    /// One object a line, the oldest first; the export itself is the last.
    async fn the_audit_log_is_printed(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        admin(&process, "root").await;
        let printed = export(&process, &[]).await;
        assert_eq!(actions(&printed), ["admin.created", "session.started", "audit.exported"]);
        let later = export(&process, &["--since", "2999-01-01T00:00:00Z"]).await;
        assert_eq!(actions(&later), [] as [&str; 0]);
        let earlier = export(&process, &["--until", "2000-01-01T00:00:00Z"]).await;
        assert_eq!(actions(&earlier), [] as [&str; 0]);
        let refused = export(&process, &["--since", "yesterday"]).await;
        assert_eq!(refused.code, Some(2), "{refused:#?}");
        assert_eq!(actions(&export(&process, &[]).await).len(), 6);
    }

    /// The same lines on the command line and over HTTP.
    async fn both_exports_tell_the_same(world: World) {
        let process = AshlarProcess::start(&[("DATABASE_URL", world.database_url())]).await;
        let root = admin(&process, "root").await;
        let ada = register(&process, "ada").await;
        ada.post("/api/v1/auth/logout").send().await.assert_status(204);
        sign_in(&process, &email("ada")).await;
        let newest = root.get("/api/v1/audit?limit=1").send().await.assert_status(200).json();
        let newest = newest["data"][0]["at"].as_str().unwrap();

        // Exports are entries themselves, so both end before the first of them.
        let printed = export(&process, &["--until", newest]).await;
        let told = actions(&printed);
        let ends = (told.first().map(String::as_str), told.last().map(String::as_str));
        assert_eq!(ends, (Some("admin.created"), Some("session.ended")), "{told:?}");
        let fetched = root.get("/api/v1/audit/export").query("until", newest).send().await;
        assert_eq!(fetched.assert_status(200).text(), printed.stdout);
        let type_of = fetched.header("content-type");
        assert_eq!(type_of, Some("application/x-ndjson"));
        ada.get("/api/v1/audit/export").send().await.assert_error(401, "UNAUTHORIZED");
    }
}

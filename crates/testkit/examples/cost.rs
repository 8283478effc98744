//! Temporary.
#![allow(clippy::all, clippy::unwrap_used, missing_docs, clippy::disallowed_methods, clippy::print_stdout)]
use std::time::Instant;
use ashlar_testkit::*;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use futures_util::future::join_all;

fn parallel(name: &str, threads: usize, each: usize, f: impl Fn(usize) + Send + Sync) {
    let all = std::sync::Mutex::new(vec![]);
    let t = Instant::now();
    std::thread::scope(|s| { for th in 0..threads { let (f, all) = (&f, &all); s.spawn(move || for i in 0..each { let t = Instant::now(); f(th * each + i); all.lock().unwrap().push(t.elapsed().as_secs_f64()*1e3); }); } });
    let wall = t.elapsed().as_secs_f64()*1e3;
    let mut all = all.into_inner().unwrap(); all.sort_by(f64::total_cmp);
    println!("{name:30} x{threads}: median {:.1} ms, p90 {:.1}, throughput: {:.1} ms a test", all[all.len()/2], all[all.len()*9/10], wall/(threads*each) as f64);
}
fn rt(f: impl Future<Output=()>) { actix_web::rt::System::new().block_on(f) }
fn main() {
    let server = std::env::args().nth(1).unwrap();
    let base = server.rsplit_once('/').unwrap().0.to_owned();
    run(Backend::Postgres, async |_| {});
    run(Backend::Sqlite, async |_| {});
    let template = { let mut t = String::new(); let s = server.clone(); rt(async { let mut c = PgConnection::connect(&s).await.unwrap(); t = sqlx::query_scalar("select datname::text from pg_database where datname like 'ashlar_template%'").fetch_one(&mut c).await.unwrap(); }); t };
    rt(async { let mut c = PgConnection::connect(&server).await.unwrap(); let _ = c.execute("drop database if exists zz_schemas").await; c.execute("create database zz_schemas").await.unwrap(); });
    for threads in [2, 8] {
        let each = 80/threads;
        parallel("world sqlite", threads, each, |_| run(Backend::Sqlite, async |_| {}));
        parallel("world postgres", threads, each, |_| run(Backend::Postgres, async |_| {}));
        parallel("connect", threads, each, |_| rt(async { let c = PgConnection::connect(&server).await.unwrap(); c.close().await.unwrap(); }));
        parallel("create+drop", threads, each, |i| rt(async { let mut c = PgConnection::connect(&server).await.unwrap();
            c.execute(AssertSqlSafe(format!("create database zz_{i} template {template}"))).await.unwrap();
            c.execute(AssertSqlSafe(format!("drop database zz_{i}"))).await.unwrap(); }));
        parallel("create file_copy+drop", threads, each, |i| rt(async { let mut c = PgConnection::connect(&server).await.unwrap();
            c.execute(AssertSqlSafe(format!("create database zz_{i} template {template} strategy file_copy"))).await.unwrap();
            c.execute(AssertSqlSafe(format!("drop database zz_{i}"))).await.unwrap(); }));
        parallel("create only", threads, each, |i| rt(async { let mut c = PgConnection::connect(&server).await.unwrap();
            c.execute(AssertSqlSafe(format!("create database zz_{i} template {template}"))).await.unwrap(); }));
        parallel("drop only", threads, each, |i| rt(async { let mut c = PgConnection::connect(&server).await.unwrap();
            c.execute(AssertSqlSafe(format!("drop database zz_{i}"))).await.unwrap(); }));
        parallel("schema + migrations + drop", threads, each, |i| rt(async { let mut c = PgConnection::connect(&format!("{base}/zz_schemas")).await.unwrap();
            c.execute(AssertSqlSafe(format!("create schema zz_{i}"))).await.unwrap();
            let mut o = sea_orm::ConnectOptions::new(format!("{base}/zz_schemas?options=-c%20search_path%3Dzz_{i}")); o.max_connections(2).sqlx_logging(false);
            let d = sea_orm::Database::connect(o).await.unwrap();
            // the migrator's lock is a database's, so schemas would migrate one after the other
            ashlar_migration::up(&d, None).await.unwrap(); d.close().await.unwrap();
            c.execute(AssertSqlSafe(format!("drop schema zz_{i} cascade"))).await.unwrap(); }));
        let sql = std::fs::read_to_string("/tmp/zz.sql").unwrap();
        parallel("schema + replay dump + drop", threads, each, |i| rt(async { let mut c = PgConnection::connect(&format!("{base}/zz_schemas")).await.unwrap();
            let sql: String = sql.lines().filter(|l| !l.starts_with("SET ") && !l.contains("set_config") && !l.starts_with("\\")).map(|l| format!("{}\n", l.replace("public.", &format!("zz_{i}.")))).collect();
            c.execute(AssertSqlSafe(format!("begin; create schema zz_{i}; {sql} commit;"))).await.unwrap();
            c.execute(AssertSqlSafe(format!("drop schema zz_{i} cascade"))).await.unwrap(); }));
        parallel("4 connections", threads, each, |_| rt(async { let c = join_all((0..4).map(|_| PgConnection::connect(&server))).await; for c in c { c.unwrap().close().await.unwrap(); } }));
    }
    rt(async { let mut c = PgConnection::connect(&server).await.unwrap(); c.execute("drop database zz_schemas with (force)").await.unwrap(); });
}

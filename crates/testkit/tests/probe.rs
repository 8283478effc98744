//! probe
use ashlar_testkit::{Backend, run, World, TestApp};
#[path = "raw.rs.inc"]
mod raw;
use ashlar_core::{domain::Domain, http::{Route, Body, NoContent}, valid::ValidJson};
#[derive(serde::Deserialize, garde::Validate, schemars::JsonSchema)]
struct B { #[garde(length(chars, min=1))] name: String }
async fn echo(b: ValidJson<B>) -> Body<String> { Body(b.into_inner().name) }
async fn nop() -> NoContent { NoContent }
async fn app(world: &World) -> TestApp {
  world.serve(vec![Domain::new("trial","x").route(Route::post("/echo", echo).named("e","e")).route(Route::get("/nop", nop).named("n","n")).route(Route::post("/nop", nop).named("n2","n"))]).await
}
fn show(name: &str, a: &raw::Answers) { println!("== {name}: {:?}\n{}", a.statuses(), a.text().chars().take(400).collect::<String>()); }
#[test] fn probe() { run(Backend::Sqlite, |world| async move {
  let app = app(&world).await;
  let many: String = (0..1000).map(|i| format!("x-h{i}: {}\r\n", "v".repeat(1000))).collect();
  let e = |s: String| s.into_bytes();
  for (name, bytes) in [
    ("1MB one header", e(format!("GET /api/v1/nop HTTP/1.1\r\nhost: x\r\nx-big: {}\r\nconnection: close\r\n\r\n", "v".repeat(1<<20)))),
    ("1MB many headers", e(format!("GET /api/v1/nop HTTP/1.1\r\nhost: x\r\n{many}connection: close\r\n\r\n"))),
    ("1MB path", e(format!("GET /api/v1/{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "v".repeat(1<<20)))),
    ("100kB path", e(format!("GET /api/v1/{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "v".repeat(100_000)))),
    ("60kB path", e(format!("GET /api/v1/{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", "v".repeat(60_000)))),
    ("100kB header", e(format!("GET /api/v1/nop HTTP/1.1\r\nhost: x\r\nx-big: {}\r\nconnection: close\r\n\r\n", "v".repeat(100_000)))),
    ("97 headers", e(format!("GET /api/v1/nop HTTP/1.1\r\nhost: x\r\n{}connection: close\r\n\r\n", "a: b\r\n".repeat(97)))),
    ("cl+te", e("POST /api/v1/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".into())),
    ("2 cl", e("POST /api/v1/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef".into())),
    ("garbage", b"\x16\x03\x01\x02\x00\x01\x00garbage\r\n\r\n".to_vec()),
    ("no host", e("GET /api/v1/nop HTTP/1.1\r\nconnection: close\r\n\r\n".into())),
    ("http10", e("GET /api/v1/nop HTTP/1.0\r\n\r\n".into())),
    ("pipelining", e("GET /api/v1/nop HTTP/1.1\r\nhost: x\r\n\r\nGET /api/v1/none HTTP/1.1\r\nhost: x\r\n\r\nGET /api/v1/nop HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into())),
    ("expect too large", e("POST /api/v1/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: 10000000\r\n\r\n".into())),
    ("too large no drain nop", e(format!("POST /api/v1/nop HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10000000\r\n\r\n{}", "x".repeat(10_000_000)))),
    ("too large echo", e(format!("POST /api/v1/echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 10000000\r\n\r\n{}", "x".repeat(10_000_000)))),
    ("415 large", e(format!("POST /api/v1/echo HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 10000000\r\n\r\n{}", "x".repeat(10_000_000)))),
    ("404 large", e(format!("POST /api/v1/none HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 10000000\r\n\r\n{}", "x".repeat(10_000_000)))),
    ("404 chunked", e(format!("POST /api/v1/none HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{}0\r\n\r\n", format!("10000\r\n{}\r\n", "x".repeat(65536)).repeat(160)))),
    ("bad chunk", e("POST /api/v1/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n".into())),
    ("bad method", e("FROBNICATE /api/v1/nop HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into())),
    ("bad target", e("GET api/v1/nop HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into())),
    ("abs target", e("GET http://x/api/v1/nop HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into())),
    ("star", e("OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into())),
    ("connect", e("CONNECT x:80 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into())),
    ("encoded path", e("GET /api/v1/%ff%00nop HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into())),
    ("ae star q0", e("GET /api/v1/none HTTP/1.1\r\nhost: x\r\naccept-encoding: *;q=0\r\nconnection: close\r\n\r\n".into())),
    ("head none", e("HEAD /api/v1/none HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".into())),
    ("nul header", b"GET /api/v1/nop HTTP/1.1\r\nhost: x\r\nx: a\0b\r\nconnection: close\r\n\r\n".to_vec()),
  ] {
    let t = std::time::Instant::now();
    let a = raw::exchange(&app, &bytes).await;
    show(name, &a); println!("   took {:?}", t.elapsed());
  }
}); }

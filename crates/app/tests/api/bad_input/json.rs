//! Bodies that are no JSON, or JSON that nobody in their right mind sends.

use ashlar_testkit::{TestClient, TestResponse, World, on_each_database};
use serde_json::json;

use crate::{register, serve};

async fn post(client: &TestClient, body: impl Into<Vec<u8>>) -> TestResponse {
    let request = client
        .post("/api/v1/projects")
        .header("content-type", "application/json");
    request.body(body).send().await
}

/// A project whose name is this JSON text.
fn named(name: &str) -> String {
    format!(r#"{{"name": {name}, "slug": "odd"}}"#)
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

on_sqlite! {
    async fn what_is_no_json_is_told_with_its_place(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let whole = r#"{"name": "Apollo", "slug": "apollo"}"#;
        for end in 0..whole.len() {
            let refused = post(&alice, &whole[..end]).await;
            refused.assert_error(400, "BAD_REQUEST");
            assert!(refused.error_message().contains("line 1"), "{refused}");
        }
        for body in [
            "{'name': 'x'}", "{name: \"x\"}", "{\"name\": \"x\",}", "{\"a\": 01}", "{\"a\": .5}", "{\"a\": +1}",
            "{\"a\": tru}", "{\"a\": undefined}", "{\"a\": \"\n\"}", "{\"a\": \"\\x\"}", "<name/>", "name=x",
            "{} {}", "{}]", "/* */ {}", "{\"a\": \"\u{1}\"}",
        ] {
            post(&alice, body).await.assert_error(400, "BAD_REQUEST");
        }
    }

    async fn numbers_that_json_does_not_know_are_refused(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for number in ["NaN", "Infinity", "-Infinity", "0x10", "1_000", "1e", "--1"] {
            post(&alice, named(number)).await.assert_error(400, "BAD_REQUEST");
        }
    }

    async fn huge_numbers_harm_nobody(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let digits = "9".repeat(100_000);
        for number in ["1e400", "-1e400", "1e-400", "18446744073709551616", "1E+2", &digits] {
            let refused = post(&alice, named(number)).await;
            assert!([400, 422].contains(&refused.status()), "{refused}");
        }
    }

    async fn deep_nesting_harms_nobody(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let open = "{\"a\":".repeat(10_000);
        for body in ["[".repeat(500_000), open.clone(), named(&open)] {
            post(&alice, body).await.assert_error(400, "BAD_REQUEST");
        }
        for body in [nested(10_000), named(&nested(10_000))] {
            post(&alice, body).await.assert_error(422, "VALIDATION_ERROR");
        }
        // As deep as is still read.
        let shallow = post(&alice, named(&nested(100))).await;
        assert_eq!(shallow.assert_error(422, "VALIDATION_ERROR").error_fields(), ["name"]);
    }

    async fn what_is_no_utf8_is_refused(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for bytes in [&b"\xff"[..], b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe4\xf6\xfc"] {
            let mut body = b"{\"slug\": \"odd\", \"name\": \"".to_vec();
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\"}");
            post(&alice, body).await.assert_error(400, "BAD_REQUEST");
        }
        let utf16: Vec<u8> = named("\"x\"").encode_utf16().flat_map(u16::to_le_bytes).collect();
        post(&alice, utf16).await.assert_error(400, "BAD_REQUEST");
        let latin = alice.post("/api/v1/projects").body(named("\"x\""))
            .header("content-type", "application/json; charset=latin1");
        latin.send().await.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    /// RFC 8259, 8.1: a sender must not add one, a receiver may ignore or refuse it.
    async fn a_byte_order_mark_is_refused(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        post(&alice, format!("\u{feff}{}", named("\"x\""))).await.assert_error(400, "BAD_REQUEST");
    }

    async fn lone_surrogates_are_refused(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for escape in [r"\ud800", r"\udc00", r"\ud800\ud800", r"\ud800x", r"\udc00\ud800"] {
            let refused = post(&alice, named(&format!("\"{escape}\""))).await;
            assert_eq!(refused.assert_error(422, "VALIDATION_ERROR").error_fields(), ["name"]);
        }
        let pair = post(&alice, named(r#""\ud83d\ude00""#)).await;
        assert_eq!(pair.assert_status(201).json()["name"], "\u{1f600}");
    }

    /// Two readers of the same text must not see two things.
    async fn a_name_given_twice_is_refused(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let refused = post(&alice, r#"{"name": "a", "slug": "odd", "name": "b"}"#).await;
        assert_eq!(refused.assert_error(422, "VALIDATION_ERROR").error_fields(), ["name"]);
    }

    async fn what_is_no_object_is_refused(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for body in ["null", "true", "1", "\"x\"", "[]", "[[\"a\", \"b\"]]", "[\"Apollo\", null, \"apollo\"]"] {
            let refused = post(&alice, body).await;
            assert_eq!(refused.assert_error(422, "VALIDATION_ERROR").error_fields(), ["body"]);
            assert!(!refused.text().contains("struct"), "{refused}");
        }
        post(&alice, "").await.assert_error(400, "BAD_REQUEST");
        post(&alice, " \n\t ").await.assert_error(400, "BAD_REQUEST");
    }

    async fn compressed_bodies_are_refused(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for coding in ["gzip", "br", "deflate", "gzip, gzip", "identity, gzip"] {
            let request = alice.post("/api/v1/projects").header("content-type", "application/json");
            let request = request.header("content-encoding", coding).body(named("\"x\""));
            request.send().await.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
        }
    }

    async fn the_content_type_must_say_json(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        let body = json!({"name": "Apollo", "slug": "apollo"}).to_string();
        let send = |content_type: &str| {
            alice.post("/api/v1/projects").header("content-type", content_type).body(body.as_str()).send()
        };
        for content_type in [
            "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data", "x", "",
            "application/jsonp", "application/xml", "text/plain; a=application/json",
        ] {
            send(content_type).await.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
        }
        let missing = alice.post("/api/v1/projects").body(body.as_str()).send().await;
        missing.assert_error(415, "UNSUPPORTED_MEDIA_TYPE");
        send("Application/JSON; Charset=\"UTF-8\"").await.assert_status(201);
    }

    async fn secrets_are_never_told_back(world: World) {
        let app = serve(&world).await;
        let long = "hunter2".repeat(50);
        for password in [json!("hunter2"), json!(["hunter2"]), json!(long), json!({"hunter2": 1}), json!("hunter2\0"), json!(8_723_645)] {
            let body = json!({"email": "ada@example.org", "display_name": "Ada", "password": password});
            let refused = app.anonymous().post("/api/v1/users").json(&body).send().await;
            refused.assert_status(422);
            assert!(!refused.text().contains("hunter2"), "{refused}");
            assert!(!refused.text().contains("8723645"), "{refused}");
        }
    }
}

on_each_database! {
    /// PostgreSQL cannot keep it.
    async fn nul_is_refused_wherever_it_hides(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for name in [r#""\u0000""#, r#""a\u0000b""#] {
            let refused = post(&alice, named(name)).await;
            assert_eq!(refused.assert_error(422, "VALIDATION_ERROR").error_fields(), ["name"]);
        }
        post(&alice, named("\"a\0b\"")).await.assert_error(400, "BAD_REQUEST");
        let hidden = post(&alice, r#"{"slug": "odd", "\u0000": 1, "name": "x"}"#).await;
        hidden.assert_error(422, "VALIDATION_ERROR");
        let body = json!({"email": "ada@example.org", "display_name": "Ada", "password": "12345678\0"});
        app.anonymous().post("/api/v1/users").json(&body).send().await.assert_error(422, "VALIDATION_ERROR");
        let body = json!({"email": "ada\0@example.org", "password": "12345678"});
        let login = app.anonymous().post("/api/v1/auth/login").json(&body).send().await;
        login.assert_error(422, "VALIDATION_ERROR");
        alice.get("/api/v1/projects?q=%00").send().await.assert_error(422, "VALIDATION_ERROR");
        alice.get("/api/v1/projects/%00").send().await.assert_error(400, "BAD_REQUEST");
    }

    /// Everything else is text, and comes back as it was.
    async fn every_other_character_is_kept(world: World) {
        let app = serve(&world).await;
        let alice = register(&app, "alice").await;
        for (number, name) in ["\u{1}", "\u{7f}", "\u{fffe}", "\u{feff}", "\u{202e}", "'; DROP TABLE projects; --", "%00", "\\"]
            .into_iter().enumerate()
        {
            let body = json!({"name": name, "slug": format!("odd-{number}")});
            let created = alice.post("/api/v1/projects").json(&body).send().await;
            assert_eq!(created.assert_status(201).json()["name"], name);
        }
    }
}

//! HTTPS and HTTP/2, with a certificate of our own making.

use std::path::Path;

use ashlar_testkit::{TestApp, World, certificate};
use reqwest::{Certificate, Client, Version};
use serde_json::json;

use crate::{register, serve_with};

/// The assembled API over TLS, and the path of the certificate to trust.
async fn serve_tls(world: &World) -> (TestApp, std::path::PathBuf) {
    let tls = certificate().write(world.folder()).expect("the files");
    let path = |path: &Path| path.to_str().expect("text").to_owned();
    let (cert, key) = (path(&tls.cert), path(&tls.key));
    let app = serve_with(world, &[("TLS_CERT", &cert), ("TLS_KEY", &key)]).await;
    (app, tls.cert)
}

on_sqlite! {
    async fn it_serves_over_tls(world: World) {
        let (app, _) = serve_tls(&world).await;
        assert!(app.url().starts_with("https://"), "{}", app.url());
        let alice = register(&app, "alice").await;
        let body = json!({"name": "Apollo", "slug": "apollo"});
        alice.post("/api/v1/projects").json(&body).send().await.assert_status(201);
    }

    async fn browsers_are_told_to_stay_with_tls(world: World) {
        let (app, _) = serve_tls(&world).await;
        for path in ["/api/health", "/nowhere", "/docs"] {
            let answer = app.anonymous().get(path).send().await;
            let policy = answer.header("strict-transport-security").expect("a policy");
            assert_eq!(policy, "max-age=63072000; includeSubDomains");
        }
    }

    async fn it_speaks_both_versions_of_http(world: World) {
        let (app, cert) = serve_tls(&world).await;
        let cert = Certificate::from_pem(&std::fs::read(cert).expect("a file")).expect("PEM");
        let url = format!("{}/api/health", app.url());
        for (http1_only, version) in [(false, Version::HTTP_2), (true, Version::HTTP_11)] {
            #[expect(clippy::disallowed_methods, reason = "the version of HTTP is what is tested")]
            let builder = Client::builder().no_proxy().tls_certs_only([cert.clone()]);
            let builder = if http1_only { builder.http1_only() } else { builder };
            let client = builder.build().expect("a client");
            let answer = client.get(&url).send().await.expect("an answer");
            assert_eq!(answer.version(), version);
            assert_eq!(answer.status(), 200);
        }
    }

    /// Over HTTP/2, too, everything that goes wrong has its answer.
    async fn bad_requests_are_answered_over_http_2(world: World) {
        let (app, _) = serve_tls(&world).await;
        let client = app.anonymous();
        let post = |body: Vec<u8>| {
            client.post("/api/v1/users").header("content-type", "application/json").body(body)
        };
        post(b"{".to_vec()).send().await.assert_error(400, "BAD_REQUEST");
        post(vec![b'x'; 1_500_000]).send().await.assert_error(413, "PAYLOAD_TOO_LARGE");
        client.get("/nowhere").send().await.assert_error(404, "NOT_FOUND");
    }

    async fn nobody_is_served_without_tls(world: World) {
        let (app, _) = serve_tls(&world).await;
        let url = app.url().replace("https://", "http://");
        #[expect(clippy::disallowed_methods, reason = "the testkit's client trusts too much for this")]
        let plain = Client::builder().no_proxy().build().expect("a client");
        assert!(plain.get(format!("{url}/api/health")).send().await.is_err());
    }
}

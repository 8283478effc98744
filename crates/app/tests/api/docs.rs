//! The pages: whole, from this server alone, and allowed no more than they need.

use ashlar_testkit::World;

use crate::serve;

/// Page, and what it is made of.
const PAGES: [(&str, &[&str]); 3] = [
    (
        "/docs",
        &[
            "/docs/assets/swagger-ui-bundle.js",
            "/docs/assets/swagger-ui.css",
            "/docs/assets/init.js",
            "/docs/assets/favicon-32x32.png",
        ],
    ),
    (
        "/redoc",
        &["/redoc/assets/redoc.standalone.js", "/redoc/assets/init.js"],
    ),
    ("/asyncapi", &["/asyncapi/assets/page.css"]),
];

/// What the page loads: the values of `src` and `href`.
fn references(page: &str) -> Vec<&str> {
    let attributes = ["src=\"", "href=\""];
    let values = attributes
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1));
    values.filter_map(|rest| rest.split('"').next()).collect()
}

on_sqlite! {
    async fn pages_load_nothing_from_elsewhere(world: World) {
        let app = serve(&world).await;
        for (path, assets) in PAGES {
            let page = app.anonymous().get(path).send().await;
            page.assert_status(200);
            assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
            assert!(!page.text().contains("http"), "{path} names another host");
            let references = references(page.text());
            for asset in assets {
                assert!(references.contains(asset), "{path} does not load {asset}");
            }
            for reference in references {
                let is_ours = ["/", "#", "data:"].iter().any(|start| reference.starts_with(start));
                assert!(is_ours, "{reference}");
                assert!(!reference.starts_with("//"), "{reference}");
            }
        }
    }

    async fn what_pages_load_is_there(world: World) {
        let app = serve(&world).await;
        for asset in PAGES.iter().flat_map(|(_, assets)| *assets) {
            let answer = app.anonymous().get(asset).send().await;
            answer.assert_status(200);
            assert!(answer.bytes().len() > 100, "{asset} is empty");
            let expected = match asset.rsplit('.').next() {
                Some("js") => "text/javascript",
                Some("css") => "text/css",
                _ => "image/png",
            };
            assert_eq!(answer.header("content-type"), Some(expected), "{asset}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{asset}");
        }
    }

    async fn pages_may_run_their_own_scripts_and_no_other(world: World) {
        let app = serve(&world).await;
        for (path, _) in PAGES {
            let page = app.anonymous().get(path).send().await;
            let policy = page.header("content-security-policy").expect("a policy");
            for directive in [
                "default-src 'none'",
                "script-src 'self';",
                "connect-src 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ] {
                assert!(policy.contains(directive), "{path}: {policy}");
            }
            // The policy forbids them, so they would not run.
            assert!(!page.text().contains("<script>"), "{path} has an inline script");
        }
        for path in ["/openapi.json", "/asyncapi.json"] {
            let data = app.anonymous().get(path).send().await;
            let policy = data.header("content-security-policy");
            assert_eq!(policy, Some("default-src 'none'; frame-ancestors 'none'"), "{path}");
        }
    }

    async fn pages_are_not_sent_twice(world: World) {
        let app = serve(&world).await;
        for path in ["/docs", "/redoc", "/openapi.json", "/asyncapi", "/asyncapi.json", "/docs/assets/swagger-ui-bundle.js"] {
            let first = app.anonymous().get(path).send().await;
            let etag = first.header("etag").expect("a version").to_owned();
            let again = app.anonymous().get(path).header("if-none-match", &etag).send().await;
            assert_eq!(again.assert_status(304).bytes(), b"", "{path}");
            assert_eq!(again.header("etag"), Some(etag.as_str()), "{path}");
        }
    }
}

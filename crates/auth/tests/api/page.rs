//! The sign-in page: whole, from this server alone, and allowed no more than it needs.

use ashlar_testkit::{TestApp, World, on_each_database};

use crate::auth;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' \
    data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

async fn serve(world: &World, pairs: &[(&str, &str)]) -> TestApp {
    let auth = auth(world, pairs);
    let domains = [Some(auth.domain()), auth.page()].into_iter().flatten();
    world
        .serve_with(domains.collect(), auth.authenticator(), |_| {})
        .await
}

/// What the page loads: the values of `src` and `href`.
fn references(page: &str) -> Vec<&str> {
    let attributes = ["src=\"", "href=\""];
    let values = attributes
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1));
    values.filter_map(|rest| rest.split('"').next()).collect()
}

on_each_database! {
    async fn the_page_may_run_its_own_scripts_and_no_other(world: World) {
        let app = serve(&world, &[]).await;
        let page = app.anonymous().get("/account").send().await;
        page.assert_status(200);
        assert_eq!(page.header("content-security-policy"), Some(POLICY));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        // The policy forbids them, so they would not work.
        for inline in ["<script>", "<style", " style=", " onclick=", "javascript:"] {
            assert!(!page.text().contains(inline), "{inline}");
        }
    }

    async fn the_page_loads_everything_from_here(world: World) {
        let app = serve(&world, &[]).await;
        let page = app.anonymous().get("/account").send().await;
        let files: Vec<&str> = references(page.text()).into_iter().filter(|one| *one != "#main").collect();
        assert!(files.len() > 30, "{files:?}");
        for file in files {
            assert!(file.starts_with("/account/assets/"), "{file}");
            let answer = app.anonymous().get(file).send().await;
            answer.assert_status(200);
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{file}");
            let expected = match file.rsplit('.').next() {
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                _ => "image/svg+xml",
            };
            assert_eq!(answer.header("content-type"), Some(expected), "{file}");
            // A browser that has it asks whether it is the same, so a new binary has no old scripts.
            assert_eq!(answer.header("cache-control"), Some("no-cache"), "{file}");
            let etag = answer.header("etag").expect("a version");
            let again = app.anonymous().get(file).header("if-none-match", etag).send().await;
            again.assert_status(304);
        }
    }

    async fn the_page_has_the_products_name_as_text(world: World) {
        let app = serve(&world, &[("APP_NAME", "Stone <script> & sons")]).await;
        let page = app.anonymous().get("/account").send().await;
        let name = "Stone &lt;script&gt; &amp; sons";
        assert!(page.text().contains(&format!("<title>{name}</title>")), "{page}");
        assert!(page.text().contains(&format!("content=\"{name}\"")), "{page}");
    }

    async fn the_page_can_be_left_out(world: World) {
        let app = serve(&world, &[("AUTH_PAGE", "false")]).await;
        for path in ["/account", "/account/assets/account.js"] {
            app.anonymous().get(path).send().await.assert_status(404);
        }
    }
}

//! The pages that show the contract: all of it comes out of the binary.

use ashlar_testkit::{AshlarProcess, TestClient};

#[tokio::test]
async fn the_pages_load_everything_they_need_from_here() {
    let process = AshlarProcess::start(&[]).await;
    let reader = process.anonymous();
    for page in ["/docs", "/redoc"] {
        let html = reader.get(page).send().await;
        html.assert_status(200);
        assert_eq!(
            html.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        let policy = html.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'"), "{policy}");
        let files = references(html.text());
        assert!(
            files.iter().any(|file| file.ends_with(".js")),
            "{page} has scripts: {files:?}"
        );
        for file in files {
            serves(&reader, page, file).await;
        }
    }
}

#[tokio::test]
async fn the_pages_show_the_contract_that_is_served() {
    let process = AshlarProcess::start(&[("APP_NAME", "Stonemason")]).await;
    let reader = process.anonymous();
    let contract = reader.get("/openapi.json").send().await;
    let document = contract.assert_status(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["title"], "Stonemason");
    assert!(document["paths"]["/api/v1/projects/{project_id}"]["patch"].is_object());
    for script in ["/docs/assets/init.js", "/redoc/assets/init.js"] {
        let script = reader.get(script).send().await;
        assert!(script.text().contains("/openapi.json"), "{script}");
    }
    let etag = contract.header("etag").unwrap();
    let known = reader
        .get("/openapi.json")
        .header("if-none-match", etag)
        .send()
        .await;
    known.assert_status(304);
}

/// What a page's `src` and `href` name, but for what stands in the page itself.
fn references(html: &str) -> Vec<&str> {
    let named = |attribute| {
        html.split(attribute)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
    };
    let all = named("src=\"").chain(named("href=\""));
    all.filter(|reference| !reference.starts_with("data:"))
        .collect()
}

async fn serves(reader: &TestClient, page: &str, file: &str) {
    let is_here = file.starts_with('/') && !file.starts_with("//");
    assert!(is_here, "{page} loads {file} from another host");
    let answer = reader.get(file).send().await;
    assert_eq!(answer.status(), 200, "{page} loads {file}");
    assert!(!answer.bytes().is_empty(), "{page} loads {file}");
}

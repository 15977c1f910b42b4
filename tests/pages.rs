//! Tests that a person who opens an address of the API in a browser gets pages in their language that look like the
//! product, also for errors.

use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, VARY};
use reqwest::header::{HeaderMap, IF_NONE_MATCH};
use reqwest::{Method, StatusCode};

use crate::support::server::Server;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn open(server: &Server, path: &str, language: &str) -> (StatusCode, HeaderMap, String) {
    let request = server.request(Method::GET, path);
    let request = request
        .header(ACCEPT, BROWSER)
        .header(ACCEPT_LANGUAGE, language);
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.text().await.unwrap())
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// A page with the look of the product, in the language that was asked for.
fn expect_page(path: &str, language: &str, headers: &HeaderMap, page: &str) {
    let tag = if language.starts_with("zh") {
        "zh-CN"
    } else {
        "en"
    };
    assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8", "{path}");
    assert_eq!(headers[CONTENT_LANGUAGE], tag, "{path}");
    let vary = headers[VARY].to_str().unwrap();
    assert!(vary.contains("accept-language"), "{path}: {vary}");
    assert!(page.contains(&format!("<html lang=\"{tag}\">")), "{path}");
    // The colours of the web app, and its name as the way to the home page.
    assert!(page.contains("--accent: #1d5fa8"), "{path}");
    let name = if tag == "en" { "One Map" } else { "一张图" };
    assert!(page.contains(&format!("</svg>{name}</a>")), "{path}");
}

#[tokio::test]
async fn the_pages_of_the_interface_are_in_the_language_of_the_reader() {
    let server = Server::start().await;
    for (path, chinese, english) in [
        ("/api/", "数据集", "Collections"),
        ("/api/conformance", "符合的标准", "Conformance"),
        ("/api/collections", "要素数", "Features"),
        ("/api/collections/buildings", "可查看的角色", "Seen by"),
        (
            "/api/collections/buildings/items",
            "没有符合条件的要素",
            "No features match",
        ),
    ] {
        let (status, zh, page) = open(&server, path, "zh-CN,zh;q=0.9").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        expect_page(path, "zh", &zh, &page);
        assert!(page.contains(chinese) && !page.contains(english), "{path}");
        let (_, en, page) = open(&server, path, "en").await;
        expect_page(path, "en", &en, &page);
        assert!(page.contains(english), "{path}");
        // The map has no name of its own, so its title is in both languages.
        let page = page.replace("一张图 One Map", "");
        assert!(!has_chinese(&page), "{path}: {page}");
        // A kept page in one language is not the page in the other.
        let kept = server
            .request(Method::GET, path)
            .header(ACCEPT, BROWSER)
            .header(ACCEPT_LANGUAGE, "en")
            .header(IF_NONE_MATCH, zh[ETAG].clone());
        assert_eq!(
            kept.send().await.unwrap().status(),
            StatusCode::OK,
            "{path}"
        );
    }
}

#[tokio::test]
async fn errors_are_pages_for_people_and_documents_for_programs() {
    let server = Server::start().await;
    for (path, status, home) in [
        ("/nothing", 404, "./"),
        ("/wall/nothing", 404, "../"),
        ("/api/nothing", 404, "../"),
        ("/api/collections/nothing/items", 404, "../../../"),
        ("/api/collections/buildings/items?limit=0", 400, "../../../"),
        ("/api/accounts", 401, "../"),
    ] {
        for (language, way) in [("zh", "返回首页"), ("en", "Home page")] {
            let (found, headers, page) = open(&server, path, language).await;
            assert_eq!(found, status, "{path}");
            expect_page(path, language, &headers, &page);
            assert!(page.contains(way), "{path}: {page}");
            // The way home is relative, so it also works below a public path.
            assert!(page.contains(&format!("href=\"{home}\"")), "{path}: {page}");
            assert_eq!(
                page.contains(&format!("href=\"{home}sign-in\"")),
                status == 401,
                "{path}"
            );
            assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        }
        let document = server.get(path).await;
        assert_eq!(document.status(), status, "{path}");
        assert_eq!(document.headers()[CONTENT_TYPE], "application/problem+json");
    }
    // A program may send the header of a browser and still ask for JSON.
    let (_, headers, _) = open(&server, "/api/collections/nothing?f=json", "zh").await;
    assert_eq!(headers[CONTENT_TYPE], "application/problem+json");
    // The path is shown as text.
    let (_, _, page) = open(&server, "/%3Cb%3E'\"", "en").await;
    assert!(!page.contains("<b>"), "{page}");
}

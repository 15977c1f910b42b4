//! Serves the web app, whose files are compiled into the program.

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use super::App;
use super::answer::Tag;
use super::budget::Kept;
use super::problem::Problem;
use super::query::Query;
use crate::model::both;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/web"]
struct Web;

/// The paths of the pages.
pub const PAGES: &[&str] = &[
    "/",
    "/wall",
    "/desk",
    "/field",
    "/report",
    "/rider",
    "/board",
    "/card",
    "/records",
    "/planner",
    "/sign-in",
    "/accounts",
    "/docs",
];

/// The paths below a page, for example of an opened case; `{}` stands for one segment. The router of the web app
/// (`web/src/router.ts`) has the same list.
const PARTS: &[&str] = &[
    "/desk/cases/{}",
    "/field/outbox",
    "/field/map",
    "/field/patrol",
    "/field/patrol/place",
    "/field/rounds",
    "/field/wishes",
    "/field/phone",
    "/field/cases/{}",
    "/field/cases/{}/{}",
    "/report/mine",
    "/report/place",
    "/rider/way",
    "/rider/orders",
    "/rider/orders/way",
    "/rider/scan",
    "/rider/place",
    "/rider/near/{}",
    "/planner/{}",
    "/accounts/invites",
    "/accounts/{}",
];

/// The content security policy of the pages: they may only load from this service. The map's worker and
/// textures are created in the page, as `blob:`. The rider page's worker compiles the WebAssembly that it loads.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; \
    worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; connect-src 'self'; \
    object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

/// The characters to escape: all but those that JavaScript's `encodeURIComponent` leaves as they are.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');
/// The longest building id, unit or room in the address of a page for which a card is preloaded, in bytes.
const LONGEST_ID: usize = 200;

/// Answers requests that match no route: with a file of the web app, with a page, or with 404.
pub async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || path == "/api" {
        return Problem::not_found(both!(
            "没有资源 {path}，可用的资源见 /api/。",
            "There is no resource {path}. /api/ lists the resources."
        ))
        .into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let detail = both!(
            "页面只接受 GET 和 HEAD 请求。",
            "Pages accept only GET and HEAD requests."
        );
        return Problem::method_not_allowed("GET, HEAD", detail).into_response();
    }
    let name = path.trim_matches('/');
    let asked = request.headers();
    if let Some(file) = Web::get(name).filter(|_| !name.is_empty()) {
        return send(name, file, asked);
    }
    if !is_page(name) {
        let pages = PAGES.join(", ");
        return Problem::not_found(both!(
            "没有页面 {path}；现有页面：{pages}。",
            "There is no page {path}. The pages are: {pages}."
        ))
        .into_response();
    }
    // For some pages the build writes an HTML file that names the page's scripts, so that browsers load them at once.
    let page = name.split('/').next().unwrap_or_default();
    match Web::get(&format!("pages/{page}.html")).or_else(|| Web::get("index.html")) {
        Some(mut file) => {
            let mut html = String::from_utf8_lossy(&file.data).into_owned();
            if let Some(card) = card_of(name, request.uri().query().unwrap_or_default()) {
                let link = format!(r#"<link rel="preload" as="fetch" crossorigin href="{card}" />"#);
                html = html.replacen("</head>", &format!("{link}</head>"), 1);
            }
            file.data = rooted(&html, &app.prefix).into_bytes().into();
            send("index.html", file, asked)
        }
        None => Problem::unavailable(both!(
            "该程序编译时设置了 ONEMAP_SKIP_WEB，不含页面，只有 /api/ 下的接口可用；如需页面，请不设该变量重新编译。",
            "This program was built with ONEMAP_SKIP_WEB, so it has no pages, only the API under /api/. For the pages, \
             build it without that variable."
        ))
        .into_response(),
    }
}

/// Whether a path, without slashes at both ends, belongs to a page.
fn is_page(name: &str) -> bool {
    let found: Vec<&str> = name.split('/').collect();
    let matches = |part: &&str| {
        let wanted: Vec<&str> = part.trim_matches('/').split('/').collect();
        let same = |(w, f): (&&str, &&str)| w == f || (*w == "{}" && !f.is_empty());
        wanted.len() == found.len() && wanted.iter().zip(&found).all(same)
    };
    PAGES.iter().any(|p| p.trim_matches('/') == name) || PARTS.iter().any(matches)
}

/// The request for an access card that the riders' page will send if it was opened with the QR code on a building's
/// plate, which names the building in `b`. The HTML preloads this request, so that a phone loads the card together with
/// the files of the page and not after them.
fn card_of(name: &str, query: &str) -> Option<String> {
    let query = Query::parse(query).ok()?;
    let asked = |name: &str| query.get(name).ok().flatten().filter(|v| !v.is_empty());
    let encode = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
    let building = asked("b").filter(|id| name == "rider" && id.len() <= LONGEST_ID)?;
    // The page sends the same parameters in the same order.
    let mut card = format!("./api/buildings/{}/access?mode=ebike", encode(building));
    for part in ["unit", "room"] {
        if let Some(value) = asked(part).filter(|v| v.len() <= LONGEST_ID) {
            card += &format!("&{part}={}", encode(value));
        }
    }
    Some(card)
}

/// The HTML of the page with absolute addresses, which work below a public path and on every page. The build
/// writes them as `="./…"`.
fn rooted(html: &str, prefix: &str) -> String {
    html.replace("=\"./", &format!("=\"{prefix}/"))
}

fn send(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    // The page depends on the public path, so it is hashed here. The build has hashed the other files.
    let hash = match name {
        "index.html" => Sha256::digest(&file.data).into(),
        _ => file.metadata.sha256_hash(),
    };
    let tag = Tag::of_hash(&hash);
    // Vite puts a hash of the content into the file names under assets/.
    let cache = if name.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, media_type(name)),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    let mut response = if tag.is_held(asked) {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        let bytes = match file.data {
            Cow::Borrowed(b) => bytes::Bytes::from_static(b),
            Cow::Owned(b) => bytes::Bytes::from(b),
        };
        (headers, bytes).into_response()
    };
    response.extensions_mut().insert(Kept);
    if let Ok(tag) = HeaderValue::from_str(tag.as_str()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_opened_things_lead_to_their_page() {
        for name in [
            "",
            "desk",
            "desk/cases/w-1",
            "field/cases/w-1/handle",
            "accounts/7",
            "rider/near/toilet",
        ] {
            assert!(is_page(name), "{name}");
        }
        for name in [
            "desks",
            "desk/cases",
            "desk/cases//",
            "desk/cases/w-1/x",
            "wall/x",
            "accounts/7/x",
        ] {
            assert!(!is_page(name), "{name}");
        }
    }

    #[test]
    fn the_page_of_a_plate_names_the_request_for_its_card() {
        let card = |query: &str| card_of("rider", query);
        assert_eq!(
            card("b=wq-3&unit=2&room=501").as_deref(),
            Some("./api/buildings/wq-3/access?mode=ebike&unit=2&room=501")
        );
        assert_eq!(
            card("lang=en&b=%E6%A5%BC%22%3E/3&unit=A+1").as_deref(),
            Some("./api/buildings/%E6%A5%BC%22%3E%2F3/access?mode=ebike&unit=A%201")
        );
        for nothing in ["", "b=", "b=1&b=2", "to=facilities/1", "b=%FF"] {
            assert_eq!(card(nothing), None, "{nothing}");
        }
        assert_eq!(card(&format!("b={}", "x".repeat(201))), None);
        assert_eq!(card_of("rider/way", "b=wq-3"), None);
    }

    #[test]
    fn the_page_finds_its_files_under_the_public_path() {
        let html = r#"<meta name="root" content="./"><script src="./assets/a.js">"#;
        let page = |prefix: &str| rooted(html, prefix);
        assert_eq!(
            page("/map"),
            r#"<meta name="root" content="/map/"><script src="/map/assets/a.js">"#
        );
        assert_eq!(
            page(""),
            r#"<meta name="root" content="/"><script src="/assets/a.js">"#
        );
    }
}

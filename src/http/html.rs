//! HTML pages of the API: the same resources, readable in a browser, in the language that the request prefers.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::language;
use super::query::{Query, segment};
use crate::index::Collection;
use crate::live::Snapshot;
use crate::model::{Language, RoleSet};

/// The media type of the HTML pages.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// The most features (rows) and the most properties (columns) of a table. A browser cannot show larger tables well.
pub const MOST_ROWS: usize = 1_000;
const MOST_COLUMNS: usize = 100;

/// The colours, sizes and fonts of the web app. The first rule has those of its light pages.
const TOKENS: &str = include_str!("../../web/src/core/theme/tokens.css");
const LOGO: &str = include_str!("../../web/src/assets/favicon.svg");

/// The same look as the light pages of the web app (`PageShell.vue`).
const STYLE: &str = "
*{box-sizing:border-box}
body{margin:0;font:16px/1.5 var(--font);color:var(--text);background:var(--ground);text-autospace:normal}
a{color:var(--accent);text-underline-offset:.2em}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
header,main{max-width:68rem;margin:0 auto;padding:var(--space-4) var(--space-5)}
header a{display:inline-flex;align-items:center;gap:var(--space-2);color:var(--text);font-weight:600;text-decoration:none}
header svg{width:28px;height:28px}
h1{margin:var(--space-5) 0 var(--space-2);font-size:var(--text-5);font-weight:600;line-height:1.25}
nav,.quiet{color:var(--text-quiet)}
.lead{max-width:44rem;font-size:var(--text-3)}
ul.plain{margin:0;padding:0;list-style:none}
ul.plain li{padding:var(--space-2) 0;border-bottom:1px solid var(--hairline);overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:var(--space-3);margin-top:var(--space-5)}
.button{padding:var(--space-2) var(--space-4);border:1px solid var(--hairline);border-radius:var(--radius);background:var(--panel);color:var(--text);text-decoration:none}
.button.main{border-color:var(--accent);background:var(--accent);color:var(--accent-ink)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;background:var(--panel);font-variant-numeric:tabular-nums}
th,td{padding:var(--space-2) var(--space-3);border:1px solid var(--hairline);text-align:left;vertical-align:top}
th{background:var(--panel-2);font-weight:600}";

/// The tokens of the light theme.
fn tokens() -> &'static str {
    TOKENS.split("/* The dark theme").next().unwrap_or_default()
}

/// What the pages of one request have in common.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The address of the service, without a slash at the end.
    base: String,
    language: Language,
}

impl Frame {
    /// The frame for the current request. Call this on the request's task, which knows the language.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            language: language::current(),
        }
    }

    /// The text in the language of the request.
    fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Chinese => zh,
            Language::English => en,
        }
    }

    /// The first steps of the way to a page: to the landing page and to the list of collections.
    fn way(&self) -> [(&str, String); 2] {
        [
            (self.say("数据接口", "Data"), format!("{}/api/", self.base)),
            (
                self.say("数据集", "Collections"),
                format!("{}/api/collections", self.base),
            ),
        ]
    }

    fn page(&self, title: &str, way: &[(&str, String)], content: &Markup) -> String {
        let icon = utf8_percent_encode(LOGO.trim(), NON_ALPHANUMERIC);
        html! {
            (DOCTYPE)
            html lang=(self.say("zh-CN", "en")) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    link rel="icon" href={ "data:image/svg+xml," (icon) };
                    style { (PreEscaped(tokens())) (PreEscaped(STYLE)) }
                }
                body {
                    header { a href={ (self.base) "/" } { (PreEscaped(LOGO.trim())) (self.say("一张图", "One Map")) } }
                    main {
                        @if !way.is_empty() {
                            nav aria-label=(self.say("所在位置", "You are here")) {
                                @for (i, (name, href)) in way.iter().enumerate() {
                                    @if i > 0 { " / " }
                                    a href=(href) { (name) }
                                }
                            }
                        }
                        h1 { (title) }
                        (content)
                    }
                }
            }
        }
        .into_string()
    }
}

/// The landing page.
pub fn landing(frame: &Frame, title: &str, snapshot: &Snapshot) -> String {
    let base = &frame.base;
    frame.page(
        title,
        &[],
        &html! {
            p class="lead quiet" { (frame.say(
                "网格治理一张图的数据接口：楼栋、骑手友好道路、急救站、口袋公园和红黄绿三色预警。",
                "The data of the one map of grid governance: buildings, rider-friendly routes, first-aid stations, \
                 pocket parks and the red, yellow and green warnings.",
            )) }
            ul class="plain" {
                li { a href={ (base) "/api/collections" } { (frame.say("数据集", "Collections")) } " (" (snapshot.collections().iter().count()) ")" }
                li { a href={ (base) "/api/conformance" } { (frame.say("符合的标准", "Conformance")) } }
                li { a href={ (base) "/api/openapi.json" } { "OpenAPI" } }
                li { a href={ (base) "/docs" } { (frame.say("接口文档", "API documentation")) } }
            }
        },
    )
}

/// The page with the list of collections.
pub fn collections(frame: &Frame, snapshot: &Snapshot) -> String {
    let base = &frame.base;
    frame.page(
        frame.say("数据集", "Collections"),
        &frame.way()[..1],
        &html! {
            div class="scroll" { table {
                thead { tr {
                    th { (frame.say("名称", "Name")) }
                    th { (frame.say("标识", "Id")) }
                    th { (frame.say("要素数", "Features")) }
                } }
                tbody {
                    @for (id, collection) in snapshot.collections().iter() {
                        tr {
                            td { a href={ (base) "/api/collections/" (id) } { (title_of(frame, collection)) } }
                            td { code { (id) } }
                            td { (collection.len()) }
                        }
                    }
                }
            } }
        },
    )
}

fn title_of<'a>(frame: &Frame, collection: &'a Collection) -> &'a str {
    let schema = collection.schema();
    frame.say(&schema.title_zh, &schema.title_en)
}

/// The page of one collection, with its properties.
pub fn collection(frame: &Frame, collection: &Collection, roles: RoleSet) -> String {
    let schema = collection.schema();
    let here = format!("{}/api/collections/{}", frame.base, schema.collection);
    frame.page(
        title_of(frame, collection),
        &frame.way(),
        &html! {
            p class="lead quiet" { (frame.say(&schema.description_zh, &schema.description_en)) }
            p {
                a href={ (here) "/items?f=html&limit=100" } { (frame.say("浏览要素", "Browse features")) } " (" (collection.len()) ") · "
                a href={ (here) "/items?f=json&limit=100" } { "GeoJSON" } " · "
                a href={ (here) "/schema" } { "JSON Schema" } " · "
                a href={ (here) "/tilejson.json" } { "TileJSON" }
            }
            div class="scroll" { table {
                thead { tr {
                    th { (frame.say("属性", "Property")) }
                    th { (frame.say("标识", "Id")) }
                    th { (frame.say("类型", "Type")) }
                    th { (frame.say("可查看的角色", "Seen by")) }
                } }
                tbody {
                    @for property in schema.properties.values().filter(|p| roles.includes(p.role)) {
                        tr {
                            td { (frame.say(&property.title_zh, &property.title_en)) }
                            td { code { (property.name) } }
                            td { (property.kind) @if !property.values.is_empty() { ": " (property.values.join(", ")) } }
                            td { (frame.say(property.role.zh(), property.role.as_str())) }
                        }
                    }
                }
            } }
        },
    )
}

/// A page of features, built from its GeoJSON so that both always agree.
pub fn items(frame: &Frame, collection: &Collection, geojson: &[u8], query: &Query) -> String {
    let schema = collection.schema();
    let here = format!("{}/api/collections/{}", frame.base, schema.collection);
    let document: Value = serde_json::from_slice(geojson).unwrap_or_default();
    let features = document["features"].as_array().cloned().unwrap_or_default();
    let next = document["links"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|l| l["rel"] == "next")
        .and_then(|l| l["href"].as_str().map(str::to_owned));
    let mut names: BTreeSet<String> = BTreeSet::new();
    for feature in &features {
        for name in feature["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(k, _)| k)
        {
            if schema.properties.contains_key(name) || names.len() < MOST_COLUMNS {
                names.insert(name.clone());
            }
        }
    }
    let [api, all] = frame.way();
    frame.page(
        title_of(frame, collection),
        &[api, all, (title_of(frame, collection), here.clone())],
        &html! {
            p {
                (document["numberReturned"]) " / " (document["numberMatched"]) " · "
                a href={ (here) "/items?" (query.with("f", "json")) } { "GeoJSON" }
            }
            @if features.is_empty() {
                p { (frame.say("没有符合条件的要素。", "No features match.")) }
            } @else {
                div class="scroll" { table {
                    thead { tr { th { "id" } @for name in &names { th { (label(frame, collection, name)) } } } }
                    tbody {
                        @for feature in &features {
                            @let id = feature["id"].as_str().unwrap_or_default();
                            tr {
                                td { a href={ (here) "/items/" (segment(id)) "?f=html" } { (id) } }
                                @for name in &names { td { (plain(&feature["properties"][name])) } }
                            }
                        }
                    }
                } }
            }
            @if let Some(next) = next { p { a rel="next" href=(next) { (frame.say("下一页", "Next page")) } } }
        },
    )
}

/// The page of one feature.
pub fn item(frame: &Frame, collection: &Collection, geojson: &[u8]) -> String {
    let schema = collection.schema();
    let here = format!("{}/api/collections/{}", frame.base, schema.collection);
    let feature: Value = serde_json::from_slice(geojson).unwrap_or_default();
    let id = feature["id"].as_str().unwrap_or_default();
    let [api, all] = frame.way();
    frame.page(
        feature["properties"]["name"].as_str().unwrap_or(id),
        &[api, all, (title_of(frame, collection), here.clone())],
        &html! {
            p { code { (id) } " · " a href={ (here) "/items/" (segment(id)) "?f=json" } { "GeoJSON" } }
            table { tbody {
                @for (name, value) in feature["properties"].as_object().into_iter().flatten() {
                    tr {
                        th scope="row" { (label(frame, collection, name)) }
                        td { (plain(value)) }
                    }
                }
            } }
            p class="quiet" { (feature["geometry"]["type"].as_str().unwrap_or_default()) " · seq " (feature["seq"]) " · " (plain(&feature["updated_at"])) }
        },
    )
}

/// The title of a property in the language of the page, or its name if the schema has none.
fn label<'a>(frame: &Frame, collection: &'a Collection, name: &'a str) -> &'a str {
    let property = collection.schema().properties.get(name);
    property.map_or(name, |p| frame.say(&p.title_zh, &p.title_en))
}

/// The page with the list of conformance classes.
pub fn conformance(frame: &Frame, classes: &[&str]) -> String {
    frame.page(
        frame.say("符合的标准", "Conformance"),
        &frame.way()[..1],
        &html! { ul class="plain" { @for class in classes { li { code { (class) } } } } },
    )
}

/// The page of an error, from its problem document. `base` leads to the home page.
pub fn problem(base: &str, document: &Value) -> String {
    let frame = Frame::new(base);
    let text = |name: &str| document[name].as_str().unwrap_or_default();
    let signs_in = document["status"] == 401;
    frame.page(
        text("title"),
        &[],
        &html! {
            p class="lead" { (text("detail")) }
            p class="actions" {
                @if signs_in { a class="button main" href={ (base) "/sign-in" } { (frame.say("登录", "Sign in")) } }
                a.button.main[!signs_in] href={ (base) "/" } { (frame.say("返回首页", "Home page")) }
                a class="button" href={ (base) "/api/" } { (frame.say("数据接口", "Data")) }
            }
            p class="quiet" { (frame.say("状态码", "Status")) " " (document["status"]) }
        },
    )
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_take_the_tokens_of_the_light_theme() {
        assert!(tokens().contains("--ground: #f6f7f9"));
        assert!(!tokens().contains(".theme-"));
        for token in STYLE.split("var(").skip(1) {
            let name = token.split(')').next().unwrap();
            assert!(tokens().contains(&format!("{name}:")), "{name}");
        }
    }
}

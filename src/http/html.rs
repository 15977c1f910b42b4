//! HTML pages of the API: the same resources, readable in a browser.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::query::{Query, segment};
use crate::index::Collection;
use crate::live::Snapshot;
use crate::model::RoleSet;

/// The media type of the HTML pages.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";

/// The most features (rows) and the most properties (columns) of a table. A browser cannot show larger tables well.
pub const MOST_ROWS: usize = 1_000;
const MOST_COLUMNS: usize = 100;

const STYLE: &str = "
:root{color-scheme:light dark;--line:#8884}
body{font:16px/1.5 'PingFang SC','Microsoft YaHei','Noto Sans SC','Noto Sans CJK SC',system-ui;margin:2rem auto;max-width:72rem;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
nav{margin-bottom:1.5rem}.quiet{opacity:.75}.scroll{overflow-x:auto}
pre{overflow:auto;padding:1rem;border:1px solid var(--line)}";

fn page(title: &str, way: &[(&str, String)], content: Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                // An empty icon, so that no browser requests /favicon.ico.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                nav aria-label="位置 · You are here" {
                    @for (i, (name, href)) in way.iter().enumerate() {
                        @if i > 0 { " / " }
                        a href=(href) { (name) }
                    }
                }
                h1 { (title) }
                (content)
            }
        }
    }
    .into_string()
}

/// The landing page.
pub fn landing(base: &str, title: &str, description: &str, snapshot: &Snapshot) -> String {
    page(
        title,
        &[("/", format!("{base}/"))],
        html! {
            p { (description) }
            ul {
                li { a href={ (base) "/api/collections" } { "数据集 · Collections" } " (" (snapshot.collections().iter().count()) ")" }
                li { a href={ (base) "/api/conformance" } { "符合性 · Conformance" } }
                li { a href={ (base) "/api/openapi.json" } { "OpenAPI" } }
                li { a href={ (base) "/docs" } { "接口文档 · API documentation" } }
            }
        },
    )
}

/// The page with the list of collections.
pub fn collections(base: &str, snapshot: &Snapshot) -> String {
    page(
        "数据集 · Collections",
        &[("API", format!("{base}/api/"))],
        html! {
            table {
                thead { tr { th { "名称" } th { "Name" } th { "id" } th { "要素数 · Features" } } }
                tbody {
                    @for (id, collection) in snapshot.collections().iter() {
                        tr {
                            td { a href={ (base) "/api/collections/" (id) } { (collection.schema().title_zh) } }
                            td { (collection.schema().title_en) }
                            td { code { (id) } }
                            td { (collection.len()) }
                        }
                    }
                }
            }
        },
    )
}

/// The page of one collection, with its properties.
pub fn collection(base: &str, collection: &Collection, roles: RoleSet) -> String {
    let schema = collection.schema();
    let here = format!("{base}/api/collections/{}", schema.collection);
    page(
        &format!("{} · {}", schema.title_zh, schema.title_en),
        &[
            ("API", format!("{base}/api/")),
            ("数据集 · Collections", format!("{base}/api/collections")),
        ],
        html! {
            p { (schema.description_zh) }
            p class="quiet" lang="en" { (schema.description_en) }
            p {
                a href={ (here) "/items?f=html&limit=100" } { "浏览要素 · Browse features" } " (" (collection.len()) ") · "
                a href={ (here) "/items?f=json&limit=100" } { "GeoJSON" } " · "
                a href={ (here) "/schema" } { "JSON Schema" } " · "
                a href={ (here) "/tilejson.json" } { "TileJSON" }
            }
            table {
                thead { tr { th { "属性" } th { "Property" } th { "id" } th { "类型 · Type" } th { "角色 · Role" } } }
                tbody {
                    @for property in schema.properties.values().filter(|p| roles.includes(p.role)) {
                        tr {
                            td { (property.title_zh) }
                            td { (property.title_en) }
                            td { code { (property.name) } }
                            td { (property.kind) @if !property.values.is_empty() { ": " (property.values.join(", ")) } }
                            td { (property.role) }
                        }
                    }
                }
            }
        },
    )
}

/// A page of features, built from its GeoJSON so that both always agree.
pub fn items(base: &str, collection: &Collection, geojson: &[u8], query: &Query) -> String {
    let schema = collection.schema();
    let here = format!("{base}/api/collections/{}", schema.collection);
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
    let title_of = |name: &str| {
        schema
            .properties
            .get(name)
            .map_or_else(|| name.to_owned(), |p| p.title_zh.clone())
    };
    page(
        &format!("{} · {}", schema.title_zh, schema.title_en),
        &[
            ("API", format!("{base}/api/")),
            ("数据集 · Collections", format!("{base}/api/collections")),
            (&schema.title_zh, here.clone()),
        ],
        html! {
            p {
                (document["numberReturned"]) " / " (document["numberMatched"]) " · "
                a href={ (here) "/items?" (query.with("f", "json")) } { "GeoJSON" }
            }
            @if features.is_empty() {
                p { "没有符合条件的要素。" span lang="en" { " No features match." } }
            } @else {
                div class="scroll" { table {
                    thead { tr { th { "id" } @for name in &names { th { (title_of(name)) } } } }
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
            @if let Some(next) = next { p { a rel="next" href=(next) { "下一页 · Next page" } } }
        },
    )
}

/// The page of one feature.
pub fn item(base: &str, collection: &Collection, geojson: &[u8]) -> String {
    let schema = collection.schema();
    let here = format!("{base}/api/collections/{}", schema.collection);
    let feature: Value = serde_json::from_slice(geojson).unwrap_or_default();
    let id = feature["id"].as_str().unwrap_or_default();
    page(
        feature["properties"]["name"].as_str().unwrap_or(id),
        &[
            ("API", format!("{base}/api/")),
            ("数据集 · Collections", format!("{base}/api/collections")),
            (&schema.title_zh, here.clone()),
        ],
        html! {
            p { code { (id) } " · " a href={ (here) "/items/" (segment(id)) "?f=json" } { "GeoJSON" } }
            table { tbody {
                @for (name, value) in feature["properties"].as_object().into_iter().flatten() {
                    tr {
                        th scope="row" { (schema.properties.get(name).map_or(name.as_str(), |p| &p.title_zh)) }
                        td { (plain(value)) }
                    }
                }
            } }
            p class="quiet" { (feature["geometry"]["type"].as_str().unwrap_or_default()) " · seq " (feature["seq"]) " · " (plain(&feature["updated_at"])) }
        },
    )
}

/// The page with the list of conformance classes.
pub fn conformance(base: &str, classes: &[&str]) -> String {
    page(
        "符合性 · Conformance",
        &[("API", format!("{base}/api/"))],
        html! { ul { @for class in classes { li { code { (class) } } } } },
    )
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

//! `/api/search`: finds features by name.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use std::sync::Arc;

use super::App;
use super::answer::{Answer, Tag};
use super::auth::Caller;
use super::items::{self, GEOJSON};
use super::problem::Problem;
use super::query::Query;
use super::work::{Advice, Kind};
use crate::access::Directory;
use crate::index::Collection;
use crate::model::both;
use crate::model::names::collection::WARNINGS;

/// The most features in one answer.
const MOST: usize = 100;
/// The header with the number of the commit up to which new names can be found.
pub const DIRECTORY_SEQ: &str = "onemap-directory-seq";
/// How to ask for less, for the error text.
const NARROW: Advice = (
    "请减少检索的图层（collections=）。",
    "Search fewer collections (collections=).",
);

/// Finds features by name.
#[utoipa::path(get, path = "/api/search", tag = "features",
    params(
        ("q" = String, Query, description = "Parts of a name in Chinese, in pinyin or in initials of pinyin: `wqhy3` finds 温泉花园3号楼. An empty text finds nothing"),
        ("collections" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these collections"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "How many (10)"),
    ),
    responses(
        (status = 200, description = "The features, the best first; the member `collection` names the collection of each. New names are found after a moment; the header `Onemap-Directory-Seq` says up to which commit. Features that were renamed, deleted or protected disappear at once", content_type = "application/geo+json", body = ref("#/components/schemas/Found")),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
        (status = 503, description = "Too many searches at once; try again in a moment", content_type = "application/problem+json"),
    ))]
pub async fn search(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["q", "collections", "limit"])?;
    let words = query
        .get("q")?
        .ok_or_else(|| {
            Problem::invalid(
                "q",
                both!(
                    "请填写要查找的内容，例如 q=wqhy3。",
                    "Name what to search for: q=wqhy3."
                ),
            )
        })?
        .trim()
        .to_owned();
    let limit = query
        .parsed::<usize>("limit", ("1至100的整数", "a whole number from 1 to 100"))?
        .unwrap_or(10);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::invalid(
            "limit",
            both!(
                "limit={limit}：应为1至{MOST}的整数。",
                "limit={limit}: expected a whole number from 1 to {MOST}."
            ),
        ));
    }
    let snapshot = app.live.snapshot();
    let collections: Vec<Arc<Collection>> = match query.get("collections")? {
        // Warnings have no names, so they are not searched.
        None => snapshot
            .collections()
            .iter()
            .filter(|(id, _)| id.as_str() != WARNINGS)
            .map(|(_, c)| Arc::clone(c))
            .collect(),
        Some(list) => {
            let mut chosen = Vec::new();
            for name in list.split(',').map(str::trim).filter(|n| !n.is_empty()) {
                chosen.push(Arc::clone(items::collection(&snapshot, name)?));
            }
            chosen
        }
    };
    // Before the first build of the directory, all collections are searched directly, so every name is found.
    let directory = app.live.directory();
    let built_from = directory.as_ref().map_or(snapshot.seq(), |d| d.seq);
    let newest = collections.iter().map(|c| c.last_seq()).max().unwrap_or(0);
    let version = directory
        .as_ref()
        .map_or("none".to_owned(), |d| d.seq.to_string());
    let question = query.without(&["min-seq"]);
    let parts = ["search", &question, &version];
    let tag = Tag::new(&snapshot, newest, &caller, &parts);
    if tag.is_held(&headers) {
        let answer = Answer::new(GEOJSON, tag, &snapshot, &caller).send(&headers, Vec::new);
        return Ok(say_built_from(answer, built_from));
    }
    let view = caller.view();
    let asker = caller.clone();
    let hits = if words.is_empty() {
        // An empty text finds nothing. The page sends it when the search field is cleared.
        Vec::new()
    } else {
        // The search reads every name, on all cores.
        app.answer_aside(Kind::Search, NARROW, move |budget| {
            let none = Directory::default();
            let directory = directory.as_ref().map_or(&none, |d| &d.value);
            Ok(directory.search(&collections, asker.view(), &words, limit, budget)?)
        })
        .await?
    };
    let body = || {
        let mut out = b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec();
        for (i, hit) in hits.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let schema = hit.collection.schema();
            hit.entry.write_feature(&mut out, schema, view, None);
            // The closing brace is removed, so that another member can be appended.
            out.pop();
            out.extend_from_slice(
                format!(",\"collection\":\"{}\"}}", schema.collection).as_bytes(),
            );
        }
        out.extend_from_slice(b"]}");
        out
    };
    let answer = Answer::new(GEOJSON, tag, &snapshot, &caller).send(&headers, body);
    Ok(say_built_from(answer, built_from))
}

/// Adds the header with the commit up to which new names can be found.
fn say_built_from(mut answer: Response, seq: u64) -> Response {
    answer
        .headers_mut()
        .insert(DIRECTORY_SEQ, HeaderValue::from(seq));
    answer
}

//! `/api/search`: where is it?

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::App;
use super::answer::{Answer, Tag};
use super::auth::Caller;
use super::items::{self, GEOJSON};
use super::problem::Problem;
use super::query::Query;
use crate::index::Collection;
use crate::riders;

/// The most features one may ask for.
const MOST: usize = 100;
/// A search walks over every name with all cores; many at once would only hold up each other, and the
/// tiles with them.
static SEARCHES: Semaphore = Semaphore::const_new(4);
/// How long a search waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// Features by name.
#[utoipa::path(get, path = "/api/search", tag = "features",
    params(
        ("q" = String, Query, description = "Words of a name, in characters, pinyin or its first letters: `wqhy3` finds 温泉花园3号楼; empty text finds nothing"),
        ("collections" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these collections"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "How many (10)"),
    ),
    responses(
        (status = 200, description = "The features, best first; `collection` beside the properties says where each stands", content_type = "application/geo+json", body = Value),
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
        .ok_or_else(|| Problem::invalid("q", "Say what to look for: q=wqhy3."))?
        .trim()
        .to_owned();
    let limit = query
        .parsed::<usize>("limit", "a whole number from 1 to 100")?
        .unwrap_or(10);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::invalid(
            "limit",
            format!("limit={limit}: expected a whole number from 1 to {MOST}."),
        ));
    }
    let snapshot = app.live.snapshot();
    let collections: Vec<Arc<Collection>> = match query.get("collections")? {
        // Warnings have no names; looking through them would only cost.
        None => snapshot
            .collections()
            .iter()
            .filter(|(id, _)| id.as_str() != "warnings")
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
    let newest = collections.iter().map(|c| c.last_seq()).max().unwrap_or(0);
    let tag = Tag::new(
        &snapshot,
        newest,
        &caller,
        &["search", &query.without(&["min-seq"])],
    );
    if tag.is_held(&headers) {
        return Ok(Answer::new(GEOJSON, tag, &snapshot, &caller).send(&headers, Vec::new));
    }
    let view = caller.view();
    let asker = caller.clone();
    // A field that was cleared: nothing is looked for, and nothing found.
    let hits = if words.is_empty() {
        Vec::new()
    } else {
        let turn = turn(&SEARCHES, PATIENCE).await?;
        tokio::task::spawn_blocking(move || {
            // Held by the work and not by the request: a client that hangs up does not end the walk.
            let _turn = turn;
            riders::search(&collections, asker.view(), &words, limit)
        })
        .await
        .map_err(|e| Problem::internal(&e))?
    };
    let body = || {
        let mut out = b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec();
        for (i, hit) in hits.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let schema = hit.collection.schema();
            hit.entry.write_feature(&mut out, schema, view, None);
            // The feature's closing brace makes room for one more member.
            out.pop();
            out.extend_from_slice(
                format!(",\"collection\":\"{}\"}}", schema.collection).as_bytes(),
            );
        }
        out.extend_from_slice(b"]}");
        out
    };
    Ok(Answer::new(GEOJSON, tag, &snapshot, &caller).send(&headers, body))
}

async fn turn(of: &Semaphore, patience: Duration) -> Result<SemaphorePermit<'_>, Problem> {
    match tokio::time::timeout(patience, of.acquire()).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => Err(Problem::unavailable(
            "Too many searches at once; try again in a moment.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_search_without_a_turn_is_told_to_come_back() {
        let two = Semaphore::new(2);
        let short = Duration::from_millis(10);
        let first = turn(&two, short).await;
        let _second = turn(&two, short).await.unwrap();
        assert!(turn(&two, short).await.is_err());
        drop(first);
        assert!(turn(&two, short).await.is_ok());
    }
}

//! `/api/search`: finds features by name and address.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use std::sync::Arc;

use super::App;
use super::answer::{Answer, Tag};
use super::auth::Caller;
use super::items::{self, GEOJSON};
use super::problem::{Problem, sentence};
use super::query::Query;
use super::work::{Advice, Kind};
use crate::access::{Ask, Directory, Found, Hit};
use crate::index::{Budget, Collection, Stop};
use crate::live::Snapshot;
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, WARNINGS};
use crate::model::{Localized, View, both};
use crate::service::access;
use serde::Serialize;
use serde_json::json;

/// The most features in one answer.
const MOST: usize = 100;
/// The most characters of a query. The text of an order with a note fits into it.
const LONGEST: usize = 600;
/// The header with the number of the commit up to which new names can be found.
pub const DIRECTORY_SEQ: &str = "onemap-directory-seq";
/// The advice in the error text for a request that reads too much of the map.
const NARROW: Advice = (
    "请减少检索的图层（collections=）。",
    "Search fewer collections (collections=).",
);

/// Finds features by name and address.
///
/// Names are found by characters (simplified or traditional), pinyin, first letters, or any mix of these; buildings also
/// by number in the usual spellings: 3号楼, 三号楼, 3栋, 3幢, A座, #3, 3-2-501, 24号楼2单元602. If nothing matches, the
/// search ignores areas before the name (天津市北辰区…), then accepts one typing mistake in the name, then ignores the
/// number and says so in `note`. The text of an order may be pasted, but clients should remove names, telephone numbers
/// and notes first; the server ignores them.
///
/// If the query names a unit or room, a building in the result has `address` with `unit` and `room`; with `door`, the id
/// of the entrance, if it is known; and with `note` if the unit or room does not exist. The search takes no position:
/// clients sort equally good results by distance.
#[utoipa::path(get, path = "/api/search", tag = "features",
    params(
        ("q" = String, Query, description = "A name or an address, at most 600 characters: `wqhy3` finds 温泉花园3号楼, `温泉花园3-2-501` also its unit and room; empty text finds nothing"),
        ("collections" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these collections"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "The most features; 10 if absent"),
    ),
    responses(
        (status = 200, description = "The features, the best first; the member `collection` names the collection of each. New names are found after a few seconds; the header `Onemap-Directory-Seq` says up to which commit. Features that were renamed, deleted or protected disappear at once", content_type = "application/geo+json", body = ref("#/components/schemas/Found")),
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
                    "The parameter q is missing: say what to search for, such as q=wqhy3."
                ),
            )
        })?
        .trim()
        .to_owned();
    let length = words.chars().count();
    if length > LONGEST {
        return Err(Problem::invalid(
            "q",
            both!(
                "查找内容有{length}个字符，最多{LONGEST}个；请只粘贴地址部分。",
                "The query has {length} characters; at most {LONGEST} are allowed. Paste the address only."
            ),
        ));
    }
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
    let map = snapshot.clone();
    let answered = if words.is_empty() {
        // An empty text finds nothing. The page sends it when the search field is cleared.
        Answered::default()
    } else {
        // The search runs on a blocking thread, because it compares names on all cores.
        app.answer_aside(Kind::Search, NARROW, move |budget| {
            let none = Directory::default();
            let directory = directory.as_ref().map_or(&none, |d| &d.value);
            let ask = Ask {
                collections: &collections,
                compounds: map.collections().get(COMPOUNDS),
                view: asker.view(),
                query: &words,
                limit,
            };
            let found = directory.search(&ask, budget)?;
            Ok(Answered::of(found, &map, asker.view(), budget)?)
        })
        .await?
    };
    let body = || answered.write(view);
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

/// The unit, room and door of a building in the result, for a query that names a unit or room.
#[derive(Debug, Serialize)]
struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<String>,
    /// The id of the entrance, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    door: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<Localized>,
}

impl Address {
    /// Returns the address within the building that was found; `None` if the query names neither a unit nor a room.
    fn of(
        hit: &Hit,
        map: &Snapshot,
        view: View<'_>,
        budget: &Budget,
    ) -> Result<Option<Self>, Stop> {
        let collection = &hit.collection;
        let is_house = collection.schema().collection.as_str() == BUILDINGS;
        if !is_house || (hit.unit.is_none() && hit.room.is_none()) {
            return Ok(None);
        }
        let house = (&**collection, &*hit.entry);
        let place = (hit.unit.as_deref(), hit.room.as_deref());
        let door = access::door_of(map, view, house, place, budget)?;
        let (door, note) = match door {
            Ok(door) => (door, None),
            Err(none) => (None, Some(sentence(&none))),
        };
        Ok(Some(Self {
            unit: hit.unit.clone(),
            room: hit.room.clone(),
            door,
            note,
        }))
    }
}

/// The features of a response, best first.
#[derive(Debug, Default)]
struct Answered {
    hits: Vec<(Hit, Option<Address>)>,
    without_numbers: bool,
}

impl Answered {
    fn of(found: Found, map: &Snapshot, view: View<'_>, budget: &Budget) -> Result<Self, Stop> {
        let mut hits = Vec::with_capacity(found.hits.len());
        for hit in found.hits {
            let address = Address::of(&hit, map, view, budget)?;
            hits.push((hit, address));
        }
        Ok(Self {
            hits,
            without_numbers: found.without_numbers,
        })
    }

    fn write(&self, view: View<'_>) -> Vec<u8> {
        let mut out = b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec();
        for (i, (hit, address)) in self.hits.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let schema = hit.collection.schema();
            hit.entry.write_feature(&mut out, schema, view, None);
            // Removes the closing brace of the feature, so that more members can be added.
            out.pop();
            out.extend_from_slice(format!(",\"collection\":\"{}\"", schema.collection).as_bytes());
            if let Some(address) = address {
                out.extend_from_slice(format!(",\"address\":{}", json!(address)).as_bytes());
            }
            out.push(b'}');
        }
        out.push(b']');
        if self.without_numbers {
            let note = both!(
                "没有找到该编号，以下地点仅名称相符。",
                "No place has this number; these fit by name only."
            );
            out.extend_from_slice(format!(",\"note\":{}", json!(note)).as_bytes());
        }
        out.push(b'}');
        out
    }
}

//! `/api/collections/{c}/items`: features as GeoJSON, a page at a time or one by one, and how they
//! are written.

mod content_crs;
mod doubts;
mod guard;
mod one;
pub mod params;
mod write;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

pub use one::{__path_read, read};
pub use write::{
    __path_create, __path_delete, __path_patch, __path_put, create, delete, patch, put,
};

use super::App;
use super::answer::{Answer, Form, Tag, negotiate};
use super::auth::Caller;
use super::html;
use super::problem::Problem;
use super::query::{Query, encode};
use crate::codec::geojson::write::{FeatureParts, feature, geometry_or_null};
use crate::index::{Collection, Entry, Select};
use crate::live::Snapshot;
use crate::model::{View, pick};
use crate::spatial::crs::Crs;
use params::Params;

/// The media type of everything here.
pub const GEOJSON: &str = "application/geo+json";

/// Looks a collection up.
pub fn collection<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a Arc<Collection>, Problem> {
    snapshot.collections().get(name).ok_or_else(|| {
        let names: Vec<&str> = snapshot
            .collections()
            .iter()
            .map(|(id, _)| id.as_str())
            .collect();
        Problem::not_found(format!(
            "There is no collection {name:?}; there are {}.",
            names.join(", ")
        ))
    })
}

/// A page of features.
///
/// Ordered by id; the link `next` pages by key, so that what matches throughout comes exactly once,
/// whatever is written meanwhile. Any property of the collection's queryables is a parameter too:
/// `levels=6`.
#[utoipa::path(get, path = "/api/collections/{collectionId}/items", operation_id = "list_items", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("bbox" = Option<Vec<f64>>, Query, style = Form, explode = false,
            description = "west,south,east,north: only features whose geometry meets the box; west > east crosses the antimeridian"),
        ("bbox-crs" = Option<String>, Query, description = "The URI of the system of `bbox`; CRS84 where it is missing"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 10000, description = "The most features on the page (10)"),
        ("offset" = Option<u64>, Query, minimum = 0, description = "How many to pass over; promises nothing across writes"),
        ("after" = Option<String>, Query, description = "Only ids after this one: what the link `next` uses"),
        ("datetime" = Option<String>, Query, description = "A time with its zone, a date (of UTC) or an interval, for collections that have a time; a time without a zone is refused"),
        ("properties" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these properties"),
        ("crs" = Option<String>, Query, description = "The URI of the system of the answer's coordinates; CRS84 where it is missing"),
        ("sortby" = Option<Vec<String>>, Query, style = Form, explode = false, description = "name,-levels"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses(
        (status = 200, description = "The features", content_type = "application/geo+json", body = Value),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
        (status = 404, description = "No such collection", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = app.live.snapshot();
    let collection = collection(&snapshot, &name)?;
    let params = Params::read(&query, collection.schema(), caller.view())?;
    let wanted = Wanted {
        path: &format!("/api/collections/{name}/items"),
        collection,
        query: &query,
        params: &params,
        seq: collection.last_seq(),
        matched: None,
    };
    page(&app, &snapshot, &wanted, &caller, &headers).await
}

/// A page of features that somebody wants.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// The path of the resource, which `next` leads back to.
    pub path: &'a str,
    /// The features.
    pub collection: &'a Collection,
    /// The query as it was asked.
    pub query: &'a Query,
    /// What it means.
    pub params: &'a Params,
    /// The last commit that could have changed the page.
    pub seq: u64,
    /// How many match in all, where `collection` holds only a part of them.
    pub matched: Option<u64>,
}

/// Answers with a page of features.
pub(super) async fn page(
    app: &App,
    snapshot: &Snapshot,
    wanted: &Wanted<'_>,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (collection, query, params) = (wanted.collection, wanted.query, wanted.params);
    let form = negotiate(query, headers)?;
    let base = app.base(headers);
    let tag = Tag::new(
        snapshot,
        wanted.seq,
        caller,
        &[
            "items",
            &base,
            wanted.path,
            &query.without(&[]),
            &format!("{form:?}"),
        ],
    );
    if tag.is_held(headers) {
        return Ok(Answer::new(GEOJSON, tag, snapshot, caller).send(headers, Vec::new));
    }
    let page = Page {
        base: &base,
        path: wanted.path,
        matched: wanted.matched,
        collection,
        query,
        params,
        view: caller.view(),
    };
    // A look at every feature takes its time in a big collection: other requests go on meanwhile.
    let light = params.sort.is_empty() && params.filter(collection, caller.view()).is_none();
    let bytes = if light {
        page.write()?
    } else {
        let _turn = app.turn().await?;
        tokio::task::block_in_place(|| page.write())?
    };
    if form == Form::Html {
        let markup = html::items(&base, collection, &bytes, query);
        let answer = Answer::new(html::MEDIA_TYPE, tag, snapshot, caller);
        return Ok(answer.send(headers, || markup));
    }
    let mut response = Answer::new(GEOJSON, tag, snapshot, caller).send(headers, || bytes);
    content_crs(&mut response, params.crs);
    Ok(response)
}

/// Says which system the coordinates are in.
pub(super) fn content_crs(response: &mut Response, crs: Crs) {
    if let Some(uri) = crs.uri()
        && let Ok(value) = HeaderValue::from_str(&format!("<{uri}>"))
    {
        response.headers_mut().insert("content-crs", value);
    }
    if crs != Crs::Crs84 {
        // RFC 7946 is WGS 84 only: anything else is plain JSON in GeoJSON's shape.
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
    }
}

struct Page<'a> {
    base: &'a str,
    path: &'a str,
    matched: Option<u64>,
    collection: &'a Collection,
    query: &'a Query,
    params: &'a Params,
    view: View<'a>,
}

impl Page<'_> {
    fn write(&self) -> Result<Vec<u8>, Problem> {
        let (collection, params) = (self.collection, self.params);
        let filter = params.filter(collection, self.view);
        let select = Select {
            bbox: params.bbox,
            after: params.after.clone(),
            offset: params.offset,
            limit: params.limit,
            filter: filter
                .as_ref()
                .map(|f| f as &(dyn Fn(&Entry) -> bool + Sync)),
            ..Select::default()
        };
        let mut out = b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec();
        let (matched, returned, next) = if params.sort.is_empty() {
            let plain = params.is_plain()
                && (self.view.roles.is_public() || !collection.schema().protects());
            let counts = if plain {
                collection.select_into(&select, &mut out)
            } else {
                let mut entries = Vec::new();
                let counts = collection.visit(&select, |e| entries.push(e));
                self.write_entries(&mut out, entries.into_iter())?;
                counts
            };
            let next = counts
                .next
                .map(|id| with_all(self.query, &[("after", id.as_str())], &["offset"]));
            (counts.matched, counts.returned, next)
        } else {
            self.write_sorted(&mut out, select)?
        };
        out.push(b']');
        if let Some(n) = self.matched.or(matched) {
            out.extend_from_slice(format!(",\"numberMatched\":{n}").as_bytes());
        }
        out.extend_from_slice(format!(",\"numberReturned\":{returned},\"links\":").as_bytes());
        serde_json::to_writer(&mut out, &self.links(next)).map_err(|e| Problem::internal(&e))?;
        out.push(b'}');
        Ok(out)
    }

    /// Another order than that of the ids has no key to page by: it pages by offset.
    fn write_sorted(
        &self,
        out: &mut Vec<u8>,
        select: Select<'_>,
    ) -> Result<(Option<u64>, usize, Option<String>), Problem> {
        let params = self.params;
        let all = self.collection.select(&Select {
            offset: 0,
            limit: usize::MAX,
            ..select
        });
        let names: Vec<&str> = params.sort.iter().map(|(name, _)| name.as_str()).collect();
        // What the role may not see it may not sort by: the parameters refused it.
        let mut keyed: Vec<(Vec<Value>, &Arc<Entry>)> = all
            .entries
            .par_iter()
            .map(|entry| (pick(entry.all_properties(), &names), entry))
            .collect();
        let order = |(a, x): &(Vec<Value>, &Arc<Entry>), (b, y): &(Vec<Value>, &Arc<Entry>)| {
            by_keys(a, b, &params.sort).then_with(|| x.id().cmp(y.id()))
        };
        let matched = keyed.len();
        // Only what comes up to the end of the page has to be in its order.
        let end = params.offset.saturating_add(params.limit);
        if end < matched {
            keyed.select_nth_unstable_by(end, order);
            keyed.truncate(end);
        }
        keyed.sort_unstable_by(order);
        let page = keyed
            .into_iter()
            .map(|(_, e)| e)
            .skip(params.offset)
            .take(params.limit);
        let returned = self.write_entries(out, page)?;
        let end = params.offset.saturating_add(returned);
        let next = (end < matched)
            .then(|| with_all(self.query, &[("offset", &end.to_string())], &["after"]));
        Ok((Some(matched as u64), returned, next))
    }

    fn write_entries<'a>(
        &self,
        out: &mut Vec<u8>,
        entries: impl Iterator<Item = &'a Arc<Entry>>,
    ) -> Result<usize, Problem> {
        let mut count = 0;
        for entry in entries {
            if count > 0 {
                out.push(b',');
            }
            write_entry(out, self.collection, entry, self.view, self.params)?;
            count += 1;
        }
        Ok(count)
    }

    fn links(&self, next: Option<String>) -> Vec<Link<'_>> {
        let schema = self.collection.schema();
        let here = format!("{}{}", self.base, self.path);
        let items = |rel, media_type, title, query: &str| Link {
            href: match query {
                "" => here.clone(),
                query => format!("{here}?{query}"),
            },
            rel,
            title,
            media_type,
        };
        let (this, page) = (self.query.without(&[]), self.query.with("f", "html"));
        let mut links = vec![
            items("self", GEOJSON, "this page", &this),
            items("alternate", "text/html", "this page as HTML", &page),
            Link {
                href: format!("{}/api/collections/{}", self.base, schema.collection),
                rel: "collection",
                title: &schema.title_zh,
                media_type: "application/json",
            },
        ];
        links.extend(next.map(|query| items("next", GEOJSON, "next page", &query)));
        links
    }
}

/// A link of a page. Written as it is: a document of values in between would cost a page of a few
/// features more than the features.
#[derive(Serialize)]
struct Link<'a> {
    href: String,
    rel: &'static str,
    title: &'a str,
    #[serde(rename = "type")]
    media_type: &'static str,
}

/// Writes one feature as somebody sees it, in the system and with the properties asked for.
pub(super) fn write_entry(
    out: &mut Vec<u8>,
    collection: &Collection,
    entry: &Entry,
    view: View<'_>,
    params: &Params,
) -> Result<(), Problem> {
    let selection = params.properties.as_deref();
    if params.crs == Crs::Crs84 {
        entry.write_feature(out, collection.schema(), view, selection);
        return Ok(());
    }
    let geometry = entry
        .geometry()
        .map(|g| geometry_in(g, params.crs))
        .transpose()
        .map_err(|why| {
            Problem::invalid("crs", format!("Feature {:?}: {why}", entry.id().as_str()))
        })?;
    let mut properties = entry.properties(collection.schema(), view).into_owned();
    if let Some(names) = selection
        && let Ok(Value::Object(map)) = serde_json::from_str(&properties)
    {
        let kept: serde_json::Map<String, Value> =
            map.into_iter().filter(|(k, _)| names.contains(k)).collect();
        properties = Value::Object(kept).to_string();
    }
    let mut shape = Vec::new();
    geometry_or_null(&mut shape, geometry.as_ref());
    feature(
        out,
        &FeatureParts {
            id: entry.id().as_str(),
            geometry: &shape,
            properties: &properties,
            seq: entry.seq(),
            updated_at: entry.updated_at(),
        },
    );
    Ok(())
}

/// A geometry in another system, with the axes in the order of its authority.
fn geometry_in(
    geometry: &geo_types::Geometry<f64>,
    crs: Crs,
) -> Result<geo_types::Geometry<f64>, String> {
    use geo::MapCoords;
    let moved = crs
        .geometry_from_wgs84(geometry)
        .map_err(|e| e.to_string())?;
    Ok(if crs.axis_order_lat_lon() {
        moved.map_coords(|c| geo_types::Coord { x: c.y, y: c.x })
    } else {
        moved
    })
}

fn with_all(query: &Query, set: &[(&str, &str)], drop: &[&str]) -> String {
    let mut names: Vec<&str> = drop.to_vec();
    names.extend(set.iter().map(|(k, _)| *k));
    let mut text = query.without(&names);
    for (k, v) in set {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(&format!("{k}={}", encode(v)));
    }
    text
}

/// Brings rows into the order that `sortby` asks for; equal ones stay as they are.
pub(super) fn sort_by<T>(
    rows: &mut [T],
    sort: &[(String, bool)],
    properties: impl Fn(&T) -> &serde_json::Map<String, Value>,
) {
    if sort.is_empty() {
        return;
    }
    let keys = |row: &T| -> Vec<Value> {
        let map = properties(row);
        let value = |(name, _): &(String, bool)| map.get(name).cloned().unwrap_or(Value::Null);
        sort.iter().map(value).collect()
    };
    rows.sort_by(|a, b| by_keys(&keys(a), &keys(b), sort));
}

/// The order of two rows whose values, as `sort` names them, are these.
fn by_keys(a: &[Value], b: &[Value], sort: &[(String, bool)]) -> std::cmp::Ordering {
    let each = a.iter().zip(b).zip(sort).map(|((a, b), (_, down))| {
        let order = compare(a, b);
        if *down { order.reverse() } else { order }
    });
    each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// Missing values last, numbers before texts.
fn compare(a: &Value, b: &Value) -> std::cmp::Ordering {
    let rank = |v: &Value| match v {
        Value::Bool(_) => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Array(_) | Value::Object(_) => 3,
        Value::Null => 4,
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a
            .as_f64()
            .unwrap_or_default()
            .total_cmp(&b.as_f64().unwrap_or_default()),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

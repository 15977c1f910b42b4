//! `/api/collections/{c}/items`: reads features as GeoJSON, as pages or one by one, and writes them.

mod content_crs;
pub(super) mod doubts;
mod filter;
mod guard;
mod one;
pub mod params;
mod patch;
mod sort;
mod target;
mod write;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use geo::CoordsIter as _;
use serde::Serialize;
use serde_json::Value;

pub use one::{__path_read, read};
pub(super) use sort::first;
pub use write::{
    __path_create, __path_delete, __path_patch, __path_put, create, delete, patch, put,
};

use super::App;
use super::answer::{Answer, Form, Tag, negotiate};
use super::auth::Caller;
use super::html;
use super::language;
use super::problem::Problem;
use super::query::{Query, encode};
use super::work::{Advice, Cut};
use crate::codec::geojson::write::{FeatureParts, feature, geometry_or_null};
use crate::index::filter::Predicate;
use crate::index::{Budget, Collection, Entry, Meter as _, Select};
use crate::live::Snapshot;
use crate::model::{InChinese as _, Localized, View, both};
use crate::spatial::crs::Crs;
use params::Params;

/// The media type of GeoJSON.
pub const GEOJSON: &str = "application/geo+json";

/// Finds a collection by its name.
pub fn collection<'a>(snapshot: &'a Snapshot, name: &str) -> Result<&'a Arc<Collection>, Problem> {
    snapshot.collections().get(name).ok_or_else(|| {
        let names: Vec<&str> = snapshot
            .collections()
            .iter()
            .map(|(id, _)| id.as_str())
            .collect();
        let names = names.join(", ");
        Problem::not_found(both!(
            "没有图层“{name}”；现有图层：{names}。",
            "There is no collection {name:?}. The collections are: {names}."
        ))
    })
}

/// Returns a page of features.
///
/// Features are ordered by id. The link `next` continues after the last id, so that a feature which matches the
/// whole time appears exactly once, even if others are written meanwhile. Each queryable property of the
/// collection is also a parameter: `levels=6`.
#[utoipa::path(get, path = "/api/collections/{collectionId}/items", operation_id = "list_items", tag = "features",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("bbox" = Option<Vec<f64>>, Query, style = Form, explode = false,
            description = "west,south,east,north: only features that intersect the box; west > east crosses the antimeridian"),
        ("bbox-crs" = Option<String>, Query, description = "The URI of the coordinate system of `bbox`; CRS84 if absent"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 10000, description = "The most features on the page; 10 if absent"),
        ("offset" = Option<u64>, Query, minimum = 0, description = "The number of features to skip, with sortby at most 20,000. Writes between two requests can move features to another page"),
        ("after" = Option<String>, Query, description = "Only features with ids after this one; the link `next` uses it"),
        ("datetime" = Option<String>, Query, description = "A time with its zone, a date (in UTC) or an interval, for collections with a time property. A time without a zone is refused"),
        ("properties" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these properties"),
        ("crs" = Option<String>, Query, description = "The URI of the coordinate system of the answer; CRS84 if absent"),
        ("sortby" = Option<Vec<String>>, Query, style = Form, explode = false, description = "The properties to sort by, at most four, such as `name,-levels`; `-` sorts in descending order"),
        ("filter" = Option<String>, Query, description = "A CQL2 expression over the queryables of the collection, which features must match: `levels > 6 AND S_INTERSECTS(geometry, BBOX(117.1,39.2,117.2,39.3))`"),
        ("filter-lang" = Option<String>, Query, description = "The encoding of `filter`: cql2-text (the default) or cql2-json"),
        ("filter-crs" = Option<String>, Query, description = "The URI of the coordinate system of geometries in `filter`; CRS84 if absent"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses(
        (status = 200, description = "The features", content_type = "application/geo+json", body = ref("#/components/schemas/FeatureCollection")),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
        (status = 404, description = "No such collection", content_type = "application/problem+json"),
        (status = 422, description = "The request takes more work or memory than allowed; `detail` says what to ask for instead", content_type = "application/problem+json"),
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
        path: format!("/api/collections/{name}/items"),
        seq: collection.last_seq(),
        collection: Arc::clone(collection),
        query,
        params,
        matched: None,
    };
    page(&app, &snapshot, wanted, &caller, &headers).await
}

/// A requested page of features.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The path of the resource, for the link `next`.
    pub path: String,
    /// The features to choose from.
    pub collection: Arc<Collection>,
    /// The query of the request.
    pub query: Query,
    /// The parameters, parsed.
    pub params: Params,
    /// The last commit that could have changed the page.
    pub seq: u64,
    /// The total number of matching features, if `collection` contains only some of them.
    pub matched: Option<u64>,
}

/// The advice in the error text for a request that reads too much of the map.
const NARROW: Advice = (
    "请缩小范围（bbox=），减少每页个数（limit=，再按“next”链接翻页），不用 sortby，或简化筛选条件。",
    "Request a smaller area (bbox=) or fewer features at a time (limit=, then the link \"next\"), \
     leave sortby out, or simplify the filter.",
);

/// Answers with a page of features.
pub(super) async fn page(
    app: &App,
    snapshot: &Snapshot,
    wanted: Wanted,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let form = negotiate(&wanted.query, headers)?;
    let base = app.base(headers);
    let tag = Tag::new(
        snapshot,
        wanted.seq,
        caller,
        &[
            "items",
            &base,
            &wanted.path,
            &wanted.query.without(&[]),
            &match form {
                Form::Json => format!("{form:?}"),
                Form::Html => format!("{form:?} {:?}", language::current()),
            },
        ],
    );
    if tag.is_held(headers) {
        return Ok(Answer::new(GEOJSON, tag, snapshot, caller).send(headers, Vec::new));
    }
    let crs = wanted.params.crs;
    let page = Page {
        base,
        caller: caller.clone(),
        most: match form {
            Form::Json => params::MAX_LIMIT,
            Form::Html => html::MOST_ROWS,
        },
        wanted,
    };
    let frame = html::Frame::new(&page.base);
    let bytes = app
        .answer(NARROW, move |budget| {
            let bytes = page.write(budget)?;
            Ok(match form {
                Form::Json => bytes,
                Form::Html => {
                    let Wanted {
                        collection, query, ..
                    } = &page.wanted;
                    html::items(&frame, collection, &bytes, query).into_bytes()
                }
            })
        })
        .await?;
    if form == Form::Html {
        let answer = Answer::new(html::MEDIA_TYPE, tag, snapshot, caller);
        return Ok(answer.send(headers, || bytes));
    }
    let mut response = Answer::new(GEOJSON, tag, snapshot, caller).send(headers, || bytes);
    content_crs(&mut response, crs);
    Ok(response)
}

/// The header `Content-Crs` of an answer in WGS 84, longitude first.
const CRS84: &str = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>";

/// Adds the header that names the coordinate system of the answer.
pub(super) fn content_crs(response: &mut Response, crs: Crs) {
    let value = match crs {
        // Nearly every answer has this coordinate system, so the value is a constant.
        Crs::Crs84 => Some(HeaderValue::from_static(CRS84)),
        _ => crs
            .uri()
            .and_then(|uri| HeaderValue::from_str(&format!("<{uri}>")).ok()),
    };
    if let Some(value) = value {
        response
            .headers_mut()
            .insert(crate::http::CONTENT_CRS, value);
    }
    if crs != Crs::Crs84 {
        // RFC 7946 allows only WGS 84, so other systems are sent as plain JSON in the shape of GeoJSON.
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
    }
}

struct Page {
    base: String,
    /// The caller of the request.
    caller: Caller,
    /// The most features of a page in this representation.
    most: usize,
    wanted: Wanted,
}

impl Page {
    fn write(&self, budget: &Budget) -> Result<Vec<u8>, Cut> {
        let Wanted {
            collection,
            query,
            params,
            matched: known,
            ..
        } = &self.wanted;
        let view = self.caller.view();
        let filter = params.filter(collection, view, budget);
        let select = Select {
            bbox: params.bbox,
            after: params.after.clone(),
            offset: params.offset,
            limit: params.limit.min(self.most),
            near: params.predicate.as_ref().and_then(Predicate::near),
            filter: filter
                .as_ref()
                .map(|f| f as &(dyn Fn(&Entry) -> bool + Sync)),
            ..Select::default()
        };
        let mut out = b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec();
        let (matched, returned, next) = if params.sort.is_empty() {
            let plain =
                params.is_plain() && (view.roles.is_public() || !collection.schema().protects());
            let counts = if plain {
                collection.select_into_metered(&select, budget, &mut out)?
            } else {
                let mut entries = Vec::new();
                let counts = collection.visit_metered(&select, budget, |e| entries.push(e))?;
                self.write_entries(&mut out, budget, entries.into_iter())?;
                counts
            };
            let next = counts
                .next
                .map(|id| with_all(query, &[("after", id.as_str())], &["offset"]));
            (counts.matched, counts.returned, next)
        } else {
            self.write_sorted(&mut out, budget, &select)?
        };
        out.push(b']');
        if let Some(n) = known.or(matched) {
            out.extend_from_slice(format!(",\"numberMatched\":{n}").as_bytes());
        }
        out.extend_from_slice(format!(",\"numberReturned\":{returned},\"links\":").as_bytes());
        serde_json::to_writer(&mut out, &self.links(next)).map_err(|e| Problem::internal(&e))?;
        out.push(b'}');
        Ok(out)
    }

    /// Writes a page that is sorted by `sortby`. Such a page has no key to continue from, so paging uses an
    /// offset. Returns the number of matching features, the number of features on the page, and the query of the next
    /// page.
    fn write_sorted(
        &self,
        out: &mut Vec<u8>,
        budget: &Budget,
        select: &Select<'_>,
    ) -> Result<(Option<u64>, usize, Option<String>), Cut> {
        let (offset, limit) = (select.offset, select.limit);
        let mut all: Vec<&Arc<Entry>> = Vec::new();
        let everything = Select {
            offset: 0,
            limit: usize::MAX,
            ..select.clone()
        };
        let collection = &self.wanted.collection;
        collection.visit_metered(&everything, budget, |e| all.push(e))?;
        budget.hold(size_of_val(&*all))?;
        let matched = all.len();
        // Only the features up to the end of the page need to be sorted.
        let end = offset.saturating_add(limit);
        let first = first(&all, &self.wanted.params.sort, end, budget)?;
        let page = first.into_iter().skip(offset);
        let returned = self.write_entries(out, budget, page)?;
        let end = offset.saturating_add(returned);
        let next = (end < matched && end <= params::MAX_SORTED).then(|| {
            with_all(
                &self.wanted.query,
                &[("offset", &end.to_string())],
                &["after"],
            )
        });
        Ok((Some(matched as u64), returned, next))
    }

    fn write_entries<'a>(
        &self,
        out: &mut Vec<u8>,
        budget: &Budget,
        entries: impl Iterator<Item = &'a Arc<Entry>>,
    ) -> Result<usize, Cut> {
        let Wanted {
            collection, params, ..
        } = &self.wanted;
        let mut count = 0;
        for entry in entries {
            let before = out.len();
            if count > 0 {
                out.push(b',');
            }
            // Writing a feature costs as much as reading one.
            budget.read(1)?;
            if params.crs != Crs::Crs84 {
                let positions = entry.geometry().map_or(0, |g| g.coords_count());
                budget.measure(positions, true)?;
            }
            let view = (self.caller.view(), Looks::Unrecorded);
            write_entry(out, collection, entry, view, params)?;
            budget.hold(out.len() - before)?;
            count += 1;
        }
        Ok(count)
    }

    fn links(&self, next: Option<String>) -> Vec<Link<'_>> {
        let Wanted {
            collection,
            query,
            path,
            ..
        } = &self.wanted;
        let schema = collection.schema();
        let here = format!("{}{path}", self.base);
        let items = |rel, media_type, title, query: &str| Link {
            href: match query {
                "" => here.clone(),
                query => format!("{here}?{query}"),
            },
            rel,
            title,
            media_type,
        };
        let (this, page) = (query.without(&[]), query.with("f", "html"));
        let mut links = vec![
            items("self", GEOJSON, "this page", &this),
            items("alternate", "text/html", "This page as HTML", &page),
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

/// A link of a page. It is written directly, because building a document would cost more than the few features
/// of a small page.
#[derive(Serialize)]
struct Link<'a> {
    href: String,
    rel: &'static str,
    title: &'a str,
    #[serde(rename = "type")]
    media_type: &'static str,
}

/// Writes one feature as the caller sees it, in the requested coordinate system and with the requested
/// properties.
pub(super) fn write_entry(
    out: &mut Vec<u8>,
    collection: &Collection,
    entry: &Entry,
    (view, looks): (View<'_>, Looks),
    params: &Params,
) -> Result<(), Problem> {
    let schema = collection.schema();
    let properties = match looks {
        Looks::Unrecorded => entry.properties(schema, view),
        Looks::Recorded => entry.recorded_properties(schema, view),
    };
    if params.crs == Crs::Crs84 {
        entry.write_with(out, properties, params.properties.as_deref());
        return Ok(());
    }
    write_moved(out, entry, properties.into_owned(), params)
}

/// Whether the audit has a record that the caller looked at the feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// There is no record, so properties that need one are left out.
    Unrecorded,
    /// There is a record, so properties that need one are included.
    Recorded,
}

/// Writes a feature with its geometry in another coordinate system.
fn write_moved(
    out: &mut Vec<u8>,
    entry: &Entry,
    mut properties: String,
    params: &Params,
) -> Result<(), Problem> {
    let selection = params.properties.as_deref();
    let geometry = entry
        .geometry()
        .map(|g| geometry_in(g, params.crs))
        .transpose()
        .map_err(|Localized { zh, en }| {
            let id = entry.id().as_str();
            Problem::invalid(
                "crs",
                both!(
                    "要素“{id}”不能转换到所请求的坐标系：{zh}。",
                    "Feature {id:?} cannot be converted to the requested coordinate system: {en}."
                ),
            )
        })?;
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

/// A geometry in another coordinate system, with the axis order of its authority.
fn geometry_in(
    geometry: &geo_types::Geometry<f64>,
    crs: Crs,
) -> Result<geo_types::Geometry<f64>, Localized> {
    use geo::MapCoords;
    let moved = crs
        .geometry_from_wgs84(geometry)
        .map_err(|e| e.localized())?;
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

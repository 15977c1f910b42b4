//! The catalogue of the service: the landing page, the conformance classes, the collections and their schemas.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::answer::{self, Answer, Form, negotiate};
use super::auth::Caller;
use super::problem::Problem;
use super::query::Query;
use super::shapes::Link;
use super::{App, assets, html, items};
use crate::index::{Collection, Entry};
use crate::live::Snapshot;
use crate::model::names::collection::GRIDS;
use crate::model::names::property;
use crate::model::{Canonical, CollectionId, Localized, Role, RoleSet, SOURCES};
use crate::spatial::bounds;
use crate::spatial::crs::Crs;

const JSON: &str = "application/json";
const SCHEMA_JSON: &str = "application/schema+json";
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// The most grids that are searched for the name of the subdistrict.
const MOST_GRIDS: usize = 10_000;

/// The conformance classes of the OGC standards that this service implements.
const CLASSES: &[&str] = &[
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
];

/// The landing page: what this service is, with links to its parts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Landing {
    /// The name of the subdistrict, if the map has one.
    pub title: String,
    /// A description of the service.
    pub description: String,
    /// The extent of the data.
    pub extent: LandingExtent,
    /// Whether the synthetic demo district is on the map.
    pub demo: bool,
    /// The number of the newest commit.
    pub seq: u64,
    /// When the newest commit was written.
    #[schema(format = DateTime)]
    pub at: String,
    /// The sources of the data on the map.
    pub sources: Vec<DataSource>,
    /// The pages for people.
    pub pages: &'static [&'static str],
    /// Links to the parts of the service.
    pub links: Vec<Link>,
}

/// The extent of the data.
#[derive(Debug, Serialize, ToSchema)]
pub struct LandingExtent {
    /// West, south, east, north, in degrees (WGS 84). Null for an empty map.
    #[schema(min_items = 4, max_items = 4)]
    pub bbox: Option<[f64; 4]>,
}

/// A source of the data on the map.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DataSource {
    /// The name of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The attribution that every map of the data must show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// The licence of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// The address of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Further members, as they are stored with the source.
    #[serde(flatten)]
    #[schema(ignore)]
    pub more: Map<String, Value>,
}

/// The conformance classes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conformance {
    /// The conformance classes of OGC API standards that this service implements.
    #[serde(rename = "conformsTo")]
    pub conforms_to: &'static [&'static str],
}

/// All collections.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionList {
    /// Links to other forms of this document.
    pub links: Vec<Link>,
    /// The coordinate systems in which features can be requested.
    pub crs: Vec<String>,
    /// The collections.
    pub collections: Vec<CollectionShown>,
}

/// A collection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CollectionShown {
    /// The id of the collection.
    #[schema(value_type = String)]
    pub id: CollectionId,
    /// The title of the collection.
    pub title: String,
    /// What the collection contains.
    pub description: String,
    /// Always `feature`.
    pub item_type: &'static str,
    /// The number of features.
    pub item_count: usize,
    /// The coordinate systems of the features; `#/crs` stands for the list of the service.
    pub crs: [&'static str; 2],
    /// The coordinate system in which features are stored.
    pub storage_crs: &'static str,
    /// Members that this service adds to those of the standards.
    pub onemap: CollectionNotes,
    /// Links to the parts of the collection.
    pub links: Vec<Link>,
    /// The spatial and temporal extent of the features; absent if neither is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extent: Option<CollectionExtent>,
}

/// Members of a collection that this service adds to those of the standards.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionNotes {
    /// The title, in both languages.
    pub title: Localized,
    /// What the collection contains, in both languages.
    pub description: Localized,
    /// The geometry types of the features.
    pub geometry: Vec<&'static str>,
    /// The lowest zoom level at which the collection is in the tiles.
    pub minzoom: u8,
}

/// The spatial and temporal extent of a collection.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectionExtent {
    /// The spatial extent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spatial: Option<SpatialExtent>,
    /// The temporal extent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporal: Option<TemporalExtent>,
}

/// A spatial extent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SpatialExtent {
    /// One box: west, south, east, north, in degrees.
    pub bbox: [[f64; 4]; 1],
    /// The coordinate system of the box.
    pub crs: &'static str,
}

/// A temporal extent.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemporalExtent {
    /// One interval, open at both ends.
    pub interval: [[Option<String>; 2]; 1],
    /// The calendar, as a URI.
    pub trs: &'static str,
}

/// Shows what the service is, with links to its parts.
#[utoipa::path(get, path = "/api/", tag = "catalogue",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "A description of the service with links to its parts", body = Landing)))]
pub async fn landing(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let snapshot = app.live.snapshot();
    let base = app.base(&headers);
    let title = title(&snapshot);
    let description = "网格治理一张图：楼栋、骑手友好道路、急救站、口袋公园与红黄绿三色预警。 One map for grid governance: buildings, rider-friendly routes, first-aid stations, pocket parks and the red, yellow and green warnings.";
    let form = negotiate(&query, &headers)?;
    if form == Form::Html {
        return Ok(Answer::whole(
            html::MEDIA_TYPE,
            html::landing(&html::Frame::new(&base), &title, &snapshot),
            &snapshot,
            &caller,
            &headers,
        ));
    }
    let link = |rel: &str, kind: &str, path: &str, title: &str| {
        Link::new(rel, kind, title, format!("{base}{path}"))
    };
    let extent = bounds::extent(
        snapshot
            .collections()
            .iter()
            .filter_map(|(_, c)| c.bounds()),
    );
    let document = Landing {
        title,
        description: description.to_owned(),
        extent: LandingExtent {
            bbox: extent.map(|b| b.to_numbers()),
        },
        demo: snapshot.is_demo(),
        seq: snapshot.seq(),
        at: snapshot.at().to_string(),
        sources: sources(&snapshot),
        pages: assets::PAGES,
        links: vec![
            link("self", JSON, "/api/", "this document"),
            link(
                "alternate",
                "text/html",
                "/api/?f=html",
                "This document as HTML",
            ),
            link(
                "service-desc",
                "application/vnd.oai.openapi+json;version=3.0",
                "/api/openapi.json",
                "the API's definition",
            ),
            link(
                "service-doc",
                "text/html",
                "/docs",
                "the API's documentation",
            ),
            link(
                "conformance",
                JSON,
                "/api/conformance",
                "conformance classes",
            ),
            link("data", JSON, "/api/collections", "the collections"),
        ],
    };
    answer::json(JSON, &document, &snapshot, &caller, &headers)
}

/// The name of the subdistrict if the map has one, otherwise the name of the service.
fn title(snapshot: &Snapshot) -> String {
    let street = snapshot.collections().get(GRIDS).and_then(|grids| {
        let streets =
            |e: &&Arc<Entry>| Canonical::new(e.all_properties()).is(property::KIND, "street");
        grids
            .iter()
            .take(MOST_GRIDS)
            .filter(streets)
            .find_map(|entry| {
                let map: Map<String, Value> =
                    serde_json::from_str(&entry.properties(grids.schema(), Role::Public)).ok()?;
                (map.get(property::KIND)?.as_str()? == "street").then_some(())?;
                map.get(property::NAME)?.as_str().map(str::to_owned)
            })
    });
    match street {
        Some(name) => format!("{name} 一张图"),
        None => "一张图 One Map".to_owned(),
    }
}

/// The sources of the data on the map.
fn sources(snapshot: &Snapshot) -> Vec<DataSource> {
    let rows = snapshot.collections().hidden(SOURCES);
    rows.into_iter()
        .flat_map(|rows| rows.iter())
        .filter_map(|entry| serde_json::from_str(entry.all_properties()).ok())
        .collect()
}

/// The attribution that every map of the data must show.
pub(super) fn attribution(snapshot: &Snapshot) -> String {
    let sources = sources(snapshot);
    let texts = sources.iter().filter_map(|s| s.attribution.as_deref());
    std::iter::once("一张图 One Map")
        .chain(texts)
        .collect::<Vec<_>>()
        .join(" · ")
}

/// Lists the conformance classes.
#[utoipa::path(get, path = "/api/conformance", tag = "catalogue",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "The conformance classes that the service implements", body = Conformance)))]
pub async fn conformance(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let snapshot = app.live.snapshot();
    let base = app.base(&headers);
    let form = negotiate(&query, &headers)?;
    Ok(match form {
        Form::Html => Answer::whole(
            html::MEDIA_TYPE,
            html::conformance(&html::Frame::new(&base), CLASSES),
            &snapshot,
            &caller,
            &headers,
        ),
        Form::Json => {
            let document = Conformance {
                conforms_to: CLASSES,
            };
            answer::json(JSON, &document, &snapshot, &caller, &headers)?
        }
    })
}

/// Lists all collections.
#[utoipa::path(get, path = "/api/collections", operation_id = "list_collections", tag = "catalogue",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "The collections", body = CollectionList)))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let snapshot = app.live.snapshot();
    let base = app.base(&headers);
    let form = negotiate(&query, &headers)?;
    if form == Form::Html {
        return Ok(Answer::whole(
            html::MEDIA_TYPE,
            html::collections(&html::Frame::new(&base), &snapshot),
            &snapshot,
            &caller,
            &headers,
        ));
    }
    let here = format!("{base}/api/collections");
    let document = CollectionList {
        links: vec![
            Link::new("self", JSON, "this document", here.as_str()),
            Link::new(
                "alternate",
                "text/html",
                "as HTML",
                format!("{here}?f=html"),
            ),
        ],
        crs: Crs::with_uri().filter_map(Crs::uri).collect(),
        collections: snapshot
            .collections()
            .iter()
            .map(|(_, c)| describe(&base, c))
            .collect(),
    };
    answer::json(JSON, &document, &snapshot, &caller, &headers)
}

/// Describes one collection.
#[utoipa::path(get, path = "/api/collections/{collectionId}", operation_id = "read_collection", tag = "catalogue",
    params(
        ("collectionId" = String, Path, description = "The collection's id"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses(
        (status = 200, description = "The collection", body = CollectionShown),
        (status = 404, description = "No such collection", content_type = "application/problem+json"),
    ))]
pub async fn one(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let snapshot = app.live.snapshot();
    let collection = items::collection(&snapshot, &name)?;
    let base = app.base(&headers);
    let form = negotiate(&query, &headers)?;
    Ok(match form {
        Form::Html => Answer::whole(
            html::MEDIA_TYPE,
            html::collection(&html::Frame::new(&base), collection, caller.roles()),
            &snapshot,
            &caller,
            &headers,
        ),
        Form::Json => {
            let document = describe(&base, collection);
            answer::json(JSON, &document, &snapshot, &caller, &headers)?
        }
    })
}

fn describe(base: &str, collection: &Arc<Collection>) -> CollectionShown {
    let schema = collection.schema();
    let id = &schema.collection;
    let here = format!("{base}/api/collections/{id}");
    let (title, text) = (&schema.title_zh, "text/html");
    let mut links = vec![
        Link::new("self", JSON, "this collection", here.as_str()),
        Link::new("alternate", text, "as HTML", format!("{here}?f=html")),
        Link::new("items", items::GEOJSON, title, format!("{here}/items")),
        Link::new("items", text, title, format!("{here}/items?f=html")),
        Link::new(
            "describedby",
            SCHEMA_JSON,
            "the schema",
            format!("{here}/schema"),
        ),
        Link::new(
            "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            SCHEMA_JSON,
            "queryable properties",
            format!("{here}/queryables"),
        ),
    ];
    if !schema.without_geometry {
        links.push(Link::new(
            "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
            JSON,
            "vector tiles",
            format!("{here}/tilejson.json"),
        ));
    }
    let spatial = collection.bounds().map(|b| SpatialExtent {
        bbox: [b.to_numbers()],
        crs: CRS84,
    });
    // The interval is open at both ends and only says that features have times. To find the first and the last time,
    // every feature would have to be read.
    let temporal = schema.time.is_some().then_some(TemporalExtent {
        interval: [[None, None]],
        trs: "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
    });
    let extent = spatial.is_some() || temporal.is_some();
    CollectionShown {
        id: id.clone(),
        title: title.clone(),
        description: schema.description_zh.clone(),
        item_type: "feature",
        item_count: collection.len(),
        // OGC API – Features, Part 2 allows a collection to refer to the list of the service: `#/crs`.
        crs: ["#/crs", CRS84],
        storage_crs: CRS84,
        onemap: CollectionNotes {
            title: Localized::new(title, &schema.title_en),
            description: Localized::new(&schema.description_zh, &schema.description_en),
            geometry: schema.geometry_names(),
            minzoom: schema.minzoom,
        },
        links,
        extent: extent.then_some(CollectionExtent { spatial, temporal }),
    }
}

/// Returns the schema of a collection.
#[utoipa::path(get, path = "/api/collections/{collectionId}/schema", tag = "catalogue",
    params(("collectionId" = String, Path, description = "The collection's id"),
        ("f" = Option<String>, Query, description = "json")),
    responses((status = 200, description = "JSON Schema of the collection's properties", content_type = "application/schema+json", body = std::collections::HashMap<String, Value>)))]
pub async fn schema(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    schema_document(&app, &name, &query, &caller, &headers, "schema")
}

/// Returns the properties by which a collection can be filtered.
#[utoipa::path(get, path = "/api/collections/{collectionId}/queryables", tag = "catalogue",
    params(("collectionId" = String, Path, description = "The collection's id"),
        ("f" = Option<String>, Query, description = "json")),
    responses((status = 200, description = "JSON Schema of the queryable properties", content_type = "application/schema+json", body = std::collections::HashMap<String, Value>)))]
pub async fn queryables(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    schema_document(&app, &name, &query, &caller, &headers, "queryables")
}

fn schema_document(
    app: &App,
    name: &str,
    query: &Query,
    caller: &Caller,
    headers: &HeaderMap,
    kind: &str,
) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let snapshot = app.live.snapshot();
    let collection = items::collection(&snapshot, name)?;
    let base = app.base(headers);
    let body = || {
        let mut document = visible(collection, caller.roles(), kind == "queryables");
        document["$id"] = json!(format!("{base}/api/collections/{name}/{kind}"));
        if kind == "queryables" {
            document["additionalProperties"] = json!(false);
            if let Some(map) = document.as_object_mut() {
                map.remove("required");
            }
        }
        document.to_string()
    };
    Ok(Answer::whole(
        SCHEMA_JSON,
        body(),
        &snapshot,
        caller,
        headers,
    ))
}

/// The schema document as an account with these roles sees it. A protected property is left out if the account lacks
/// the role for it. With `to_ask_by`, properties of which each read is recorded in the audit are left out too, because
/// nobody may filter by them.
fn visible(collection: &Collection, roles: RoleSet, to_ask_by: bool) -> Value {
    let schema = collection.schema();
    let mut document = schema.document.clone();
    let hidden: Vec<&str> = match to_ask_by {
        true => schema.hidden_from(roles).collect(),
        false => schema.closed_to(roles).collect(),
    };
    if let Some(required) = document.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !hidden.iter().any(|h| name == h));
    }
    if let Some(map) = document
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    {
        for name in &hidden {
            map.remove(*name);
        }
        if !schema.without_geometry {
            let format = match schema.geometry[..] {
                [one] => format!("geometry-{}", one.name().to_lowercase()),
                _ => "geometry-any".to_owned(),
            };
            map.insert(
                "geometry".to_owned(),
                json!({"x-ogc-role": "primary-geometry", "format": format}),
            );
        }
    }
    document
}

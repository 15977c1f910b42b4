//! `/api/nearest`: the nearest features, by straight-line distance in metres.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use geo_types::Coord;
use serde_json::Value;

use super::App;
use super::answer::{Answer, Tag};
use super::auth::Caller;
use super::items::{self, GEOJSON};
use super::problem::Problem;
use super::query::Query;
use super::routes;
use super::work::{Advice, Cut};
use crate::index::{Budget, Collection, Meter as _};
use crate::model::{View, both};

/// The most neighbours in one answer.
pub(super) const MOST: usize = 1000;
/// The advice in the error text for a request that reads too much of the map.
const NARROW: Advice = (
    "请减少个数（k=），或缩小距离（max_m=）。",
    "Request fewer features (k=) or a smaller distance (max_m=).",
);

/// Returns the features that are nearest to a place.
#[utoipa::path(get, path = "/api/nearest", tag = "features",
    params(
        ("collection" = String, Query, description = "The collection to search"),
        ("lon" = f64, Query, description = "Longitude, WGS 84 degrees"),
        ("lat" = f64, Query, description = "Latitude, WGS 84 degrees"),
        ("k" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "The most features; 1 if absent"),
        ("max_m" = Option<f64>, Query, description = "The largest distance in metres; not with `profile`"),
        ("profile" = Option<String>, Query, description = "Sort by travel time over the network: `ebike`, `foot`, `cargo_trike` or `wheelchair`. Adds the property `duration_s`; `k` is at most 100. For the position of a person use POST"),
        ("at" = Option<String>, Query, description = "With `profile`: the departure time, RFC 3339; now, if absent"),
    ),
    responses(
        (status = 200, description = "The features, the nearest first. The property `distance_m` is the distance on the ellipsoid, 0 if the place is inside the feature", content_type = "application/geo+json", body = ref("#/components/schemas/NearestCollection")),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
        (status = 422, description = "The request takes more work than allowed; `detail` says what to ask for instead", content_type = "application/problem+json"),
    ))]
pub async fn nearest(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["collection", "lon", "lat", "k", "max_m", "profile", "at"])?;
    let name = query.get("collection")?.ok_or_else(|| {
        Problem::invalid(
            "collection",
            both!(
                "请指定在哪个图层中查找（collection=）。",
                "Name the collection to search: collection=NAME."
            ),
        )
    })?;
    if let Some(profile) = query.get("profile")? {
        let k = query.parsed::<usize>("k", ("1至100的整数", "a whole number from 1 to 100"))?;
        let traveller = routes::traveller(&app, &query, profile)?;
        return routes::by_travel_time(&app, &caller, name, k.unwrap_or(1), None, traveller).await;
    }
    let snapshot = app.live.snapshot();
    let collection = items::collection(&snapshot, name)?;
    if collection.schema().without_geometry {
        return Err(no_geometry(name));
    }
    let place = routes::place(&query)?;
    let k = query
        .parsed::<usize>("k", ("1至1000的整数", "a whole number from 1 to 1000"))?
        .unwrap_or(1);
    if !(1..=MOST).contains(&k) {
        return Err(Problem::invalid(
            "k",
            both!(
                "k={k}：应为1至{MOST}的整数。",
                "k={k}: expected a whole number from 1 to {MOST}."
            ),
        ));
    }
    let max_m = query
        .parsed::<f64>("max_m", ("以米为单位的距离", "a distance in metres"))?
        .unwrap_or(f64::INFINITY);
    if max_m.is_nan() || max_m < 0.0 {
        return Err(Problem::invalid(
            "max_m",
            both!(
                "max_m：应为不小于0的米数。",
                "max_m: expected a distance in metres of at least 0."
            ),
        ));
    }
    let tag = Tag::new(
        &snapshot,
        collection.last_seq(),
        &caller,
        &["nearest", &query.without(&[])],
    );
    if tag.is_held(&headers) {
        return Ok(Answer::new(GEOJSON, tag, &snapshot, &caller).send(&headers, Vec::new));
    }
    let (collection, asker) = (Arc::clone(collection), caller.clone());
    let body = app
        .answer(NARROW, move |budget| {
            write(&collection, asker.view(), place, (k, max_m), budget)
        })
        .await?;
    Ok(Answer::new(GEOJSON, tag, &snapshot, &caller).send(&headers, || body))
}

/// The error for a collection whose features have no geometry.
pub(super) fn no_geometry(name: &str) -> Problem {
    Problem::invalid(
        "collection",
        both!(
            "collection={name}：该图层的要素没有图形，无法按距离查找，请用 \
             /api/collections/{name}/items 查看。",
            "collection={name}: its features have no geometry, so they have no distance. List \
             them with /api/collections/{name}/items."
        ),
    )
}

fn write(
    collection: &Collection,
    view: View<'_>,
    place: Coord<f64>,
    (k, max_m): (usize, f64),
    budget: &Budget,
) -> Result<Vec<u8>, Cut> {
    let found = collection.nearest_metered(place, k, max_m, None, budget)?;
    let mut out = b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec();
    for (i, (entry, metres)) in found.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        budget.read(1)?;
        let bytes = entry.feature_json(collection.schema(), view, None);
        budget.hold(bytes.len())?;
        let mut feature: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        // Rounded to centimetres, because the data is not more precise.
        feature["properties"]["distance_m"] = ((metres * 100.0).round() / 100.0).into();
        out.extend_from_slice(feature.to_string().as_bytes());
    }
    out.extend_from_slice(b"]}");
    Ok(out)
}

//! Finds cases that may be the same as a report that is being written.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use geo_types::Coord;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::http::App;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::items::{GEOJSON, collection};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::Advice;
use crate::live::Snapshot;
use crate::model::names::collection::WARNINGS;
use crate::model::names::property;
use crate::model::{FeatureId, InChinese as _, Localized, Role, Schema, View, both};
use crate::service::place::{Place, Where};
use crate::warnings::duplicates::{Duplicate, duplicates as find};

const NARROW: Advice = (
    "此处的事件过多，无法逐一比对，请作为新事件上报。",
    "There are too many cases at this place to compare them. Send a new report.",
);

/// Lists recent open cases of the same category nearby, the nearest first.
#[utoipa::path(get, path = "/api/warnings/duplicates", operation_id = "warning_duplicates", tag = "warnings",
    params(
        ("category" = String, Query, description = "The category that is reported"),
        ("lon" = Option<f64>, Query, description = "Longitude, WGS 84 degrees"),
        ("lat" = Option<f64>, Query, description = "Latitude, WGS 84 degrees"),
        ("building" = Option<String>, Query, description = "The id of a building, instead of a position"),
        ("except" = Option<String>, Query, description = "The id of a case to leave out"),
    ),
    responses(
        (status = 200, description = "At most ten cases with the properties `distance_m` and `hours_ago`. Below the role grid_worker only the category, the level and the distance are shown", content_type = "application/geo+json", body = ref("#/components/schemas/DuplicateCollection")),
        (status = 400, description = "A parameter is missing or wrong", content_type = "application/problem+json"),
    ))]
pub async fn duplicates(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["category", "lon", "lat", "building", "except"])?;
    let snapshot = app.live.snapshot();
    let category = query.get("category")?.ok_or_else(|| {
        Problem::invalid(
            "category",
            both!(
                "请填写上报的类别（category=）。",
                "Name the category of the report: category=CATEGORY."
            ),
        )
    })?;
    let place = match query.get("building")? {
        Some(id) => building_place(&snapshot, id)?.anchor,
        None => Coord {
            x: degrees(&query, "lon", 180.0)?,
            y: degrees(&query, "lat", 90.0)?,
        },
    };
    let cases = Arc::clone(collection(&snapshot, WARNINGS)?);
    let rule = snapshot.ledger().rules().duplicates;
    let (asker, category) = (caller.clone(), category.to_owned());
    let except = query.get("except")?.map(str::to_owned);
    let features = app
        .answer(NARROW, move |budget| {
            let here = (place, Timestamp::now());
            let found = find(&cases, rule, &category, here, except.as_deref(), budget)?;
            Ok(shown(&found, cases.schema(), asker.view()))
        })
        .await?;
    let body = json!({"type": "FeatureCollection", "features": features}).to_string();
    Ok(Answer::whole(GEOJSON, body, &snapshot, &caller, &headers))
}

/// The cases as the caller sees them. Below the role grid_worker, only category, level and distance.
fn shown(found: &[Duplicate], schema: &Schema, view: View<'_>) -> Vec<Value> {
    let feature = |duplicate: &Duplicate| {
        let distance = json!(tenth(duplicate.distance_m));
        let roles = view.on(schema, duplicate.entry.all_properties());
        if !roles.includes(Role::GridWorker) {
            let mut properties = json!({"distance_m": distance});
            if schema.shows(roles, property::CATEGORY) {
                properties[property::CATEGORY] = json!(duplicate.case.category);
            }
            if schema.shows(roles, "level") {
                properties["level"] = json!(duplicate.case.level);
            }
            return json!({
                "type": "Feature",
                "id": duplicate.case.id,
                "geometry": null,
                "properties": properties,
            });
        }
        let bytes = duplicate.entry.feature_json(schema, roles, None);
        let mut feature: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        feature["properties"]["distance_m"] = distance;
        feature["properties"]["hours_ago"] = json!(tenth(duplicate.hours_ago));
        feature
    };
    found.iter().map(feature).collect()
}

/// The place of a building that a query names.
pub(super) fn building_place(snapshot: &Snapshot, id: &str) -> Result<Place, Problem> {
    let wrong = |e: Localized| {
        let Localized { zh, en } = e;
        Problem::invalid(
            "building",
            both!("building={id}：{zh}。", "building={id}: {en}."),
        )
    };
    let building = FeatureId::new(id).map_err(|e| wrong(e.localized()))?;
    let at = Place::locate(snapshot.collections(), &Where::Building(building));
    at.map_err(|e| wrong(e.localized()))
}

/// A coordinate in degrees that a query names.
pub(super) fn degrees(query: &Query, name: &str, most: f64) -> Result<f64, Problem> {
    query
        .parsed::<f64>(name, ("度数", "a number of degrees"))?
        .filter(|d| d.abs() <= most)
        .ok_or_else(|| {
            Problem::invalid(
                name,
                both!(
                    "请填写地点：lon= 和 lat=（度），或 building=；{name} 应在 -{most} 至 {most} 之间。",
                    "Name the place: lon= and lat= in degrees, or building=. Expected {name} from \
                     -{most} to {most}."
                ),
            )
        })
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

//! Says what the map knows about the place of a report before it is sent, so that the reporter sees a wrong place.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use geo_types::Point;
use serde::Serialize;
use utoipa::ToSchema;

use super::duplicates::{building_place, degrees};
use crate::http::App;
use crate::http::answer;
use crate::http::auth::Caller;
use crate::http::problem::{Problem, sentence};
use crate::http::query::Query;
use crate::http::work::Advice;
use crate::index::{Budget, Stop};
use crate::live::Snapshot;
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, GRIDS};
use crate::model::names::property;
use crate::model::{InChinese as _, Localized, View, both};
use crate::service::access;
use crate::service::ledger::cases;
use crate::service::place::{OUTSIDE_M, Place, Where};
use crate::warnings::UnitNumber;

/// The nearest building is named up to this distance, in metres.
const NEAR_M: f64 = 100.0;
const NARROW: Advice = (
    "此处的楼栋过多，无法逐一核对，请直接选择楼栋。",
    "There are too many buildings at this place to compare them. Name the building.",
);

/// The place of a report as the map describes it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportPlace {
    /// The text of the place that a case would have; absent if nothing on the map has a name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The position: longitude and latitude in degrees, WGS 84.
    pub at: [f64; 2],
    /// The building.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building: Option<Named>,
    /// The number of the unit of the building.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub building_unit: Option<String>,
    /// Why the unit may be wrong, for example because the building has no such unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Localized>,
    /// The compound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compound: Option<Named>,
    /// The grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<Named>,
    /// The community.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<Named>,
    /// The nearest building within 100 m, if the place is not at a building.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<NearBuilding>,
    /// Whether the place is far outside of all grids. Reports of the public from there are reviewed first.
    pub outside: bool,
}

/// A feature at the place.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// The id of the feature.
    pub id: String,
    /// The name, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The building that is nearest to a place.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearBuilding {
    /// The building.
    #[serde(flatten)]
    pub building: Named,
    /// Its distance in metres.
    pub distance_m: f64,
}

/// Returns the building, unit, compound and grid of a place, as a report at this place would save them.
#[utoipa::path(get, path = "/api/warnings/place", operation_id = "report_place", tag = "warnings",
    params(
        ("lon" = Option<f64>, Query, description = "Longitude, WGS 84 degrees"),
        ("lat" = Option<f64>, Query, description = "Latitude, WGS 84 degrees"),
        ("building" = Option<String>, Query, description = "The id of a building, instead of a position"),
        ("building_unit" = Option<String>, Query, description = "The number of the unit of the building, such as 2"),
    ),
    responses(
        (status = 200, description = "The place", body = ReportPlace),
        (status = 400, description = "A parameter is missing or wrong", content_type = "application/problem+json"),
    ))]
pub async fn place(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["lon", "lat", "building", "building_unit"])?;
    let snapshot = app.live.snapshot();
    let place = match query.get("building")? {
        Some(id) => building_place(&snapshot, id)?,
        None => {
            let point = Point::new(
                degrees(&query, "lon", 180.0)?,
                degrees(&query, "lat", 90.0)?,
            );
            let at = Place::locate(snapshot.collections(), &Where::Geometry(point.into()));
            at.map_err(|e| Problem::invalid("lon", e.localized()))?
        }
    };
    let unit = query
        .get("building_unit")?
        .filter(|unit| !unit.trim().is_empty());
    let unit = unit.map(UnitNumber::parse).transpose();
    let unit = unit.map_err(|Localized { zh, en }| {
        let detail = both!("building_unit：{zh}。", "building_unit: {en}.");
        Problem::invalid("building_unit", detail)
    })?;
    let unit = unit.map(|unit| unit.0);
    let (map, asker) = (snapshot.clone(), caller.clone());
    let said = app
        .answer(NARROW, move |budget| {
            Ok(describe(
                &map,
                &place,
                unit.as_deref(),
                asker.view(),
                budget,
            )?)
        })
        .await?;
    answer::json("application/json", &said, &snapshot, &caller, &headers)
}

fn describe(
    snapshot: &Snapshot,
    place: &Place,
    unit: Option<&str>,
    view: View<'_>,
    budget: &Budget,
) -> Result<ReportPlace, Stop> {
    let map = snapshot.collections();
    let named = |collection: &str, id: &Option<String>| {
        let collection = map.get(collection)?;
        let entry = collection.get(id.as_deref()?)?;
        let seen = cases::seen_properties(entry, collection.schema(), view);
        let name = seen.get(property::NAME).and_then(|n| n.as_str());
        Some(Named {
            id: entry.id().to_string(),
            name: name.map(str::to_owned),
        })
    };
    let buildings = map.get(BUILDINGS);
    let house = buildings.and_then(|all| Some((all, all.get(place.building.as_deref()?)?)));
    let note = match (house, unit) {
        (Some((buildings, house)), Some(_)) => {
            access::door_of(snapshot, view, (buildings, house), (unit, None), budget)?
                .err()
                .map(|none| sentence(&none))
        }
        _ => None,
    };
    let near = match house {
        Some(_) => None,
        None => buildings.and_then(|all| {
            let (entry, distance_m) = all.nearest(place.anchor, 1, NEAR_M).into_iter().next()?;
            Some(NearBuilding {
                building: named(BUILDINGS, &Some(entry.id().to_string()))?,
                distance_m: (distance_m * 10.0).round() / 10.0,
            })
        }),
    };
    Ok(ReportPlace {
        place: place.words_with(unit),
        at: [place.anchor.x, place.anchor.y],
        building: named(BUILDINGS, &place.building),
        building_unit: house.and(unit.map(str::to_owned)),
        note,
        compound: named(COMPOUNDS, &place.compound),
        grid: named(GRIDS, &place.grid),
        community: named(GRIDS, &place.community),
        near,
        outside: place.is_outside(map, OUTSIDE_M),
    })
}

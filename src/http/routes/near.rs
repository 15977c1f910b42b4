//! The nearest features by travel time, and isochrones: what can be reached within a time.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use geo_types::Coord;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::{pair, tenth};
use super::ask::{RoutePlace, departure, profile};
use super::route::{geojson, geojson_headers, refusal};
use super::search::NEARER;
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::items;
use crate::http::nearest::{MOST, no_geometry};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::index::{Budget, Collection, Meter as _};
use crate::model::{Canonical, both};
use crate::service::routes::{Ground, NearFeature, Spot, Traveller, Unanswered};

/// The longest travel time of an isochrone, in minutes.
const LONGEST_MIN: f64 = 60.0;

/// A request for the nearest features by travel time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NearestBody {
    /// The collection to look in.
    #[schema(example = "facilities")]
    pub collection: String,
    /// Longitude of a position, WGS 84 degrees.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: Option<f64>,
    /// Latitude of a position, WGS 84 degrees.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: Option<f64>,
    /// The origin as a place of the map, instead of `lon` and `lat`.
    pub from: Option<RoutePlace>,
    /// The number of features to return.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 100)]
    pub k: usize,
    /// Only features of this kind, such as `battery_swap` among `facilities`.
    pub kind: Option<String>,
    /// The travel profile: `ebike`, `foot`, `cargo_trike` or `wheelchair`.
    #[serde(default = "foot", alias = "mode")]
    pub profile: String,
    /// The departure time, RFC 3339; now, if absent.
    #[serde(alias = "at")]
    #[schema(format = DateTime)]
    pub depart_at: Option<String>,
}

fn one() -> usize {
    1
}

fn foot() -> String {
    "foot".to_owned()
}

/// A request for an isochrone: what can be reached within a time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IsochroneBody {
    /// Longitude of a position, WGS 84 degrees.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: Option<f64>,
    /// Latitude of a position, WGS 84 degrees.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: Option<f64>,
    /// The origin as a place of the map, instead of `lon` and `lat`.
    pub from: Option<RoutePlace>,
    /// The travel profile: `ebike`, `foot`, `cargo_trike` or `wheelchair`.
    #[serde(default = "foot", alias = "mode")]
    pub profile: String,
    /// The longest travel time, in minutes.
    #[schema(minimum = 0, maximum = 60)]
    pub minutes: f64,
    /// The departure time, RFC 3339; now, if absent.
    #[serde(alias = "at")]
    #[schema(format = DateTime)]
    pub depart_at: Option<String>,
}

/// An isochrone: the stretches of ways that can be reached within a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Isochrone {
    /// `Feature`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The stretches of ways that are reached.
    pub geometry: ReachedWays,
    /// The properties of the isochrone.
    pub properties: IsochroneProperties,
}

/// The stretches of ways that are reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReachedWays {
    /// `MultiLineString`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Longitude and latitude, WGS 84 degrees.
    pub coordinates: Vec<Vec<[f64; 2]>>,
}

/// The properties of an isochrone.
#[derive(Debug, Serialize, ToSchema)]
pub struct IsochroneProperties {
    /// The travel profile.
    pub profile: String,
    /// The longest travel time, in minutes.
    pub minutes: f64,
    /// The length of all stretches, in metres.
    pub length_m: f64,
    /// The number of the commit at which access rights and opening hours were read.
    pub seq: u64,
    /// The number of the commit from which the network was built.
    pub network_seq: u64,
}

/// Returns the features with the shortest travel times.
///
/// Travel times are those over the network: gates, opening hours and closures count. The position of a person
/// is sent in the body, which is not logged.
#[utoipa::path(post, path = "/api/nearest", operation_id = "nearest_by_travel_time", tag = "routes",
    request_body = NearestBody,
    responses(
        (status = 200, description = "The features, the nearest first. The properties `duration_s` and `distance_m` are those of the route. Features that cannot be reached are left out", content_type = "application/geo+json", body = ref("#/components/schemas/NearestCollection")),
        (status = 404, description = "There is no such collection", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong, or the position is far from every way", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn nearest(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    JsonBody(body): JsonBody<NearestBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let traveller = Traveller {
        from: origin(body.from, body.lon, body.lat)?,
        profile: profile(&app, &body.profile)?,
        at: departure(body.depart_at.as_deref())?,
    };
    by_travel_time(
        &app,
        &caller,
        &body.collection,
        body.k,
        body.kind,
        traveller,
    )
    .await
}

/// Returns the response with the nearest features by travel time. POST and GET requests share it.
pub(in crate::http) async fn by_travel_time(
    app: &App,
    caller: &Caller,
    name: &str,
    k: usize,
    kind: Option<String>,
    traveller: Traveller,
) -> Result<Response, Problem> {
    if !(1..=MOST / 10).contains(&k) {
        let most = MOST / 10;
        return Err(Problem::wrong_field(
            "k",
            both!(
                "应为1至{most}的整数",
                "expected a whole number from 1 to {most}"
            ),
        ));
    }
    let ground = app.ground(traveller.at).await?;
    let collection = Arc::clone(items::collection(&ground.snapshot, name)?);
    if collection.schema().without_geometry {
        return Err(no_geometry(name));
    }
    let (searched, within) = (ground.clone(), Arc::clone(&collection));
    let found = app
        .metered(NEARER, move |memory, limit, budget| {
            searched.nearest(
                &traveller,
                &within,
                (k, kind.as_deref()),
                memory,
                limit,
                budget,
            )
        })
        .await?
        .map_err(refusal)?;
    let body = features(&ground, &collection, caller, &found);
    Ok((geojson_headers(), body).into_response())
}

/// Writes the features, with the distance and the duration of the route added to their properties. The stored
/// text of each feature is copied, because decoding a large geometry takes longer than the search.
fn features(
    ground: &Ground,
    collection: &Collection,
    caller: &Caller,
    found: &[NearFeature],
) -> Vec<u8> {
    let mut body = br#"{"type":"FeatureCollection","features":["#.to_vec();
    for (number, near) in found.iter().enumerate() {
        if number > 0 {
            body.push(b',');
        }
        let own = near.entry.properties(collection.schema(), caller.view());
        let properties = with_way(&own, near);
        near.entry.write_with(&mut body, properties.into(), None);
    }
    let (seq, network_seq) = (ground.snapshot.seq(), ground.network.seq);
    body.extend_from_slice(format!(r#"],"seq":{seq},"network_seq":{network_seq}}}"#).as_bytes());
    body
}

/// Returns the properties, a JSON object, with the distance and the duration of the route. They replace
/// properties of the same name.
fn with_way(own: &str, near: &NearFeature) -> String {
    let way = [
        ("distance_m", tenth(near.distance_m)),
        ("duration_s", tenth(near.duration_s)),
    ];
    let said = Canonical::new(own);
    if way.iter().any(|(name, _)| said.has(name)) {
        let mut all = said.to_map();
        all.extend(way.map(|(name, value)| (name.to_owned(), value.into())));
        return Value::Object(all).to_string();
    }
    let [(distance, metres), (duration, seconds)] = way;
    let added = format!(r#""{distance}":{metres},"{duration}":{seconds}"#);
    let inside = own.trim_end().strip_suffix('}').unwrap_or("{");
    let comma = if inside.trim_end().ends_with('{') {
        ""
    } else {
        ","
    };
    format!("{inside}{comma}{added}}}")
}

/// Returns the origin: a position, or a place named in the request.
fn origin(from: Option<RoutePlace>, lon: Option<f64>, lat: Option<f64>) -> Result<Spot, Problem> {
    let position = RoutePlace {
        lon,
        lat,
        ..RoutePlace::default()
    };
    match from {
        Some(_) if lon.is_some() || lat.is_some() => Err(Problem::wrong_field(
            "from",
            both!(
                "from 与 lon、lat 只能给出一种",
                "expected either from or lon and lat, not both"
            ),
        )),
        Some(from) => from.read("from"),
        None => position.read("from"),
    }
}

/// Reads the origin, the profile and the departure from the query parameters. Refuses `max_m`.
pub(in crate::http) fn traveller(
    app: &App,
    query: &Query,
    profile_id: &str,
) -> Result<Traveller, Problem> {
    if query.get("max_m")?.is_some() {
        return Err(Problem::invalid(
            "max_m",
            both!(
                "max_m 不能与 profile 同时使用，请去掉其中一个。",
                "max_m cannot be combined with profile. Leave one of them out."
            ),
        ));
    }
    Ok(Traveller {
        from: Spot::Position(place(query)?),
        profile: profile(app, profile_id)?,
        at: departure(query.get("at")?)?,
    })
}

/// Returns what can be reached from a place within a time.
#[utoipa::path(post, path = "/api/isochrone", operation_id = "isochrone_from", tag = "routes",
    request_body = IsochroneBody,
    responses(
        (status = 200, description = "The stretches of ways that are reached", content_type = "application/geo+json", body = Isochrone),
        (status = 422, description = "A field is wrong, or the position is far from every way", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn isochrone_from(
    State(app): State<App>,
    query: Query,
    JsonBody(body): JsonBody<IsochroneBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let traveller = Traveller {
        from: origin(body.from, body.lon, body.lat)?,
        profile: profile(&app, &body.profile)?,
        at: departure(body.depart_at.as_deref())?,
    };
    reached(&app, traveller, body.minutes).await
}

/// Returns what can be reached within a time.
#[utoipa::path(get, path = "/api/isochrone", operation_id = "isochrone", tag = "routes",
    params(
        ("lon" = f64, Query, description = "Longitude, WGS 84 degrees"),
        ("lat" = f64, Query, description = "Latitude, WGS 84 degrees"),
        ("minutes" = f64, Query, minimum = 0, maximum = 60, description = "The longest travel time, in minutes"),
        ("profile" = Option<String>, Query, description = "The travel profile: `ebike`, `foot` (the default), `cargo_trike` or `wheelchair`"),
        ("at" = Option<String>, Query, description = "The departure time, RFC 3339; now, if absent"),
    ),
    responses(
        (status = 200, description = "The stretches of ways that are reached", content_type = "application/geo+json", body = Isochrone),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
        (status = 422, description = "The place is far from every way", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn isochrone(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["lon", "lat", "minutes", "profile", "at"])?;
    let minutes = query.parsed::<f64>("minutes", ("分钟数", "a number of minutes"))?;
    let traveller = Traveller {
        from: Spot::Position(place(&query)?),
        profile: profile(&app, query.get("profile")?.unwrap_or("foot"))?,
        at: departure(query.get("at")?)?,
    };
    reached(&app, traveller, minutes.unwrap_or(f64::NAN)).await
}

/// Reads the position from the query parameters.
pub(in crate::http) fn place(query: &Query) -> Result<Coord<f64>, Problem> {
    let degrees = |name: &str, most: f64| -> Result<f64, Problem> {
        query
            .parsed::<f64>(name, ("度数", "a number of degrees"))?
            .filter(|d| d.abs() <= most)
            .ok_or_else(|| {
                Problem::invalid(
                    name,
                    both!(
                        "{name}：应为 -{most} 至 {most} 的度数。",
                        "{name}: expected degrees from -{most} to {most}."
                    ),
                )
            })
    };
    Ok(Coord {
        x: degrees("lon", 180.0)?,
        y: degrees("lat", 90.0)?,
    })
}

async fn reached(app: &App, traveller: Traveller, minutes: f64) -> Result<Response, Problem> {
    if !(0.0..=LONGEST_MIN).contains(&minutes) {
        return Err(Problem::wrong_field(
            "minutes",
            both!(
                "应为0至{LONGEST_MIN}分钟",
                "expected 0 to {LONGEST_MIN} minutes"
            ),
        ));
    }
    let ground = app.ground(traveller.at).await?;
    let searched = ground.clone();
    let id = traveller.profile.name.clone();
    let horizon_ds = (minutes * 600.0).round() as u32;
    let found = app
        .metered(NEARER, move |memory, limit, budget: &Budget| {
            let area = searched.isochrone(&traveller, horizon_ds, memory, limit)?;
            let positions: usize = area.lines.iter().map(|line| line.0.len()).sum();
            budget
                .hold(positions * size_of::<[f64; 2]>())
                .map_err(Unanswered::Stopped)?;
            Ok(area)
        })
        .await?
        .map_err(refusal)?;
    let lines = found.lines.iter();
    Ok(geojson(&Isochrone {
        kind: "Feature",
        geometry: ReachedWays {
            kind: "MultiLineString",
            coordinates: lines
                .map(|line| line.0.iter().map(|c| pair(*c)).collect())
                .collect(),
        },
        properties: IsochroneProperties {
            profile: id,
            minutes,
            length_m: tenth(found.length_m),
            seq: ground.snapshot.seq(),
            network_seq: ground.network.seq,
        },
    }))
}

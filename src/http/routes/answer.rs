//! Route responses as GeoJSON: a line for each leg, and a summary.

use geo_types::Coord;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::Localized;
use crate::service::routes::{Ground, Journey, Leg, Nearest, OtherGate, Passed};

/// A route as a FeatureCollection: one line for each leg, in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteAnswer {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub kind: &'static str,
    /// The legs.
    pub features: Vec<LegFeature>,
    /// The summary of the route.
    pub summary: RouteSummary,
    /// Alternative routes through other gates of the compound, the fastest first.
    pub alternatives: Vec<Alternative>,
}

/// A leg of a route.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegFeature {
    /// `Feature`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The line of the leg; for parking and waiting, the same position twice.
    pub geometry: LegLine,
    /// The properties of the leg.
    pub properties: LegProperties,
}

/// The line of a leg.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegLine {
    /// `LineString`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Longitude and latitude, WGS 84 degrees.
    pub coordinates: Vec<[f64; 2]>,
}

/// The properties of a leg.
#[derive(Debug, Serialize, ToSchema)]
pub struct LegProperties {
    /// `ride`, `push`, `park`, `walk`, `lift` or `wait`.
    pub mode: &'static str,
    /// When the leg begins.
    #[schema(format = DateTime)]
    pub begins_at: String,
    /// The length, in metres.
    pub distance_m: f64,
    /// The duration, in seconds.
    pub duration_s: f64,
    /// Whether the leg belongs to the way back.
    pub is_back: bool,
    /// The instructions, in order.
    pub steps: Vec<RouteStep>,
}

/// An instruction, such as a turn or a gate.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteStep {
    /// The text of the instruction.
    pub text: Localized,
    /// The distance to travel after the instruction, in metres.
    pub distance_m: f64,
    /// The position at which the instruction applies: longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
}

/// The summary of a route.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteSummary {
    /// The length, in metres.
    pub distance_m: f64,
    /// The duration, in seconds.
    pub duration_s: f64,
    /// The arrival time.
    #[schema(format = DateTime)]
    pub arrive_at: String,
    /// The gate through which the route enters the compound of the destination. If the destination is in no
    /// compound: the last gate on the route. Null if there is none.
    pub gate: Option<RouteEntrance>,
    /// The door at which the route ends; null if no door is known.
    pub door: Option<RouteEntrance>,
    /// The length of the last stretch to the door where no way is mapped, in metres.
    pub gap_m: f64,
    /// The number of gates and ways on the route whose opening hours are unknown.
    pub unknown_hours: u32,
    /// The number of walls that the route crosses where no gate is mapped; the steps say where.
    pub assumed: usize,
    /// The other gates of the compound, each with the reason why the route does not use it, the best first.
    pub other_gates: Vec<LostGate>,
    /// The number of the commit at which access rights and opening hours were read.
    pub seq: u64,
    /// The number of the commit from which the network was built.
    pub network_seq: u64,
}

/// A gate or a door.
#[derive(Debug, Serialize, ToSchema)]
pub struct RouteEntrance {
    /// The id of the gate or door.
    pub id: String,
    /// The name of the gate or door.
    pub name: Option<String>,
    /// Longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
}

/// A gate that the route does not use.
#[derive(Debug, Serialize, ToSchema)]
pub struct LostGate {
    /// The id of the gate.
    pub id: String,
    /// The name of the gate.
    pub name: Option<String>,
    /// The reason why the route does not use this gate, as text.
    pub why: Localized,
    /// The reason as a code: `slower`, `closed_until`, `closed`, `locked`, `blocked`, `not_admitted`, `oneway`,
    /// `unusable`, `unreachable` or `avoided`.
    pub code: &'static str,
    /// How much longer the route through this gate takes, in seconds; null if there is no such route.
    pub extra_s: Option<f64>,
}

/// An alternative route.
#[derive(Debug, Serialize, ToSchema)]
pub struct Alternative {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The legs.
    pub features: Vec<LegFeature>,
    /// The summary of the route.
    pub summary: RouteSummary,
}

/// A place that can be reached instead of the destination.
#[derive(Debug, Serialize, ToSchema)]
pub struct InsteadPlace {
    /// `entrances` or `facilities`.
    pub collection: &'static str,
    /// The id of the place.
    pub id: String,
    /// The name of the place.
    pub name: Option<String>,
    /// Longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
    /// The length of the route from the origin, in metres.
    pub distance_m: f64,
    /// The travel time from the origin, in seconds.
    pub duration_s: f64,
}

impl RouteAnswer {
    /// Returns the response for a journey.
    pub(super) fn of(ground: &Ground, journey: &Journey) -> Self {
        let alternatives = journey.alternatives.iter();
        Self {
            kind: "FeatureCollection",
            features: features(journey),
            summary: RouteSummary::of(ground, journey),
            alternatives: alternatives
                .map(|other| Alternative {
                    kind: "FeatureCollection",
                    features: features(other),
                    summary: RouteSummary::of(ground, other),
                })
                .collect(),
        }
    }
}

impl RouteSummary {
    fn of(ground: &Ground, journey: &Journey) -> Self {
        Self {
            distance_m: tenth(journey.distance_m),
            duration_s: tenth(journey.duration_s),
            arrive_at: journey.arrive_at.to_string(),
            gate: journey.gate.as_ref().map(RouteEntrance::of),
            door: journey.door.as_ref().map(RouteEntrance::of),
            gap_m: journey.gap_m,
            unknown_hours: journey.unknown_hours,
            assumed: journey.assumed,
            other_gates: journey.other_gates.iter().map(LostGate::of).collect(),
            seq: ground.snapshot.seq(),
            network_seq: ground.network.seq,
        }
    }
}

impl RouteEntrance {
    pub(super) fn of(passed: &Passed) -> Self {
        Self {
            id: passed.id.clone(),
            name: passed.name.clone(),
            position: pair(passed.at),
        }
    }
}

impl LostGate {
    /// Converts a gate that the route does not use.
    pub(super) fn of(gate: &OtherGate) -> Self {
        Self {
            id: gate.id.clone(),
            name: gate.name.clone(),
            why: gate.why.clone(),
            code: gate.code,
            extra_s: gate.extra_s.map(tenth),
        }
    }
}

impl InsteadPlace {
    /// Converts a place that is suggested instead of the destination.
    pub(super) fn of(nearest: &Nearest) -> Self {
        Self {
            collection: nearest.collection,
            id: nearest.id.clone(),
            name: nearest.name.clone(),
            position: pair(nearest.at),
            distance_m: tenth(nearest.distance_m),
            duration_s: tenth(nearest.duration_s),
        }
    }
}

fn features(journey: &Journey) -> Vec<LegFeature> {
    let legs = journey.legs.iter().enumerate();
    legs.map(|(number, leg)| leg_feature(leg, number >= journey.back_from))
        .collect()
}

/// A leg as a feature.
pub(super) fn leg_feature(leg: &Leg, is_back: bool) -> LegFeature {
    let steps = leg.steps.iter();
    LegFeature {
        kind: "Feature",
        geometry: LegLine {
            kind: "LineString",
            coordinates: leg.line.iter().map(|c| pair(*c)).collect(),
        },
        properties: LegProperties {
            mode: leg.mode.name(),
            begins_at: leg.begins_at.to_string(),
            distance_m: tenth(leg.distance_m),
            duration_s: tenth(leg.duration_s),
            is_back,
            steps: steps
                .map(|step| RouteStep {
                    text: step.text.clone(),
                    distance_m: tenth(step.distance_m),
                    position: pair(step.at),
                })
                .collect(),
        },
    }
}

/// Returns longitude and latitude in degrees, rounded to 1e-7 as in the map.
pub(super) fn pair(c: Coord<f64>) -> [f64; 2] {
    let round = |v: f64| (v * 1e7).round() / 1e7;
    [round(c.x), round(c.y)]
}

/// Rounds to one decimal place. The estimates of distances and times are not more precise.
pub(super) fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

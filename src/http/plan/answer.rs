//! The response body of a coverage.

use serde::Serialize;
use utoipa::ToSchema;

use super::standards::StandardShown;
use crate::model::Localized;

/// A coverage: the people who are within reach of a facility, and those who are not.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageAnswer {
    /// The number of people.
    pub demand: f64,
    /// How many of them are covered.
    pub covered: f64,
    /// The share of people who are covered, from 0 to 1; `null` without people.
    pub share: Option<f64>,
    /// The share of people with two facilities within the standard, so that one may fail.
    pub backup_share: Option<f64>,
    /// The length of the walks to the nearest facility, of the people who can reach one.
    pub distance_m: Option<Distribution>,
    /// The time of the walks, including stairs and lifts; only if the standard is measured in time.
    pub duration_s: Option<Distribution>,
    /// The same by straight-line distance instead of walks, for comparison only: the share is too high.
    pub straight_line: StraightLine,
    /// The areas, the worst first: those with the lowest share.
    pub by: Vec<AreaAnswer>,
    /// The number of people in no area of `by`, for example in buildings without a kind of housing.
    pub in_no_area: f64,
    /// The community with the lowest share; `null` if the map has none.
    pub worst: Option<AreaAnswer>,
    /// The places with people who are not covered, those with the most people first.
    pub uncovered: Vec<UncoveredPlace>,
    /// The people who are not linked to any facility. They count as not covered.
    pub unlinked: UnlinkedAnswer,
    /// The share of people whose number was estimated from the floor area, from 0 to 1.
    pub estimated: f64,
    /// How the number of people was found; `null` if the demand came with numbers.
    pub factors: Option<FactorsAnswer>,
    /// The facilities that were counted.
    pub facilities: FacilitiesAnswer,
    /// What the tried facilities of `add` add to the coverage; `null` without `add`.
    pub change: Option<ChangeAnswer>,
    /// The standard.
    pub standard: StandardShown,
    /// Notes for a report: what the figures rest on.
    pub notes: Vec<Localized>,
    /// How many areas, uncovered and unlinked places were left off by `limit`.
    pub left_off: LeftOff,
    /// The commit of the map that was counted.
    pub seq: u64,
    /// The commit from which the network was built.
    pub network_seq: u64,
}

/// How walks are distributed over people.
#[derive(Debug, Serialize, ToSchema)]
pub struct Distribution {
    /// The mean.
    pub mean: f64,
    /// 95 % of the people walk at most this.
    pub p95: f64,
    /// The longest walk.
    pub max: f64,
}

/// A comparison by straight lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct StraightLine {
    /// The share of people, from 0 to 1; `null` without people.
    pub share: Option<f64>,
}

/// The figures of an area.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AreaAnswer {
    /// The id of the building, grid, community or subdistrict, or the kind of housing.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The number of people.
    pub people: f64,
    /// How many of them are covered.
    pub covered: f64,
    /// The share of people who are covered, from 0 to 1.
    pub share: Option<f64>,
    /// The share of people with two facilities within the standard.
    pub backup_share: Option<f64>,
    /// The mean length of the walks, in metres.
    pub mean_m: Option<f64>,
    /// 95 % of the people walk at most this, in metres.
    pub p95_m: Option<f64>,
    /// The longest walk, in metres.
    pub max_m: Option<f64>,
}

/// A place with people who are not covered.
#[derive(Debug, Serialize, ToSchema)]
pub struct UncoveredPlace {
    /// The id of the building, or of the feature of the demand layer.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A position in it: longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
    /// How many people are not covered.
    pub people: f64,
    /// The longest walk from one of its doors, in metres; `null` if no facility can be reached.
    pub distance_m: Option<f64>,
}

/// People who are not linked to any facility.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnlinkedAnswer {
    /// The number of people.
    pub people: f64,
    /// The places.
    pub places: Vec<UnlinkedPlace>,
}

/// A place with people who are not linked to any facility.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnlinkedPlace {
    /// The id of the building, or of the feature of the demand layer.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A position in it: longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
    /// The number of people.
    pub people: f64,
    /// `no_way`: no way is near the door. `no_facility`: no facility can be reached.
    pub why: &'static str,
}

/// How the number of people was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactorsAnswer {
    /// The persons in a household.
    pub persons_per_household: f64,
    /// The floor area per person in m², for buildings without a number of households.
    pub m2_per_person: f64,
}

/// The facilities that were counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacilitiesAnswer {
    /// How many count at the moment.
    pub count: usize,
    /// How many of them have unknown opening hours. They count as open.
    pub unknown_hours: usize,
    /// The ids of those that are closed at the moment.
    pub closed: Vec<String>,
    /// The ids of those near which there is no way.
    pub unlinked: Vec<String>,
}

/// What tried facilities add to the coverage.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeAnswer {
    /// How many people are covered only with the tried facilities.
    pub people: f64,
    /// The places in which they live, those with the most people first.
    pub places: Vec<GainedPlace>,
    /// The numbers of positions in `add` near which there is no way.
    pub unlinked: Vec<usize>,
}

/// A place with people who are covered only with the tried facilities.
#[derive(Debug, Serialize, ToSchema)]
pub struct GainedPlace {
    /// The id of the building, or of the feature of the demand layer.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many people are covered only with the tried facilities.
    pub people: f64,
}

/// The numbers of entries that `limit` left off the lists.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOff {
    /// Areas of `by`.
    pub by: usize,
    /// Places of `uncovered`.
    pub uncovered: usize,
    /// Places of `unlinked`.
    pub unlinked: usize,
    /// Places of `change`.
    pub change: usize,
}

//! The response body of a coverage.

use serde::Serialize;
use utoipa::ToSchema;

use super::standards::StandardShown;
use crate::model::Localized;

/// A coverage: how many people have a facility within the standard, and which people have none.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageAnswer {
    /// The number of people.
    pub demand: f64,
    /// The number of people who are covered: they have a facility within the standard.
    pub covered: f64,
    /// The share of people who are covered, from 0 to 1; `null` if there are no people.
    pub share: Option<f64>,
    /// The share of people with at least two facilities within the standard, from 0 to 1; `null` without people.
    pub backup_share: Option<f64>,
    /// The lengths of the walks to the nearest facility, one way, in metres; `null` if nobody can reach one.
    pub distance_m: Option<Distribution>,
    /// The times of the walks to the nearest facility, in seconds, with stairs and lifts, and there and back if the
    /// standard counts both; `null` if the standard is a length, or if nobody can reach a facility.
    pub duration_s: Option<Distribution>,
    /// The coverage by straight-line distance, for comparison only: it is too high, because walks are longer.
    pub straight_line: StraightLine,
    /// The figures of each area, those with the lowest share first.
    pub by: Vec<AreaAnswer>,
    /// The number of people in no area of `by`, for example in buildings without a kind of housing; 0 if the request is
    /// `brief`.
    pub in_no_area: f64,
    /// The community with the lowest share; `null` if no community has people, or if the request is `brief`.
    pub worst: Option<AreaAnswer>,
    /// The places with people who are not covered, those with the most such people first.
    pub uncovered: Vec<UncoveredPlace>,
    /// The people who cannot reach any facility. They count as not covered.
    pub unlinked: UnlinkedAnswer,
    /// The share of people whose number was estimated from the floor area, from 0 to 1.
    pub estimated: f64,
    /// The factors from which the number of people was computed; `null` if `demand` is a collection or points.
    pub factors: Option<FactorsAnswer>,
    /// The facilities that were counted.
    pub facilities: FacilitiesAnswer,
    /// What the tried facilities of `add` add to the coverage; `null` if `add` is empty.
    pub change: Option<ChangeAnswer>,
    /// The standard.
    pub standard: StandardShown,
    /// Notes for a report: the data and assumptions behind the figures.
    pub notes: Vec<Localized>,
    /// How many entries `limit` left off each list.
    pub left_off: LeftOff,
    /// The number of the commit whose map was read. The edits of the request are not part of this commit.
    pub seq: u64,
    /// The number of the commit from which the walking network was built.
    pub network_seq: u64,
}

/// The distribution of walks over the people who can reach a facility, in metres (`distance_m`) or seconds
/// (`duration_s`).
#[derive(Debug, Serialize, ToSchema)]
pub struct Distribution {
    /// The mean.
    pub mean: f64,
    /// The 95th percentile: 95 % of these people have a walk of at most this.
    pub p95: f64,
    /// The longest walk.
    pub max: f64,
}

/// The coverage by straight-line distance.
#[derive(Debug, Serialize, ToSchema)]
pub struct StraightLine {
    /// The share of people with a facility within the straight-line distance of the standard, from 0 to 1; `null` if
    /// there are no people.
    pub share: Option<f64>,
}

/// The figures of an area.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AreaAnswer {
    /// The id of the building, grid, community or subdistrict, or the kind of housing.
    pub id: String,
    /// The name of the area.
    pub name: String,
    /// The number of people.
    pub people: f64,
    /// The number of people who are covered.
    pub covered: f64,
    /// The share of people who are covered, from 0 to 1.
    pub share: Option<f64>,
    /// The share of people with at least two facilities within the standard, from 0 to 1.
    pub backup_share: Option<f64>,
    /// The mean length of the walks to the nearest facility, one way, in metres; `null` if nobody can reach one.
    pub mean_m: Option<f64>,
    /// The 95th percentile of the lengths of these walks, in metres.
    pub p95_m: Option<f64>,
    /// The length of the longest of these walks, in metres.
    pub max_m: Option<f64>,
}

/// A place with people who are not covered.
#[derive(Debug, Serialize, ToSchema)]
pub struct UncoveredPlace {
    /// The id of the building, or of the feature of the demand layer.
    pub id: String,
    /// The name of the place.
    pub name: String,
    /// A position inside the building or feature: longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
    /// How many people are not covered.
    pub people: f64,
    /// The longest of the walks from its doors to the nearest facility, one way, in metres; `null` if no facility can
    /// be reached.
    pub distance_m: Option<f64>,
}

/// The people who cannot reach any facility.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnlinkedAnswer {
    /// The number of people.
    pub people: f64,
    /// The places with these people, those with the most such people first.
    pub places: Vec<UnlinkedPlace>,
}

/// A place with people who cannot reach any facility.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnlinkedPlace {
    /// The id of the building, or of the feature of the demand layer.
    pub id: String,
    /// The name of the place.
    pub name: String,
    /// A position inside the building or feature: longitude and latitude, WGS 84 degrees.
    pub position: [f64; 2],
    /// The number of people.
    pub people: f64,
    /// `no_way`: no walkable way is near the door. `no_facility`: no facility can be reached from the door, or the
    /// storey cannot be reached (in a wheelchair without a lift).
    pub why: &'static str,
}

/// The factors from which the number of people was computed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FactorsAnswer {
    /// The number of persons per household.
    pub persons_per_household: f64,
    /// The floor area per person in m², for buildings without a number of households.
    pub m2_per_person: f64,
}

/// The facilities that were counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct FacilitiesAnswer {
    /// How many facilities count: those that are open at the requested moment and have a walkable way nearby.
    pub count: usize,
    /// How many of the counted facilities have unknown opening hours. These count as open.
    pub unknown_hours: usize,
    /// The ids of the facilities that are closed at the requested moment. They do not count.
    pub closed: Vec<String>,
    /// The ids of the facilities without a walkable way nearby. They do not count.
    pub unlinked: Vec<String>,
}

/// What tried facilities add to the coverage.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeAnswer {
    /// How many people are covered only with the tried facilities.
    pub people: f64,
    /// The places in which these people live, those with the most such people first.
    pub places: Vec<GainedPlace>,
    /// The indexes in `add`, from 0, of the positions without a walkable way nearby.
    pub unlinked: Vec<usize>,
}

/// A place with people who are covered only with the tried facilities.
#[derive(Debug, Serialize, ToSchema)]
pub struct GainedPlace {
    /// The id of the building, or of the feature of the demand layer.
    pub id: String,
    /// The name of the place.
    pub name: String,
    /// How many people are covered only with the tried facilities.
    pub people: f64,
}

/// The numbers of entries that `limit` left off the lists.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOff {
    /// The number of areas left off `by`.
    pub by: usize,
    /// The number of places left off `uncovered`.
    pub uncovered: usize,
    /// The number of places left off `unlinked`.
    pub unlinked: usize,
    /// The number of places left off `change`.
    pub change: usize,
}

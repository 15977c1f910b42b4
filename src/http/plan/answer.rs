//! The response body of a coverage.

use serde::Serialize;
use utoipa::ToSchema;

use super::standards::StandardShown;
use crate::model::{Localized, both};
use crate::planning::coverage::{AreaName, By, DemandPlace, Tally};
use crate::planning::standards::Standard;
use crate::service::planning::{CoverageFound, DemandAsk, Factors};
use crate::service::routes::Ground;

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
    /// The changes by the tried facilities; only with `add`.
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

/// The changes by tried facilities.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeAnswer {
    /// How many people are covered in addition.
    pub people: f64,
    /// The places in which they live, those with the most people first.
    pub places: Vec<GainedPlace>,
    /// The numbers of positions in `add` near which there is no way.
    pub unlinked: Vec<usize>,
}

/// A place with people who are covered in addition.
#[derive(Debug, Serialize, ToSchema)]
pub struct GainedPlace {
    /// The id of the building, or of the feature of the demand layer.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many people are covered in addition.
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

/// Returns the response body for a coverage. Each list has at most `limit` entries; `left_off` counts the others.
pub(super) fn answer(
    found: &CoverageFound,
    ground: &Ground,
    (by, limit): (By, usize),
    (standard, demand): (&Standard, &DemandAsk),
) -> CoverageAnswer {
    let people = found.demand();
    let all = &found.coverage.all;
    let mut left_off = LeftOff {
        by: 0,
        uncovered: 0,
        unlinked: 0,
        change: 0,
    };
    let of = |names: &[AreaName], tallies: &[Tally]| -> Vec<AreaAnswer> {
        let areas = names.iter().zip(tallies);
        areas
            .map(|(name, tally)| area(&name.id, &name.name, tally))
            .collect()
    };
    let mut areas = match by.slot() {
        Some(slot) => of(&people.areas[slot], &found.coverage.areas[slot]),
        None => {
            let places = people.places.iter().zip(&found.coverage.buildings);
            places
                .map(|(place, tally)| area(&place.id, &place.name, tally))
                .collect()
        }
    };
    areas.retain(|area| area.people > 0.0);
    let in_areas: f64 = areas.iter().map(|area| area.people).sum();
    sort(&mut areas);
    left_off.by = shorten(&mut areas, limit);
    let mut communities = by
        .slot()
        .filter(|slot| Some(*slot) == By::Community.slot())
        .map_or_else(
            || {
                let slot = By::Community.slot().unwrap_or(0);
                of(&people.areas[slot], &found.coverage.areas[slot])
            },
            |_| areas.clone(),
        );
    communities.retain(|area| area.people > 0.0);
    sort(&mut communities);

    let places = || people.places.iter().zip(&found.coverage.buildings);
    let mut uncovered: Vec<UncoveredPlace> = places()
        .filter(|(_, tally)| tally.uncovered() > 1e-9)
        .map(|(place, tally)| UncoveredPlace {
            id: place.id.clone(),
            name: place.name.clone(),
            position: place.at,
            people: rounded(tally.uncovered()),
            distance_m: tally.length.map(|length| metres(length.max)),
        })
        .collect();
    uncovered.sort_by(|a, b| b.people.total_cmp(&a.people).then_with(|| a.id.cmp(&b.id)));
    left_off.uncovered = shorten(&mut uncovered, limit);
    let mut unlinked: Vec<UnlinkedPlace> = places()
        .flat_map(|(place, tally)| {
            let whys = [("no_way", tally.no_way), ("no_facility", tally.no_facility)];
            whys.into_iter()
                .filter(|(_, people)| *people > 0.0)
                .map(|(why, people)| unlinked_place(place, people, why))
        })
        .collect();
    unlinked.sort_by(|a, b| b.people.total_cmp(&a.people).then_with(|| a.id.cmp(&b.id)));
    left_off.unlinked = shorten(&mut unlinked, limit);
    let change = found.change.as_ref().map(|change| {
        let mut places: Vec<GainedPlace> = change
            .buildings
            .iter()
            .filter_map(|(place, more)| {
                let place = people.places.get(*place as usize)?;
                Some(GainedPlace {
                    id: place.id.clone(),
                    name: place.name.clone(),
                    people: rounded(*more),
                })
            })
            .collect();
        places.sort_by(|a, b| b.people.total_cmp(&a.people).then_with(|| a.id.cmp(&b.id)));
        left_off.change = shorten(&mut places, limit);
        ChangeAnswer {
            people: rounded(change.people),
            places,
            unlinked: change.unlinked.clone(),
        }
    });
    let estimated: f64 = people
        .places
        .iter()
        .filter(|p| p.is_estimated)
        .map(|p| p.people)
        .sum();
    let factors = match demand {
        DemandAsk::Buildings(factors) => Some(*factors),
        DemandAsk::Collection { .. } | DemandAsk::Points(_) => None,
    };
    let sites = found.sites();
    CoverageAnswer {
        demand: rounded(all.people),
        covered: rounded(all.covered),
        share: all.share().map(share),
        backup_share: (all.people > 0.0).then(|| share(all.backed_up / all.people)),
        distance_m: all.length.map(|f| Distribution {
            mean: tenth(f.mean / 10.0),
            p95: metres(f.p95),
            max: metres(f.max),
        }),
        duration_s: all.time.map(|f| Distribution {
            mean: tenth(f.mean / 10.0),
            p95: metres(f.p95),
            max: metres(f.max),
        }),
        straight_line: StraightLine {
            share: found.straight_share.map(share),
        },
        worst: communities.into_iter().next(),
        by: areas,
        // Each area is rounded to a hundredth of a person.
        in_no_area: tenth((all.people - in_areas).max(0.0)),
        uncovered,
        unlinked: UnlinkedAnswer {
            people: rounded(all.no_way + all.no_facility),
            places: unlinked,
        },
        estimated: if all.people > 0.0 {
            share(estimated / all.people)
        } else {
            0.0
        },
        notes: notes(
            standard,
            factors.as_ref(),
            estimated > 0.0,
            sites.unknown_hours,
        ),
        factors: factors.map(|f| FactorsAnswer {
            persons_per_household: f.persons_per_household,
            m2_per_person: f.m2_per_person,
        }),
        facilities: FacilitiesAnswer {
            count: sites.ids.len(),
            unknown_hours: sites.unknown_hours,
            closed: sites.closed.clone(),
            unlinked: sites.unlinked.clone(),
        },
        change,
        standard: standard.into(),
        left_off,
        seq: ground.snapshot.seq(),
        network_seq: ground.network.seq,
    }
}

fn unlinked_place(place: &DemandPlace, people: f64, why: &'static str) -> UnlinkedPlace {
    UnlinkedPlace {
        id: place.id.clone(),
        name: place.name.clone(),
        position: place.at,
        people: rounded(people),
        why,
    }
}

/// Returns notes for a report: the data and assumptions behind the figures.
fn notes(
    standard: &Standard,
    factors: Option<&Factors>,
    is_estimated: bool,
    unknown_hours: usize,
) -> Vec<Localized> {
    let mut notes = Vec::new();
    if !standard.verified {
        notes.push(both!(
            "该标准的数值未核实出处。",
            "The figure of the standard was not verified in its source."
        ));
    }
    if let Some(Factors {
        persons_per_household: persons,
        m2_per_person: area,
    }) = factors
    {
        notes.push(both!(
            "人数按每户{persons}人推算。",
            "People are counted as {persons} per household."
        ));
        if is_estimated {
            notes.push(both!(
                "没有户数的楼栋按占地面积×层数÷{area}平方米推算人数。",
                "Buildings without a number of households are estimated: footprint × storeys ÷ {area} m²."
            ));
        }
    }
    if unknown_hours > 0 {
        notes.push(both!(
            "{unknown_hours}处设施没有开放时间，按开放计算。",
            "Facilities without opening hours count as open: {unknown_hours}."
        ));
    }
    notes
}

fn area(id: &str, name: &str, tally: &Tally) -> AreaAnswer {
    AreaAnswer {
        id: id.to_owned(),
        name: name.to_owned(),
        people: rounded(tally.people),
        covered: rounded(tally.covered),
        share: tally.share().map(share),
        backup_share: (tally.people > 0.0).then(|| share(tally.backed_up / tally.people)),
        mean_m: tally.length.map(|f| tenth(f.mean / 10.0)),
        p95_m: tally.length.map(|f| metres(f.p95)),
        max_m: tally.length.map(|f| metres(f.max)),
    }
}

/// Sorts areas, the lowest share first; of equal ones the one with more people, then by id.
fn sort(areas: &mut [AreaAnswer]) {
    areas.sort_by(|a, b| {
        let share = |area: &AreaAnswer| area.share.unwrap_or(1.0);
        let by_people = || b.people.total_cmp(&a.people);
        share(a)
            .total_cmp(&share(b))
            .then_with(by_people)
            .then_with(|| a.id.cmp(&b.id))
    });
}

/// Shortens a list. Returns how many were left off.
fn shorten<T>(list: &mut Vec<T>, limit: usize) -> usize {
    let over = list.len().saturating_sub(limit);
    list.truncate(limit);
    over
}

fn metres(tenths: u32) -> f64 {
    f64::from(tenths) / 10.0
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// People are fractions where a household has a fraction of a person; a hundredth is enough.
fn rounded(people: f64) -> f64 {
    (people * 100.0).round() / 100.0
}

fn share(share: f64) -> f64 {
    // The sum of no people is -0; adding 0 makes it 0.
    (share.clamp(0.0, 1.0) * 1e6).round() / 1e6 + 0.0
}

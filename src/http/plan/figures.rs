//! Fills the response body of a coverage.

use std::cmp::Ordering;

use super::answer::{
    AreaAnswer, ChangeAnswer, CoverageAnswer, Distribution, FacilitiesAnswer, FactorsAnswer,
    GainedPlace, LeftOff, StraightLine, UncoveredPlace, UnlinkedAnswer, UnlinkedPlace,
};
use crate::model::{Localized, both};
use crate::planning::coverage::{By, DemandPlace, Tally};
use crate::planning::standards::Standard;
use crate::service::planning::{self, CoverageFound, DemandAsk, Factors, Sites, WhatIf};

/// Returns the response body for a coverage. Each list has at most `limit` entries; `left_off` counts the others. A
/// brief answer has no areas, uncovered places and unlinked places.
pub(super) fn answer(
    found: &CoverageFound,
    map: &WhatIf,
    (by, limit, is_brief): (By, usize, bool),
    (standard, demand): (&Standard, &DemandAsk),
) -> CoverageAnswer {
    let people = found.demand();
    let all = found.all();
    let mut left_off = LeftOff {
        by: 0,
        uncovered: 0,
        unlinked: 0,
        change: 0,
    };
    let mut divided = Divided::default();
    let mut worst = None;
    let (mut uncovered, mut unlinked) = (Vec::new(), Vec::new());
    if !is_brief {
        divided = Divided::new(found, by, limit);
        left_off.by = divided.left_off;
        worst = match by {
            By::Community => divided.areas.first().cloned(),
            _ => Divided::new(found, By::Community, 1).areas.pop(),
        };
        (uncovered, left_off.uncovered) = uncovered_places(found, limit);
        (unlinked, left_off.unlinked) = unlinked_places(found, limit);
    }
    let change = found.change.as_ref().map(|change| {
        let mut places: Vec<(f64, &DemandPlace)> = change
            .buildings
            .iter()
            .filter_map(|(place, more)| Some((rounded(*more), people.places.get(*place as usize)?)))
            .collect();
        left_off.change = shorten(&mut places, limit, |a, b| most_first(*a, *b));
        ChangeAnswer {
            people: rounded(change.people),
            places: places
                .into_iter()
                .map(|(more, place)| GainedPlace {
                    id: place.id.clone(),
                    name: place.name.clone(),
                    people: more,
                })
                .collect(),
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
        worst,
        // The numbers of people of the areas are rounded to a hundredth, so the difference is exact only to a tenth.
        in_no_area: if is_brief {
            0.0
        } else {
            tenth((all.people - divided.people).max(0.0))
        },
        by: divided.areas,
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
            (all.people, estimated > 0.0),
            sites,
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
        seq: map.seq,
        network_seq: map.network_seq,
    }
}

/// The areas of a coverage, those with the lowest share first.
#[derive(Default)]
struct Divided {
    areas: Vec<AreaAnswer>,
    left_off: usize,
    /// The number of people in all areas, those left off included.
    people: f64,
}

impl Divided {
    fn new(found: &CoverageFound, by: By, limit: usize) -> Self {
        let demand = found.demand();
        let mut areas: Vec<(&str, &str, &Tally)> = match by.slot() {
            Some(slot) => {
                let names = demand.areas[slot].iter().zip(found.areas(slot));
                names
                    .map(|(area, tally)| (area.id.as_str(), area.name.as_str(), tally))
                    .collect()
            }
            None => {
                let places = demand.places.iter().zip(found.buildings());
                places
                    .map(|(place, tally)| (place.id.as_str(), place.name.as_str(), tally))
                    .collect()
            }
        };
        areas.retain(|(_, _, tally)| rounded(tally.people) > 0.0);
        let people = areas.iter().map(|(_, _, tally)| rounded(tally.people));
        let people = people.sum();
        let of = |tally: &Tally| tally.share().map_or(1.0, share);
        let left_off = shorten(&mut areas, limit, |a, b| {
            // The lowest share first; of equal shares the area with more people; then by id.
            let by_people = || rounded(b.2.people).total_cmp(&rounded(a.2.people));
            of(a.2)
                .total_cmp(&of(b.2))
                .then_with(by_people)
                .then_with(|| a.0.cmp(b.0))
        });
        let areas = areas.into_iter();
        Self {
            areas: areas
                .map(|(id, name, tally)| area(id, name, tally))
                .collect(),
            left_off,
            people,
        }
    }
}

/// The places with people who are not covered, and how many were left off.
fn uncovered_places(found: &CoverageFound, limit: usize) -> (Vec<UncoveredPlace>, usize) {
    let places = found.demand().places.iter().zip(found.buildings());
    let mut places: Vec<(f64, &DemandPlace, &Tally)> = places
        .filter(|(_, tally)| tally.uncovered() > 1e-9)
        .map(|(place, tally)| (rounded(tally.uncovered()), place, tally))
        .collect();
    let left_off = shorten(&mut places, limit, |a, b| {
        most_first((a.0, a.1), (b.0, b.1))
    });
    let places = places
        .into_iter()
        .map(|(people, place, tally)| UncoveredPlace {
            id: place.id.clone(),
            name: place.name.clone(),
            position: place.at,
            people,
            distance_m: tally.length.map(|length| metres(length.max)),
        });
    (places.collect(), left_off)
}

/// The places with people who cannot reach any facility, and how many were left off.
fn unlinked_places(found: &CoverageFound, limit: usize) -> (Vec<UnlinkedPlace>, usize) {
    let places = found.demand().places.iter().zip(found.buildings());
    let mut places: Vec<(f64, &DemandPlace, &str)> = places
        .flat_map(|(place, tally)| {
            let whys = [("no_way", tally.no_way), ("no_facility", tally.no_facility)];
            whys.into_iter()
                .filter(|(_, people)| *people > 0.0)
                .map(move |(why, people)| (rounded(people), place, why))
        })
        .collect();
    let left_off = shorten(&mut places, limit, |a, b| {
        most_first((a.0, a.1), (b.0, b.1))
    });
    let places = places
        .into_iter()
        .map(|(people, place, why)| UnlinkedPlace {
            id: place.id.clone(),
            name: place.name.clone(),
            position: place.at,
            people,
            why,
        });
    (places.collect(), left_off)
}

/// The order of places: those with the most people first, then by id.
fn most_first(a: (f64, &DemandPlace), b: (f64, &DemandPlace)) -> Ordering {
    b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id))
}

/// Returns notes for a report: the data and assumptions behind the figures.
fn notes(
    standard: &Standard,
    factors: Option<&Factors>,
    (people, is_estimated): (f64, bool),
    sites: &Sites,
) -> Vec<Localized> {
    let mut notes = Vec::new();
    if people <= 0.0 {
        notes.push(both!(
            "没有人口数据，无法计算覆盖率。",
            "There are no people to count, so the share is not known."
        ));
    }
    if sites.ids.is_empty() {
        let closed = sites.closed.len();
        notes.push(match (closed, sites.unlinked.len()) {
            (0, 0) => both!(
                "没有符合条件的设施，全部人口按未覆盖计算。",
                "No facility matches the request, so everybody counts as not covered."
            ),
            (closed, 0) => both!(
                "符合条件的{closed}处设施此时均不开放，全部人口按未覆盖计算。",
                "All {closed} matching facilities are closed at the moment, so everybody counts as not covered."
            ),
            (_, unlinked) => both!(
                "没有可用的设施：{closed}处此时不开放，{unlinked}处附近没有可步行的道路；全部人口按未覆盖计算。",
                "No facility can be used: {closed} are closed at the moment, and {unlinked} have no walkable way \
                 nearby. Everybody counts as not covered."
            ),
        });
    }
    notes.extend(planning::notes(
        Some(standard),
        factors,
        is_estimated,
        sites.unknown_hours,
    ));
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

/// Sorts a list and keeps its first `limit` entries. Returns how many entries were left off.
fn shorten<T>(list: &mut Vec<T>, limit: usize, order: impl Fn(&T, &T) -> Ordering) -> usize {
    let over = list.len().saturating_sub(limit);
    if over > 0 {
        // In a city nearly all entries are left off, so only those that are kept are sorted.
        list.select_nth_unstable_by(limit, &order);
        list.truncate(limit);
    }
    list.sort_by(order);
    over
}

fn metres(tenths: u32) -> f64 {
    f64::from(tenths) / 10.0
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Rounds a number of people to a hundredth. The number may be fractional: households × persons per household.
fn rounded(people: f64) -> f64 {
    (people * 100.0).round() / 100.0
}

fn share(share: f64) -> f64 {
    // The sum of an empty list is -0.0; adding 0.0 makes it 0.0.
    (share.clamp(0.0, 1.0) * 1e6).round() / 1e6 + 0.0
}

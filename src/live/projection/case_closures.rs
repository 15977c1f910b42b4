//! What cases close: the ways near them, and the gates that they report.

use geo::CoordsIter as _;
use geo_types::{Coord, Geometry};
use rpds::RedBlackTreeMapSync;

use crate::access::gate_reports::GateReport;
use crate::index::Entry;
use crate::model::{Canonical, FeatureId, Role};
use crate::spatial::metres;
use crate::warnings::rules::{Blocks, Rules};
use crate::warnings::{Case, Status, closure};

/// The category whose reports may shut a gate.
const WRONG_ACCESS: &str = "wrong_access";
/// The most places by which the line or area of one case is followed.
const MOST_PLACES: usize = 400;

/// The ways that a case closes.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseClosure {
    /// Places along the case, not farther apart than it reaches.
    pub places: Vec<Coord<f64>>,
    /// For whom, and how near.
    pub blocks: Blocks,
}

/// A case that reports a gate.
#[derive(Debug, Clone, PartialEq)]
struct GateCase {
    report: GateReport,
    /// The case that stands for it, where it was merged.
    into: Option<FeatureId>,
}

/// What cases close, by the id of the case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseClosures {
    closing: RedBlackTreeMapSync<FeatureId, CaseClosure>,
    gates: RedBlackTreeMapSync<FeatureId, GateCase>,
}

impl CaseClosures {
    /// The ways that cases close.
    pub fn closing(&self) -> impl Iterator<Item = (&FeatureId, &CaseClosure)> {
        self.closing.iter()
    }

    /// The reports of gates that stand: their case, or the one that it was merged into, is open.
    pub fn gate_reports(
        &self,
        is_open: impl Fn(&FeatureId) -> bool,
    ) -> impl Iterator<Item = &GateReport> {
        let stands = move |(id, case): &(&FeatureId, &GateCase)| {
            let (mut id, mut case) = (*id, *case);
            // A chain of merges has an end, and none is as long as this.
            for _ in 0..16 {
                match &case.into {
                    None => return is_open(id),
                    Some(into) => match self.gates.get(into) {
                        None => return is_open(into),
                        Some(next) => (id, case) = (into, next),
                    },
                }
            }
            false
        };
        let standing = self.gates.iter().filter(stands);
        standing.map(|(_, case)| &case.report)
    }

    /// Applies the present version of a case. `open` is it as it was read, where it has not ended.
    pub(super) fn put(
        &mut self,
        id: &FeatureId,
        entry: Option<&Entry>,
        open: Option<&Case>,
        rules: &Rules,
    ) {
        let closing = open.and_then(|case| {
            let blocks = closure::of(case, rules)?;
            let places = places(entry?.geometry()?, blocks.within_m);
            Some(CaseClosure { places, blocks })
        });
        match closing {
            Some(closing) => self.closing.insert_mut(id.clone(), closing),
            None => {
                self.closing.remove_mut(id);
            }
        }
        let gate = match open {
            Some(case) => gate_case(case),
            None => entry.and_then(merged),
        };
        match gate {
            Some(gate) => self.gates.insert_mut(id.clone(), gate),
            None => {
                self.gates.remove_mut(id);
            }
        }
    }
}

/// A case that was merged into another. Only those that name a gate are parsed.
fn merged(entry: &Entry) -> Option<GateCase> {
    let p = Canonical::new(entry.all_properties());
    if !p.has("entrance") || !p.is("status", Status::Merged.as_str()) {
        return None;
    }
    gate_case(&Case::of(entry).ok()?)
}

/// The report of a gate that a case is. A rider's counts with another's, a grid worker's alone; nobody else's counts.
fn gate_case(case: &Case) -> Option<GateCase> {
    let has_ended = case.status.is_ended() && case.merged_into.is_none();
    if case.category != WRONG_ACCESS || has_ended || !case.counts() {
        return None;
    }
    let role = case.ledger.reporter_role?;
    if !role.includes(Role::Rider) {
        return None;
    }
    Some(GateCase {
        report: GateReport {
            entrance: case.entrance.clone()?,
            account: case.ledger.reporter.clone()?,
            is_staff: role.includes(Role::GridWorker),
            at: case.reported_at,
        },
        into: case.merged_into.clone(),
    })
}

/// Places along a geometry, at most `apart_m` metres from each other.
fn places(geometry: &Geometry<f64>, apart_m: f64) -> Vec<Coord<f64>> {
    let mut found: Vec<Coord<f64>> = Vec::new();
    let is_line = !matches!(geometry, Geometry::Point(_) | Geometry::MultiPoint(_));
    let apart_m = apart_m.max(1.0);
    for next in geometry.coords_iter() {
        if let Some(last) = found.last().copied().filter(|_| is_line) {
            let pieces = (metres::distance(last, next) / apart_m).ceil().max(1.0);
            let room = MOST_PLACES.saturating_sub(found.len());
            for n in 1..(pieces as usize).min(room) {
                let share = n as f64 / pieces;
                found.push(last + (next - last) * share);
            }
        }
        if found.len() >= MOST_PLACES {
            break;
        }
        found.push(next);
    }
    found
}

#[cfg(test)]
mod tests {
    use geo_types::{LineString, Point};

    use super::*;

    #[test]
    fn a_line_is_followed_and_a_point_is_itself() {
        let point = Geometry::Point(Point::new(117.0, 39.0));
        assert_eq!(places(&point, 5.0).len(), 1);
        // About 86 m.
        let line = LineString::from(vec![(117.0, 39.0), (117.001, 39.0)]);
        let along = places(&line.into(), 5.0);
        assert!((18..=20).contains(&along.len()), "{}", along.len());
        let gaps = along.windows(2).map(|w| metres::distance(w[0], w[1]));
        assert!(gaps.into_iter().all(|m| m <= 5.01));
        let long = LineString::from(vec![(117.0, 39.0), (118.0, 39.0)]);
        assert_eq!(places(&long.into(), 5.0).len(), MOST_PLACES);
    }
}

//! The closures that open cases cause: of the ways near them, and of the gates that people report.

use geo::CoordsIter as _;
use geo_types::{Coord, Geometry};
use rpds::RedBlackTreeMapSync;

use crate::access::gate_reports::GateReport;
use crate::index::Entry;
use crate::model::{Canonical, FeatureId, Role};
use crate::spatial::metres;
use crate::warnings::rules::{Blocks, Rules};
use crate::warnings::{Case, Status, closure};

/// The category whose reports may close a gate.
const WRONG_ACCESS: &str = "wrong_access";
/// The most positions along the line or outline of one case.
const MOST_PLACES: usize = 400;

/// The closure of ways by a case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseClosure {
    /// Positions along the geometry of the case. Ways within `blocks.within_m` of any of them are closed; the gaps
    /// between positions are not longer than this distance.
    pub places: Vec<Coord<f64>>,
    /// For whom ways are closed, and within which distance.
    pub blocks: Blocks,
}

/// A case that is a report about a gate.
#[derive(Debug, Clone, PartialEq)]
struct GateCase {
    report: GateReport,
    /// The case into which this case was merged; `None` if it was not merged.
    into: Option<FeatureId>,
}

/// All closures by cases, by the id of the case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseClosures {
    closing: RedBlackTreeMapSync<FeatureId, CaseClosure>,
    gates: RedBlackTreeMapSync<FeatureId, GateCase>,
}

impl CaseClosures {
    /// Returns the closures of ways, by the id of the case.
    pub fn closing(&self) -> impl Iterator<Item = (&FeatureId, &CaseClosure)> {
        self.closing.iter()
    }

    /// Returns the reports about gates whose case is open. For a merged case, the case into which it was merged must be
    /// open.
    pub fn gate_reports(
        &self,
        is_open: impl Fn(&FeatureId) -> bool,
    ) -> impl Iterator<Item = &GateReport> {
        let stands = move |(id, case): &(&FeatureId, &GateCase)| {
            let (mut id, mut case) = (*id, *case);
            // The limit stops the loop if cases are merged in a circle. Real chains of merges are shorter.
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

    /// Applies the present version of a case. `open` is the parsed case, if it has not ended.
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

/// Reads a gate report from a merged case. Cases without an entrance are not parsed, to save time.
fn merged(entry: &Entry) -> Option<GateCase> {
    let p = Canonical::new(entry.all_properties());
    if !p.has("entrance") || !p.is("status", Status::Merged.as_str()) {
        return None;
    }
    gate_case(&Case::of(entry).ok()?)
}

/// Reads a gate report from a case. Only the reports of riders and higher roles count; those of grid workers and higher
/// roles need no second report.
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

/// Returns positions along a line or outline that are at most `apart_m` metres apart (at most 1 m if `apart_m` is
/// less), or the positions of points. [`MOST_PLACES`] may cut off the rest of a long geometry.
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
        // The line is about 86 m long.
        let line = LineString::from(vec![(117.0, 39.0), (117.001, 39.0)]);
        let along = places(&line.into(), 5.0);
        assert!((18..=20).contains(&along.len()), "{}", along.len());
        let gaps = along.windows(2).map(|w| metres::distance(w[0], w[1]));
        assert!(gaps.into_iter().all(|m| m <= 5.01));
        let long = LineString::from(vec![(117.0, 39.0), (118.0, 39.0)]);
        assert_eq!(places(&long.into(), 5.0).len(), MOST_PLACES);
    }
}

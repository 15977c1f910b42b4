//! Searches from one place to many: the nearest places by travel time, the times to all of them, and what can be
//! reached within a time.

use std::collections::HashSet;

use super::attributes::Attributes;
use super::bound::Everywhere;
use super::ends::{Move, Targets};
use super::labels::{Label, Memory};
use super::moves::Moved;
use super::query::{LONGEST_WAIT_DS, Query};
use super::route::{Route, Why};
use super::search::{Ended, Visit};
use super::view::View;

/// A target that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The index of the target in the `to` of the query.
    pub target: usize,
    /// The arrival time, in tenths of a second since the epoch.
    pub arrive: i64,
    /// The length of the route, in decimetres.
    pub length_dm: u64,
    /// The number of unknown opening hours along the route.
    pub unknowns: u32,
}

impl From<&Route> for Reached {
    fn from(route: &Route) -> Reached {
        Reached {
            target: route.target,
            arrive: route.arrive,
            length_dm: route.length_dm(),
            unknowns: route.unknowns,
        }
    }
}

/// Why a search from one place to many has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The limit was reached before the search ended.
    Limited,
    /// A source or a target lies at a place that does not exist.
    NoSuchPlace,
}

/// A part of an edge that can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The edge.
    pub edge: u32,
    /// The beginning of the part, in decimetres from the beginning of the edge.
    pub from_dm: u32,
    /// The end of the part, in decimetres from the beginning of the edge.
    pub until_dm: u32,
}

/// Collects targets until there are enough that can be reached without a wait that is too long.
struct Enough<'a> {
    wanted: usize,
    /// The place to which each target leads, and the places that are reached in time.
    places: &'a [u32],
    reached: HashSet<u32>,
    /// Targets that are reached in time: the target, and the number of its label.
    in_time: Vec<(u32, u32)>,
    /// Targets whose best route contains too long a wait.
    late: Vec<u32>,
}

impl Visit for Enough<'_> {
    fn target(&mut self, target: u32, number: u32, label: &Label) -> bool {
        if label.origin.waits_long {
            self.late.push(target);
        } else {
            self.in_time.push((target, number));
            self.reached.insert(self.places[target as usize]);
        }
        self.reached.len() < self.wanted
    }
}

/// Keeps the time to each target.
struct Times {
    left: usize,
    times: Vec<Option<u32>>,
}

impl Visit for Times {
    fn target(&mut self, target: u32, _: u32, label: &Label) -> bool {
        self.times[target as usize] = Some(label.time);
        self.left -= 1;
        self.left > 0
    }
}

/// Keeps the parts of edges that are reached.
struct Parts {
    horizon: u32,
    parts: Vec<Part>,
}

impl Visit for Parts {
    fn used(&mut self, to: &Move, moved: &Moved) {
        let begun = moved.entered.saturating_add(moved.extra_ds);
        let left = match self.horizon.checked_sub(begun) {
            Some(left) => left,
            None => return,
        };
        let way = u64::from(left) * u64::from(moved.speed) / 36;
        let length_dm = way.min(u64::from(to.length_dm)) as u32;
        let edge = to.edge.edge();
        let until_dm = to.from_dm + length_dm;
        self.parts.push(if to.edge.is_backward() {
            let whole = to.from_dm + to.length_dm;
            Part {
                edge,
                from_dm: whole - until_dm,
                until_dm: whole - to.from_dm,
            }
        } else {
            Part {
                edge,
                from_dm: to.from_dm,
                until_dm,
            }
        });
    }
}

impl<A: Attributes + ?Sized> View<'_, A> {
    /// The `wanted` targets that are reached first within `horizon` tenths of a second, in order. If as many are
    /// wanted as there are targets, this gives the times to all of them.
    pub fn nearest(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        wanted: usize,
        horizon: u32,
    ) -> Result<Vec<Reached>, Stopped> {
        let places: Vec<u32> = (0..query.to.len() as u32).collect();
        self.nearest_places(memory, query, &places, wanted, horizon)
    }

    /// The `wanted` places that are reached first within `horizon` tenths of a second, in order, each with the target
    /// by which it is reached. `places` has the number of the place of each target.
    pub fn nearest_places(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        places: &[u32],
        wanted: usize,
        horizon: u32,
    ) -> Result<Vec<Reached>, Stopped> {
        if places.len() != query.to.len() || !self.has_places(query) {
            return Err(Stopped::NoSuchPlace);
        }
        if wanted == 0 || query.to.is_empty() {
            return Ok(Vec::new());
        }
        let targets = Targets::new(self.topology, query.to);
        let search = self.search(query, &targets, &[], horizon);
        let mut enough = Enough {
            wanted,
            places,
            reached: HashSet::new(),
            in_time: Vec::new(),
            late: Vec::new(),
        };
        if search.run(memory, &mut Everywhere, &mut enough) == Ended::Limited {
            return Err(Stopped::Limited);
        }
        let mut reached: Vec<Reached> = Vec::new();
        for (target, number) in enough.in_time {
            let route = search.retrace(memory, number, target, &query.to[target as usize]);
            reached.extend(route.as_ref().map(Reached::from));
        }
        for target in enough.late {
            let to = &query.to[target as usize..][..1];
            match self.route(memory, &Query { to, ..*query }) {
                Ok(route) => reached.push(Reached {
                    target: target as usize,
                    ..Reached::from(&route)
                }),
                Err(none) if none.why == Why::Limited => return Err(Stopped::Limited),
                Err(_) => {}
            }
        }
        let last = query.depart.saturating_add(i64::from(horizon));
        reached.retain(|r| r.arrive <= last);
        reached.sort_by_key(|r| (r.arrive, r.unknowns, r.target));
        let mut seen = HashSet::new();
        reached.retain(|r| seen.insert(places[r.target]));
        reached.truncate(wanted);
        Ok(reached)
    }

    /// The time to each target within `horizon`, in tenths of a second. Edges with a longer wait than
    /// [`LONGEST_WAIT_DS`] are not used.
    pub(super) fn patient_times(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        horizon: u32,
    ) -> Result<Vec<Option<u32>>, Stopped> {
        let targets = Targets::new(self.topology, query.to);
        let mut search = self.search(query, &targets, &[], horizon);
        search.patience = LONGEST_WAIT_DS;
        let mut times = Times {
            left: query.to.len(),
            times: vec![None; query.to.len()],
        };
        match search.run(memory, &mut Everywhere, &mut times) {
            Ended::Limited => Err(Stopped::Limited),
            Ended::Exhausted | Ended::Stopped => Ok(times.times),
        }
    }

    /// The parts of edges that can be reached within `horizon` tenths of a second, in the order of the edges. Edges
    /// with a longer wait than [`LONGEST_WAIT_DS`] are not used.
    pub fn isochrone(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        horizon: u32,
    ) -> Result<Vec<Part>, Stopped> {
        if !self.has_places(query) {
            return Err(Stopped::NoSuchPlace);
        }
        let targets = Targets::default();
        let mut search = self.search(query, &targets, &[], horizon);
        search.patience = LONGEST_WAIT_DS;
        let mut found = Parts {
            horizon,
            parts: Vec::new(),
        };
        match search.run(memory, &mut Everywhere, &mut found) {
            Ended::Limited => Err(Stopped::Limited),
            Ended::Exhausted | Ended::Stopped => Ok(merged(found.parts)),
        }
    }
}

/// Joins parts that overlap or touch.
fn merged(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_unstable();
    let mut merged: Vec<Part> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            Some(last) if last.edge == part.edge && part.from_dm <= last.until_dm => {
                last.until_dm = last.until_dm.max(part.until_dm);
            }
            _ => merged.push(part),
        }
    }
    merged
}

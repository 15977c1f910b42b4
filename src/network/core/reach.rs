//! Searches from one place to many: the nearest places by travel time, the times to all of them, and what can be
//! reached within a time.

use std::collections::HashSet;

use super::attributes::Attributes;
use super::bound::{Bound, Everywhere};
use super::edge::Place;
use super::ends::{End, Move, Targets};
use super::hierarchy::NEVER;
use super::labels::{Label, Memory, State};
use super::land::Land;
use super::moves::Moved;
use super::passage::Phase;
use super::query::{LONGEST_WAIT_DS, Query};
use super::route::{Route, Why};
use super::search::{Ended, Visit};
use super::view::View;

/// If more places are wanted, one search in all directions takes less time than a search for each place.
const MOST_APART: usize = 32;
/// With more targets, the private land around them is not computed, because it would be most of the land.
const MOST_LED: usize = 400;
/// The number of labels for each wanted place after which the search in all directions is replaced by one
/// search for each place. If the places are near, the search ends before. Tests have small networks and use a
/// smaller number.
const LABELS_A_PLACE: u32 = if cfg!(test) { 2 } else { 64 };

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

/// Collects targets until enough places are reached. A route with too long a wait does not count.
struct Enough<'a> {
    wanted: usize,
    /// `places` has the place to which each target leads, `reached` the places that are reached in time.
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

/// Keeps the search off private land that leads to no target: a route that enters it at its end may not leave it again.
struct OwnLand {
    /// The private land from which a target can be reached; `None`: the search may enter any land.
    land: Option<Land>,
    /// The number of nodes. The numbers after those of the nodes stand for targets.
    nodes: u32,
}

impl Bound for OwnLand {
    fn at(&mut self, state: &State) -> u32 {
        match &self.land {
            Some(land) if state.phase == Phase::End && state.node < self.nodes => {
                match land.of(state.node)[state.mode as usize] {
                    NEVER => u32::MAX,
                    _ => 0,
                }
            }
            _ => 0,
        }
    }
}

/// Keeps the time to each target until all places are reached. A route with too long a wait does not count.
struct Arrivals<'a> {
    /// `places` has the place to which each target leads, `left` the places that are not reached yet.
    places: &'a [u32],
    left: HashSet<&'a u32>,
    /// Targets that are reached in time: the target, and the time in tenths of a second.
    in_time: Vec<(u32, u32)>,
    /// Targets whose best route contains too long a wait: the target, and the time of that route.
    late: Vec<(u32, u32)>,
}

impl Visit for Arrivals<'_> {
    fn target(&mut self, target: u32, _: u32, label: &Label) -> bool {
        if label.origin.waits_long {
            self.late.push((target, label.time));
        } else {
            self.in_time.push((target, label.time));
            self.left.remove(&self.places[target as usize]);
        }
        !self.left.is_empty()
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
        let few = LABELS_A_PLACE.saturating_mul(wanted.min(MOST_APART) as u32);
        let mut search = self.search(query, &targets, &[], horizon);
        let is_short = self.has_bounds() && wanted <= MOST_APART && few < query.limit.labels;
        if is_short {
            search.mover.query.limit.labels = few;
        }
        let mut enough = Enough {
            wanted,
            places,
            reached: HashSet::new(),
            in_time: Vec::new(),
            late: Vec::new(),
        };
        if search.run(memory, &mut Everywhere, &mut enough) == Ended::Limited {
            return if is_short {
                self.nearest_apart(memory, query, places, wanted, horizon)
            } else {
                Err(Stopped::Limited)
            };
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

    /// The time to each of `count` places in tenths of a second; `None` if it is not reached within `horizon` tenths of
    /// a second. The times are those of [`Self::nearest_places`], but no routes are reconstructed. `places` has the
    /// number of the place of each target.
    pub fn times_to_places(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        (places, count): (&[u32], usize),
        horizon: u32,
    ) -> Result<Vec<Option<u32>>, Stopped> {
        if places.len() != query.to.len() || !self.has_places(query) {
            return Err(Stopped::NoSuchPlace);
        }
        let mut times: Vec<Option<u32>> = vec![None; count];
        if query.to.is_empty() {
            return Ok(times);
        }
        let targets = Targets::new(self.topology, query.to);
        let search = self.search(query, &targets, &[], horizon);
        let mut all = Arrivals {
            places,
            left: places.iter().collect::<HashSet<_>>(),
            in_time: Vec::new(),
            late: Vec::new(),
        };
        let mut ends = Vec::new();
        if query.to.len() <= MOST_LED {
            for end in query.to {
                ends.extend(search.mover.approaches(end, true));
            }
        }
        let land = match ends.is_empty() {
            true => None,
            false => search.mover.land(&ends),
        };
        let mut bound = OwnLand {
            land,
            nodes: self.topology.node_count() as u32,
        };
        if search.run(memory, &mut bound, &mut all) == Ended::Limited {
            return Err(Stopped::Limited);
        }
        let take = |times: &mut [Option<u32>], target: u32, time: u32| {
            let own = times.get_mut(places[target as usize] as usize);
            if let Some(own) = own.filter(|_| time <= horizon) {
                *own = Some(own.map_or(time, |other| other.min(time)));
            }
        };
        for (target, time) in all.in_time {
            take(&mut times, target, time);
        }
        for (target, waited) in all.late {
            let other = times.get(places[target as usize] as usize).copied();
            // A route without the wait takes at least as long as the one with it.
            if matches!(other, Some(Some(time)) if time <= waited) {
                continue;
            }
            let to = &query.to[target as usize..][..1];
            match self.route(memory, &Query { to, ..*query }) {
                Ok(route) => {
                    let time = u32::try_from(route.duration_ds()).unwrap_or(u32::MAX);
                    take(&mut times, target, time);
                }
                Err(none) if none.why == Why::Limited => return Err(Stopped::Limited),
                Err(_) => {}
            }
        }
        Ok(times)
    }

    /// Returns the same as [`Self::nearest_places`], but runs one search for each place, directed by a bound. Begins
    /// with the places that are nearest in a straight line. Ends when the straight line to the next place takes longer
    /// than the routes found.
    fn nearest_apart(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        places: &[u32],
        wanted: usize,
        horizon: u32,
    ) -> Result<Vec<Reached>, Stopped> {
        let mut reached: Vec<Reached> = Vec::new();
        let mut within_ds = horizon;
        for (least_ds, targets) in self.by_distance(query, places) {
            if least_ds > within_ds {
                break;
            }
            if (query.limit.is_cancelled)() {
                return Err(Stopped::Limited);
            }
            let to: Vec<End> = targets.iter().map(|t| query.to[*t as usize]).collect();
            let query = Query {
                to: &to,
                within_ds,
                ..*query
            };
            match self.route(memory, &query) {
                Ok(route) if route.duration_ds() <= i64::from(within_ds) => {
                    reached.push(Reached {
                        target: targets[route.target] as usize,
                        ..Reached::from(&route)
                    });
                }
                Err(none) if none.why == Why::Limited => return Err(Stopped::Limited),
                Ok(_) | Err(_) => continue,
            }
            reached.sort_by_key(|r| (r.arrive, r.unknowns, r.target));
            reached.truncate(wanted);
            if reached.len() == wanted {
                let last = reached[wanted - 1].arrive.saturating_sub(query.depart);
                within_ds = last.clamp(0, i64::from(horizon)) as u32;
            }
        }
        Ok(reached)
    }

    /// The targets of each place, with a lower bound of the time to it in tenths of a second, the least first.
    fn by_distance(&self, query: &Query<'_>, places: &[u32]) -> Vec<(u32, Vec<u32>)> {
        let mut order: Vec<u32> = (0..places.len() as u32).collect();
        order.sort_by_key(|target| (places[*target as usize], *target));
        let mut found: Vec<(u32, Vec<u32>)> = Vec::new();
        let mut last = None;
        for target in order {
            let place = places[target as usize];
            let least_ds = self.straight_ds(query, &query.to[target as usize]);
            match found.last_mut() {
                Some(same) if last == Some(place) => {
                    same.0 = same.0.min(least_ds);
                    same.1.push(target);
                }
                _ => found.push((least_ds, vec![target])),
            }
            last = Some(place);
        }
        found.sort_by_key(|(least_ds, _)| *least_ds);
        found
    }

    /// A lower bound of the time from the sources of a query to a target, in tenths of a second.
    fn straight_ds(&self, query: &Query<'_>, target: &End) -> u32 {
        let speed = if query.pick_up_at.is_some() {
            self.profile.fastest_from(self.profile.first_mode())
        } else {
            self.profile.fastest_from(query.mode)
        };
        let to = self.nodes_of(std::slice::from_ref(target));
        let mut least = f64::MAX;
        for from in query.from {
            let is_along = match (from.place, target.place) {
                (Place::OnEdge { edge, .. }, Place::OnEdge { edge: other, .. }) => edge == other,
                _ => false,
            };
            for start in self.nodes_of(std::slice::from_ref(from)) {
                for end in &to {
                    let (a, b) = (self.topology.point(start), self.topology.point(*end));
                    let way = if is_along || speed == 0 {
                        0.0
                    } else {
                        self.topology.straight_dm(a, b) * 36.0 / f64::from(speed)
                    };
                    least = least.min(way + f64::from(from.extra_ds));
                }
            }
        }
        (least as u32).saturating_add(target.extra_ds)
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

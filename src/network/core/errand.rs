//! Round trips: finds the parking place with the shortest total time for the way to the door, back to the vehicle and
//! out again. Only parking places from which a way back exists are used.

use super::attributes::Attributes;
use super::bound::{Bound, StraightLine};
use super::edge::{DirectedEdge, Place};
use super::ends::End;
use super::labels::{Memory, NONE, State};
use super::moves::Mover;
use super::passage::Phase;
use super::profile::{Mode, Profile};
use super::query::{Finish, ParkAt, Query};
use super::route::{NoRoute, Route, Why};
use super::turns::FREE;
use super::view::View;

/// A query for a round trip.
#[derive(Debug, Clone, Copy)]
pub struct Errand<'a> {
    /// The query for the way there. Its `finish` and `park_at` are ignored.
    pub there: Query<'a>,
    /// The places where the way back may end.
    pub back_to: &'a [End],
    /// The duration of the stay at the target, in tenths of a second.
    pub dwell_ds: u32,
    /// The greatest straight-line distance between the parked vehicle and the target, in decimetres.
    pub radius_dm: u32,
}

/// A round trip: the route to the target and the route back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundTrip {
    /// The node where the vehicle is parked, or `None` for the target itself.
    pub parked_at: Option<u32>,
    /// The route to the target, on foot from the parked vehicle.
    pub there: Route,
    /// The route from the target back to the vehicle and on to the end.
    pub back: Route,
}

impl RoundTrip {
    fn is_better_than(&self, other: &RoundTrip) -> bool {
        let rank = |t: &RoundTrip| {
            (
                t.back.arrive,
                t.there.unknowns + t.back.unknowns,
                t.there.arrive,
            )
        };
        rank(self) < rank(other)
    }
}

/// A candidate place for parking the vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    /// A lower bound of the arrival time of round trips that park at this place, in tenths of a second since the epoch.
    least: i64,
    /// The number of the target that it serves.
    target: usize,
    /// The node, or `None` for the target itself.
    node: Option<u32>,
}

impl<A: Attributes + ?Sized> View<'_, A> {
    /// The round trip that ends first. Parking places that can only be reached after a long wait are not used.
    pub fn there_and_back(
        &self,
        memory: &mut Memory,
        errand: &Errand<'_>,
    ) -> Result<RoundTrip, NoRoute> {
        let failed = |why| NoRoute {
            why,
            shut: Vec::new(),
        };
        let back_to = Query {
            to: errand.back_to,
            ..errand.there
        };
        if !self.has_places(&errand.there) || !self.has_places(&back_to) {
            return Err(failed(Why::NoSuchPlace));
        }
        let has_vehicle = errand.there.mode.has_vehicle() && self.profile.park.is_some();
        let finish = if has_vehicle {
            Finish::OnFoot
        } else {
            Finish::Any
        };
        let there = Query {
            finish,
            park_at: ParkAt::Anywhere,
            ..errand.there
        };
        // If no route leads to the target, this error is the result. Otherwise the round trip with its parking place
        // is an upper bound for the others.
        let first = self.route(memory, &there)?;
        let mut candidates = Vec::new();
        for target in 0..there.to.len() {
            if !has_vehicle || self.may_park_at_end(&there, target) {
                let (least, node) = (i64::MIN, None);
                candidates.push(Candidate {
                    least,
                    target,
                    node,
                });
            }
        }
        let mut best = Best {
            trip: None,
            why: Why::Unreachable,
        };
        if has_vehicle {
            let parked = first
                .steps
                .windows(2)
                .find(|s| s[0].mode != Mode::Walk && s[1].mode == Mode::Walk);
            let node = parked.map(|s| self.topology.tail(s[1].edge));
            let is_near = node.map_or(false, |n| self.is_near(errand, first.target, n));
            if is_near {
                best.take(self.round_trip(memory, errand, first.target, node))?;
            }
            let horizon = best.trip.as_ref().map(|t| t.back.arrive - there.depart);
            let horizon = horizon
                .and_then(|h| u32::try_from(h).ok())
                .unwrap_or(u32::MAX);
            candidates.extend(self.parking_places(memory, errand, horizon)?);
        }
        candidates.sort_unstable();
        for candidate in candidates {
            if best
                .trip
                .as_ref()
                .map_or(false, |t| candidate.least > t.back.arrive)
            {
                break;
            }
            best.take(self.round_trip(memory, errand, candidate.target, candidate.node))?;
        }
        let why = best.why;
        best.trip.ok_or_else(|| failed(why))
    }

    /// Whether the vehicle may be parked at a target.
    fn may_park_at_end(&self, there: &Query<'_>, target: usize) -> bool {
        let mover = Mover {
            terrain: self.terrain(),
            query: *there,
            shut: &[],
        };
        match there.to[target].place {
            Place::Node(node) => mover.park_at_ds(node).is_some(),
            Place::OnEdge { edge, .. } => {
                mover.park_along_ds(DirectedEdge::forward(edge)).is_some()
            }
        }
    }

    pub(super) fn is_near(&self, errand: &Errand<'_>, target: usize, node: u32) -> bool {
        let radius = f64::from(errand.radius_dm);
        let straight = |to| {
            self.topology
                .straight_dm(self.topology.point(node), self.topology.point(to))
        };
        match errand.there.to[target].place {
            Place::Node(to) => straight(to) <= radius,
            Place::OnEdge { edge, .. } => {
                let edge = self.topology.edge(edge);
                straight(edge.from) <= radius || straight(edge.to) <= radius
            }
        }
    }

    /// The nodes where the vehicle may be parked and that it reaches within `horizon` tenths of a second.
    fn parking_places(
        &self,
        memory: &mut Memory,
        errand: &Errand<'_>,
        horizon: u32,
    ) -> Result<Vec<Candidate>, NoRoute> {
        let there = Query {
            finish: Finish::WithVehicle,
            park_at: ParkAt::Anywhere,
            ..errand.there
        };
        let mover = Mover {
            terrain: self.terrain(),
            query: there,
            shut: &[],
        };
        let mut places: Vec<(usize, u32, u32)> = Vec::new();
        for node in 0..self.topology.node_count() as u32 {
            for target in 0..there.to.len() {
                if self.is_near(errand, target, node) {
                    if let Some(park_ds) = mover.park_at_ds(node) {
                        places.push((target, node, park_ds));
                    }
                }
            }
        }
        let ends: Vec<End> = places.iter().map(|p| Place::Node(p.1).into()).collect();
        let vehicle_only = Profile {
            paces: [
                self.profile.paces[0].clone(),
                self.profile.paces[1].clone(),
                None,
            ],
            ..self.profile.clone()
        };
        let view = View {
            profile: &vehicle_only,
            potentials: None,
            ..*self
        };
        let to_places = Query { to: &ends, ..there };
        let times = view.patient_times(memory, &to_places, horizon);
        let times = times.map_err(|_| NoRoute {
            why: Why::Limited,
            shut: Vec::new(),
        })?;
        let mut back = StraightLine::new(self.topology, self.profile, errand.back_to);
        let mut candidates = Vec::new();
        for (&(target, node, park_ds), time) in places.iter().zip(times) {
            let ridden = match time {
                Some(time) => time,
                None => continue,
            };
            let one = &there.to[target..target + 1];
            let mut walk = StraightLine::new(self.topology, self.profile, one);
            let walked = 2 * i64::from(walk.at(&standing(node, Mode::Walk)));
            let out = i64::from(back.at(&standing(node, Mode::Ride)));
            let rest = i64::from(park_ds) + walked + i64::from(errand.dwell_ds) + out;
            candidates.push(Candidate {
                least: there.depart + i64::from(ridden) + rest,
                target,
                node: Some(node),
            });
        }
        Ok(candidates)
    }

    /// The round trip with one parking place.
    pub(super) fn round_trip(
        &self,
        memory: &mut Memory,
        errand: &Errand<'_>,
        target: usize,
        node: Option<u32>,
    ) -> Result<RoundTrip, NoRoute> {
        let to = &errand.there.to[target..target + 1];
        let has_vehicle = errand.there.mode.has_vehicle() && self.profile.park.is_some();
        let there = Query {
            to,
            finish: if has_vehicle {
                Finish::OnFoot
            } else {
                Finish::Any
            },
            park_at: node.map_or(ParkAt::Target, ParkAt::Node),
            ..errand.there
        };
        let mut there_route = self.route(memory, &there)?;
        there_route.target = target;
        let leave_ds = match (node, self.profile.park) {
            (None, Some(rule)) if has_vehicle => rule.leave_ds,
            _ => 0,
        };
        let pause = i64::from(errand.dwell_ds) + i64::from(leave_ds);
        let back = Query {
            from: to,
            to: errand.back_to,
            depart: there_route.arrive.saturating_add(pause),
            mode: node.map_or(there.mode, |_| Mode::Walk),
            finish: if has_vehicle {
                Finish::WithVehicle
            } else {
                Finish::Any
            },
            park_at: ParkAt::Target,
            pick_up_at: node,
            ..errand.there
        };
        let back = self.route(memory, &back).map_err(|none| NoRoute {
            why: match none.why {
                Why::Unreachable => Why::NoWayBack,
                why => why,
            },
            ..none
        })?;
        Ok(RoundTrip {
            parked_at: node,
            there: there_route,
            back,
        })
    }
}

/// The best round trip found so far.
struct Best {
    trip: Option<RoundTrip>,
    /// The reason why there is no round trip so far.
    why: Why,
}

impl Best {
    /// Keeps a round trip if it is better than the best so far. Fails if the limit was reached.
    fn take(&mut self, found: Result<RoundTrip, NoRoute>) -> Result<(), NoRoute> {
        match found {
            Ok(trip) => {
                if self
                    .trip
                    .as_ref()
                    .map_or(true, |best| trip.is_better_than(best))
                {
                    self.trip = Some(trip);
                }
            }
            Err(none) if none.why == Why::Limited => return Err(none),
            Err(none) if none.why == Why::NoWayBack => self.why = Why::NoWayBack,
            Err(_) => {}
        }
        Ok(())
    }
}

fn standing(node: u32, mode: Mode) -> State {
    State {
        node,
        mode,
        phase: Phase::Start,
        is_through: true,
        came_by: NONE,
        turn: FREE,
    }
}

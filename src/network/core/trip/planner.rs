//! Plans a trip, and searches each of its parts for the time at which it begins.

use super::super::attributes::Attributes;
use super::super::enclosed::Patience;
use super::super::ends::{End, Targets};
use super::super::labels::Memory;
use super::super::profile::Mode;
use super::super::query::{Finish, LONGEST_WAIT_DS, Query, Shut};
use super::super::reach::Stopped;
use super::super::route::{Route, Why};
use super::super::view::View;
use super::exact::{MOST_EXACT, exact};
use super::improve::improve;
use super::plan::{Plan, Visit, Window};
use super::query::TripQuery;
use super::travel::{STALE_DS, Travel, at_node, walking};

/// The maximum number of times that a trip is planned again because a closure with too long a wait counts as
/// shut.
const MOST_ROUNDS: usize = 8;

/// A part of the way to a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TripPart {
    /// On foot, or in the only mode of the profile.
    Walk(Route),
    /// With the vehicle to a parking place. Where the vehicle was parked before, the route begins with taking it.
    Ride(Route),
    /// Parks the vehicle.
    Park {
        /// The node.
        node: u32,
        /// The time at which parking begins, in tenths of a second since the epoch.
        begins: i64,
        /// The time that it takes, in tenths of a second.
        takes_ds: u32,
    },
}

/// A visit to a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TripVisit {
    /// The index of the door in the doors of the query.
    pub stop: usize,
    /// Whether the vehicle is moved before the visit. If not, the traveller walks from the previous door.
    pub rides: bool,
    /// The way there; empty if the door is the same as that of the previous visit.
    pub parts: Vec<TripPart>,
    /// The arrival, in tenths of a second since the epoch.
    pub arrive: i64,
    /// The beginning of the delivery, in tenths of a second since the epoch.
    pub begin: i64,
}

/// A trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// The visits in order.
    pub visits: Vec<TripVisit>,
    /// The end of the last visit, in tenths of a second since the epoch.
    pub end: i64,
    /// Whether it is certain that no other order, parking place or walk leads to an earlier end.
    pub is_exact: bool,
    /// The closures that count as shut, because earlier plans had to wait too long at them.
    pub shut: Vec<Shut>,
}

/// The error if a query has no trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoTrip {
    /// The reason.
    pub why: WhyNoTrip,
    /// The closures that count as shut. If the traveller waited at them, there might be a trip with long waits.
    pub shut: Vec<Shut>,
}

/// The reason why there is no trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNoTrip {
    /// No way leads to this door.
    Unreachable(usize),
    /// Each door can be reached, but no order is possible, because some door cannot be reached from another.
    NoOrder,
    /// The windows cannot all be kept.
    Windows {
        /// Whether this is certain, and not only that no plan was found.
        is_certain: bool,
    },
    /// The limit was reached.
    Limited,
    /// A place does not exist.
    NoSuchPlace,
}

impl From<Stopped> for WhyNoTrip {
    fn from(stopped: Stopped) -> WhyNoTrip {
        match stopped {
            Stopped::Limited => WhyNoTrip::Limited,
            Stopped::NoSuchPlace => WhyNoTrip::NoSuchPlace,
        }
    }
}

impl<A: Attributes + ?Sized> View<'_, A> {
    /// The trip that ends first, with each visit in its window. Up to [`MOST_EXACT`] doors it is the best over all
    /// orders, parking places and walks.
    ///
    /// Waits of any length are allowed while planning, so that leaving earlier is never worse. If the best trip then
    /// waits more than [`LONGEST_WAIT_DS`] for a gate or a way, and not because a window opens later, that closure
    /// counts as shut and the trip is planned again.
    pub fn trip(&self, memory: &mut Memory, query: &TripQuery<'_>) -> Result<Trip, NoTrip> {
        let mut shut: Vec<Shut> = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let mut trip = match self.trip_with_shut(memory, query, &shut) {
                Ok(trip) => trip,
                Err(why) => return Err(NoTrip { why, shut }),
            };
            let before = shut.len();
            shut.extend(self.long_waits(query, &trip));
            shut.sort_unstable();
            shut.dedup();
            if shut.len() == before {
                trip.shut = shut;
                return Ok(trip);
            }
        }
        let why = WhyNoTrip::Limited;
        Err(NoTrip { why, shut })
    }

    /// The closures at which a trip waits too long.
    fn long_waits(&self, query: &TripQuery<'_>, trip: &Trip) -> Vec<Shut> {
        let in_time = |visit: &&TripVisit| {
            let from = i64::from(query.windows[visit.stop].from);
            visit.arrive > query.depart + from
        };
        let parts = trip.visits.iter().filter(in_time).flat_map(|v| &v.parts);
        let steps = parts.flat_map(|part| match part {
            TripPart::Walk(route) | TripPart::Ride(route) => route.steps.as_slice(),
            TripPart::Park { .. } => &[],
        });
        let long = steps.filter(|step| step.wait_ds > LONGEST_WAIT_DS);
        long.map(|step| Shut {
            feature: self.topology.edge(step.edge.edge()).feature,
            mode: step.mode,
        })
        .collect()
    }

    /// The best trip if the closures in `shut` count as closed. It may wait at others for any time.
    pub(in super::super) fn trip_with_shut(
        &self,
        memory: &mut Memory,
        query: &TripQuery<'_>,
        shut: &[Shut],
    ) -> Result<Trip, WhyNoTrip> {
        let windows = query.windows;
        let (plan, is_exact) = self.plan(memory, query, windows, shut)?;
        let plan = match plan {
            Some(plan) => plan,
            None => {
                let open = vec![Window::ANY; windows.len()];
                if self.plan(memory, query, &open, shut)?.0.is_some() {
                    let is_certain = is_exact;
                    return Err(WhyNoTrip::Windows { is_certain });
                }
                for stop in 0..query.doors.len() {
                    let one = TripQuery {
                        doors: &query.doors[stop..=stop],
                        ..*query
                    };
                    if self.plan(memory, &one, &[Window::ANY], shut)?.0.is_none() {
                        return Err(WhyNoTrip::Unreachable(stop));
                    }
                }
                return Err(WhyNoTrip::NoOrder);
            }
        };
        let mut trip = self.carry_out(memory, query, &plan, shut)?;
        trip.is_exact = is_exact;
        let is_late = |visit: &TripVisit| {
            let until = query.windows[visit.stop].until;
            until != u32::MAX && visit.begin > query.depart + i64::from(until)
        };
        if trip.visits.iter().any(is_late) {
            let is_certain = false;
            return Err(WhyNoTrip::Windows { is_certain });
        }
        Ok(trip)
    }

    /// The plan, and whether it is certainly the best, or there is certainly none.
    fn plan(
        &self,
        memory: &mut Memory,
        query: &TripQuery<'_>,
        windows: &[Window],
        shut: &[Shut],
    ) -> Result<(Option<Plan>, bool), WhyNoTrip> {
        let is_small = windows.len() <= MOST_EXACT;
        let stale_ds = if is_small { 0 } else { STALE_DS };
        let mut travel = Travel::new(*self, query, shut, memory, stale_ds);
        let plan = if is_small {
            exact(&mut travel, windows)?
        } else {
            improve(&mut travel, windows)?
        };
        Ok((plan, is_small && !travel.is_approximate))
    }

    /// Searches the route of every part of a plan, starting at the time at which that part begins.
    fn carry_out(
        &self,
        memory: &mut Memory,
        query: &TripQuery<'_>,
        plan: &Plan,
        shut: &[Shut],
    ) -> Result<Trip, WhyNoTrip> {
        let mut now = query.depart;
        let mut standing = Standing {
            ends: query.from,
            is_at_door: false,
            vehicle: None,
        };
        let mut visits = Vec::with_capacity(plan.visits.len());
        for visit in &plan.visits {
            let (parts, arrive) = self.part(memory, query, shut, (now, &standing), visit)?;
            let window = query.windows[visit.stop];
            let begin = arrive.max(query.depart + i64::from(window.from));
            now = begin + i64::from(window.stay);
            standing = Standing {
                ends: &query.doors[visit.stop],
                is_at_door: true,
                vehicle: visit.parked.map(|place| query.places[place]),
            };
            visits.push(TripVisit {
                stop: visit.stop,
                rides: visit.rides,
                parts,
                arrive,
                begin,
            });
        }
        Ok(Trip {
            visits,
            end: now,
            is_exact: false,
            shut: Vec::new(),
        })
    }

    /// The way to a visit, and the arrival.
    fn part(
        &self,
        memory: &mut Memory,
        query: &TripQuery<'_>,
        shut: &[Shut],
        (mut now, standing): (i64, &Standing<'_>),
        visit: &Visit,
    ) -> Result<(Vec<TripPart>, i64), WhyNoTrip> {
        let door = &query.doors[visit.stop];
        let mut parts = Vec::new();
        let mut search = |from: &[End], to: &[End], now: i64, mode: Mode, finish: Finish| {
            let part = Query {
                finish,
                limit: query.limit,
                ..Query::new(from, to, now, mode)
            };
            let targets = Targets::new(self.topology, to);
            let mut bound = self.straight_line(&part);
            let route = self.route_with_shut(
                memory,
                &part,
                &targets,
                &mut bound,
                (&mut shut.to_vec(), Patience::Unlimited),
            );
            route.map_err(|why| match why {
                Why::Limited => WhyNoTrip::Limited,
                _ => WhyNoTrip::Unreachable(visit.stop),
            })
        };
        let walking = walking(query, *self);
        let place = match visit.parked.filter(|_| visit.rides) {
            Some(place) => query.places[place],
            None if standing.is_at_door && standing.ends == door.as_slice() => {
                return Ok((parts, now));
            }
            None => {
                let route = search(standing.ends, door, now, walking, Finish::Any)?;
                let arrive = route.arrive;
                return Ok((vec![TripPart::Walk(route)], arrive));
            }
        };
        let profile = self.profile;
        let ride_from = match standing.vehicle {
            Some(vehicle) => {
                let back = search(
                    standing.ends,
                    &at_node(vehicle, 0),
                    now,
                    walking,
                    Finish::Any,
                )?;
                now = back.arrive;
                parts.push(TripPart::Walk(back));
                at_node(vehicle, profile.park.map_or(0, |rule| rule.leave_ds))
            }
            None => standing.ends.to_vec(),
        };
        let with = Finish::WithVehicle;
        let ridden = search(
            &ride_from,
            &at_node(place, 0),
            now,
            profile.first_mode(),
            with,
        )?;
        let begins = ridden.arrive;
        parts.push(TripPart::Ride(ridden));
        let takes_ds = match self.park_ds(place) {
            Some(takes_ds) => takes_ds,
            None => return Err(WhyNoTrip::Unreachable(visit.stop)),
        };
        parts.push(TripPart::Park {
            node: place,
            begins,
            takes_ds,
        });
        let now = begins + i64::from(takes_ds);
        let walked = search(&at_node(place, 0), door, now, Mode::Walk, Finish::Any)?;
        let arrive = walked.arrive;
        parts.push(TripPart::Walk(walked));
        Ok((parts, arrive))
    }
}

/// Where a traveller is, and where the vehicle is parked.
struct Standing<'a> {
    ends: &'a [End],
    is_at_door: bool,
    vehicle: Option<u32>,
}

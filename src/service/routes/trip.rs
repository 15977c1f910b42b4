//! Plans a trip to several doors, with parking places and walks between doors.
//!
//! This file is also part of the program for phones.

use jiff::Timestamp;

use super::asked::{Ask, Asked, Passed, moment};
use super::ends::{Finder, Stop, Stops};
use super::gates;
use super::legs::{self, Leg};
use super::near::Traveller;
use super::plan::{Failed, NoWay};
use super::spot::{Spot, SpotError};
use super::{Ground, NoNetwork};
use crate::live::Ways;
use crate::model::{Localized, both};
use crate::network::core::{
    self, End, Finish, Limit, Memory, Mode, Place, Route, TripPart, TripQuery, WhyNoTrip, Window,
};
use crate::network::nearby::coord;
use crate::spatial::metres::distance;

/// For each door, these parking places are considered: the one that a rider to this door alone would choose,
/// and the nearest parking place of the map within this many metres.
const PARKING_M: f64 = 150.0;
/// The most deliveries of a trip.
pub const MOST_DELIVERIES: usize = 20;
/// The default time at the door, in seconds.
pub const STAY_S: u32 = 120;

/// A delivery.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The destination.
    pub to: Spot,
    /// The earliest time at which the delivery may begin.
    pub from: Option<Timestamp>,
    /// The latest time at which the delivery may begin.
    pub until: Option<Timestamp>,
    /// The duration of the stay at the door, in seconds.
    pub stay_s: u32,
}

/// A visit to a door.
#[derive(Debug, Clone)]
pub struct TripVisit {
    /// The index of the delivery in the request.
    pub stop: usize,
    /// The arrival time.
    pub arrive_at: Timestamp,
    /// When the delivery begins: the arrival, or the start of its time window if that is later.
    pub begins_at: Timestamp,
    /// Whether the vehicle is moved before the visit. If not, the traveller walks from the previous door.
    pub rides: bool,
    /// The gate through which the compound is entered; `None` if the previous visit was in the same compound.
    pub gate: Option<Passed>,
    /// The id of the door, if one is known.
    pub door: Option<String>,
    /// The length of the last stretch to the door where no way is mapped, in metres.
    pub gap_m: f64,
    /// The legs from the previous door, or from the origin.
    pub legs: Vec<Leg>,
}

/// A trip.
#[derive(Debug, Clone)]
pub struct Trip {
    /// The visits in order.
    pub visits: Vec<TripVisit>,
    /// The end of the last delivery.
    pub end_at: Timestamp,
    /// Whether no other order, parking place or walk leads to an earlier end.
    pub is_exact: bool,
}

/// The reason why a request has no trip.
#[derive(Debug, Clone)]
pub enum NoTrip {
    /// The destination of the delivery with this index cannot be resolved.
    Stop(usize, SpotError),
    /// There is no trip.
    Failed(Failed),
}

impl From<Failed> for NoTrip {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

struct Planner<'a> {
    ground: &'a Ground,
    ways: &'a Ways,
    traveller: &'a Traveller,
    limit: Limit<'a>,
    start: Stops,
    /// The destinations. The route to each ends at one door.
    stops: Vec<Stops>,
}

impl Ground {
    /// Returns the trip that ends first, with every delivery in its window.
    ///
    /// # Errors
    /// If a place cannot be resolved or reached, the windows cannot all be kept, or the limit is reached.
    pub fn trip(
        &self,
        traveller: &Traveller,
        deliveries: &[Delivery],
        memory: &mut Memory,
        limit: Limit<'_>,
    ) -> Result<Trip, NoTrip> {
        let ways = self.ways().ok_or(Failed::Network(NoNetwork::TooLarge))?;
        let finder = Finder {
            ground: self,
            ways,
            profile: &traveller.profile,
        };
        let start = finder.start(&traveller.from).map_err(Failed::From)?;
        let stops = deliveries.iter().enumerate().map(|(number, delivery)| {
            let found = finder.find(&delivery.to);
            found.map_err(|error| NoTrip::Stop(number, error))
        });
        let mut planner = Planner {
            ground: self,
            ways,
            traveller,
            limit,
            start,
            stops: stops.collect::<Result<_, _>>()?,
        };
        let places = planner.doors_and_places(deliveries, memory)?;
        Ok(planner.plan(deliveries, &places, memory)?)
    }
}

impl Planner<'_> {
    fn leaves_vehicle(&self) -> bool {
        let profile = &self.traveller.profile;
        profile.first_mode().has_vehicle() && profile.park.is_some()
    }

    /// Chooses the door of each destination: the one that a traveller reaches first who goes to this
    /// destination only. Returns the nodes where the vehicle may be left.
    fn doors_and_places(
        &mut self,
        deliveries: &[Delivery],
        memory: &mut Memory,
    ) -> Result<Vec<u32>, Failed> {
        let mut places = Vec::new();
        for (number, delivery) in deliveries.iter().enumerate() {
            let ask = self.ask(delivery);
            let asked = self.asked(&ask, number);
            let (from, to) = (asked.from.ends(), asked.to.ends());
            let mut query = asked.query(&from, &to);
            if self.leaves_vehicle() {
                query.finish = Finish::OnFoot;
            }
            let route = match asked.view().route(memory, &query) {
                Ok(route) => route,
                Err(none) => return Err(of_delivery(number, asked.no_way(memory, &query, &none))),
            };
            if self.leaves_vehicle() {
                places.extend(self.places(&route, &to, asked.to.list.get(route.target)));
            }
            let chosen = asked.to.list.get(route.target).cloned();
            if let (Some(chosen), Some(stops)) = (chosen, self.stops.get_mut(number)) {
                stops.list.retain(|stop| is_same_door(stop, &chosen));
            }
        }
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }

    /// The nodes where the vehicle may be left for one door: where the route leaves it, and the nearest parking
    /// place of the map.
    fn places(&self, route: &Route, to: &[End], door: Option<&Stop>) -> Vec<u32> {
        let topology = &self.ways.topology;
        let view = self.ground.view(self.ways, &self.traveller.profile);
        let ends_of = |edge: u32| {
            let edge = topology.edge(edge);
            vec![edge.from, edge.to]
        };
        let steps = &route.steps;
        let parked = match steps.iter().position(|step| step.mode == Mode::Walk) {
            Some(0) => ends_of(steps[0].edge.edge()),
            Some(walk) => vec![topology.tail(steps[walk].edge)],
            None => match to.get(route.target).map(|end| end.place) {
                Some(Place::Node(node)) => vec![node],
                Some(Place::OnEdge { edge, .. }) => ends_of(edge),
                None => Vec::new(),
            },
        };
        let mut places = parked;
        if let Some(door) = door {
            let near = topology.parkings().iter().map(|parking| {
                let metres = distance(coord(topology.point(parking.node)), door.at);
                (metres, parking.node)
            });
            let near = near.filter(|(metres, _)| *metres <= PARKING_M);
            places.extend(near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|near| near.1));
        }
        places.retain(|node| view.park_ds(*node).is_some());
        places
    }

    fn plan(
        &self,
        deliveries: &[Delivery],
        places: &[u32],
        memory: &mut Memory,
    ) -> Result<Trip, Failed> {
        let depart = self.traveller.at;
        let windows: Vec<Window> = deliveries.iter().map(|d| window(depart, d)).collect();
        let doors: Vec<Vec<End>> = self.stops.iter().map(Stops::ends).collect();
        let view = self.ground.view(self.ways, &self.traveller.profile);
        let query = TripQuery {
            from: &self.start.ends(),
            doors: &doors,
            windows: &windows,
            places,
            depart: depart.as_millisecond().div_euclid(100),
            limit: self.limit,
        };
        if self.leaves_vehicle() && places.is_empty() {
            return Err(refused(both!(
                "各单附近没有可以停车的地方",
                "The vehicle cannot be parked near any of the deliveries"
            )));
        }
        let trip = view.trip(memory, &query).map_err(|none| why(&none))?;
        let mut before: (&Stops, Option<u32>) = (&self.start, None);
        let mut visits = Vec::with_capacity(trip.visits.len());
        for visit in &trip.visits {
            let ask = self.ask(&deliveries[visit.stop]);
            let asked = self.asked(&ask, visit.stop);
            let (legs, parked) = self.legs(&asked, &visit.parts, before);
            before = (&self.stops[visit.stop], parked.or(before.1));
            let target = visit.parts.last().and_then(|part| match part {
                TripPart::Walk(route) => asked.to.list.get(route.target),
                TripPart::Ride(_) | TripPart::Park { .. } => None,
            });
            // A visit at the door of the previous visit needs no walk. Its door is the only one of the destination.
            let target = target.or_else(|| asked.to.list.first());
            let routes = visit.parts.iter().rev().filter_map(|part| match part {
                TripPart::Walk(route) | TripPart::Ride(route) => Some(route),
                TripPart::Park { .. } => None,
            });
            let mut entered = routes.filter_map(|route| gates::passed(&asked, route));
            visits.push(TripVisit {
                stop: visit.stop,
                arrive_at: moment(visit.arrive),
                begins_at: moment(visit.begin),
                rides: visit.rides,
                gate: entered.next(),
                door: target.and_then(|stop| stop.entrance.clone()),
                gap_m: target.map_or(0.0, |stop| (stop.gap_m * 10.0).round() / 10.0),
                legs,
            });
        }
        Ok(Trip {
            visits,
            end_at: moment(trip.end),
            is_exact: trip.is_exact,
        })
    }

    /// Returns the legs of a visit, and the node where the vehicle is left for it.
    fn legs(
        &self,
        asked: &Asked<'_>,
        parts: &[TripPart],
        (from, vehicle): (&Stops, Option<u32>),
    ) -> (Vec<Leg>, Option<u32>) {
        let leave_ds = asked.ask.profile.park.map_or(0, |rule| rule.leave_ds);
        let mut legs = Vec::new();
        let mut parked = None;
        for (number, part) in parts.iter().enumerate() {
            match part {
                // The walk back to the vehicle.
                TripPart::Walk(route) if number + 1 < parts.len() => {
                    let to = self.at_node(vehicle.unwrap_or_default(), 0);
                    let walk = legs::legs(asked, route, from, &to);
                    let at = to.list.first().map(|stop| stop.at);
                    legs.extend(ending(
                        walk,
                        at,
                        both!("回到停车处取车", "Take the vehicle"),
                    ));
                }
                TripPart::Walk(route) => {
                    let parked = parked.map(|node| self.at_node(node, 0));
                    let walk = legs::legs(asked, route, parked.as_ref().unwrap_or(from), &asked.to);
                    legs.extend(walk);
                }
                TripPart::Ride(route) => {
                    let vehicle = vehicle.map(|node| self.at_node(node, leave_ds));
                    // The parking leg that follows says where to park, so the instruction for the arrival is
                    // removed.
                    let to = self.at_node(next_park(&parts[number..]), 0);
                    let ride = legs::legs(asked, route, vehicle.as_ref().unwrap_or(from), &to);
                    legs.extend(without_arrival(ride));
                }
                TripPart::Park {
                    node,
                    begins,
                    takes_ds,
                } => {
                    parked = Some(*node);
                    legs.push(legs::parked(asked, *node, *begins, *takes_ds));
                }
            }
        }
        (legs, parked)
    }

    /// The route request of a traveller who makes one delivery only.
    fn ask(&self, delivery: &Delivery) -> Ask {
        let at = self.traveller.at;
        Ask {
            from: self.traveller.from.clone(),
            to: delivery.to.clone(),
            profile: self.traveller.profile.clone(),
            at: delivery.from.map_or(at, |from| from.max(at)),
            returns: false,
            alternatives: 0,
        }
    }

    fn asked<'q>(&'q self, ask: &'q Ask, number: usize) -> Asked<'q> {
        Asked {
            ground: self.ground,
            ways: self.ways,
            ask,
            from: self.start.clone(),
            to: self.stops[number].clone(),
            limit: self.limit,
        }
    }

    fn at_node(&self, node: u32, extra_ds: u32) -> Stops {
        let at = coord(self.ways.topology.point(node));
        let place = Place::Node(node);
        Stops {
            list: vec![Stop {
                end: End { place, extra_ds },
                on: at,
                at,
                gap_m: 0.0,
                entrance: None,
            }],
            compound: None,
            building: None,
            climb: None,
            on_foot: false,
        }
    }
}

/// Whether two ends of a route lead to the same door or position.
fn is_same_door(stop: &Stop, other: &Stop) -> bool {
    match (&stop.entrance, &other.entrance) {
        (Some(a), Some(b)) => a == b,
        (None, None) => stop.at == other.at,
        _ => false,
    }
}

/// Returns the node of the first parking.
fn next_park(parts: &[TripPart]) -> u32 {
    let mut nodes = parts.iter().filter_map(|part| match part {
        TripPart::Park { node, .. } => Some(*node),
        TripPart::Walk(_) | TripPart::Ride(_) => None,
    });
    nodes.next().unwrap_or_default()
}

/// Replaces the instruction for the arrival.
fn ending(legs: Vec<Leg>, at: Option<geo_types::Coord<f64>>, text: Localized) -> Vec<Leg> {
    let mut legs = legs;
    let step = legs.last_mut().and_then(|leg| leg.steps.last_mut());
    if let Some(step) = step {
        step.text = text;
        step.at = at.unwrap_or(step.at);
    }
    legs
}

/// Removes the instruction for the arrival, and the leg if nothing is left of it.
fn without_arrival(legs: Vec<Leg>) -> Vec<Leg> {
    let mut legs = legs;
    if let Some(leg) = legs.last_mut() {
        leg.steps.pop();
    }
    legs.retain(|leg| !leg.steps.is_empty() || leg.duration_s > 0.0 || leg.distance_m > 0.0);
    legs
}

/// Returns the window of a delivery, in tenths of a second since the departure.
fn window(depart: Timestamp, delivery: &Delivery) -> Window {
    let tenths = |at: Timestamp| {
        let ms = at.as_millisecond().saturating_sub(depart.as_millisecond());
        u32::try_from(ms.max(0) / 100).unwrap_or(u32::MAX - 1)
    };
    Window {
        from: delivery.from.map_or(0, tenths),
        until: delivery.until.map_or(u32::MAX, tenths),
        stay: delivery.stay_s.saturating_mul(10),
    }
}

fn refused(reason: Localized) -> Failed {
    Failed::NoWay(Box::new(NoWay {
        reason,
        gates: Vec::new(),
        nearest: None,
    }))
}

/// Adds to the reason the number of the delivery that cannot be reached.
fn of_delivery(number: usize, failed: Failed) -> Failed {
    match failed {
        Failed::NoWay(no_way) => {
            let number = number + 1;
            let Localized { zh, en } = no_way.reason;
            Failed::NoWay(Box::new(NoWay {
                reason: both!("第{number}单：{zh}", "Delivery {number}: {en}"),
                ..*no_way
            }))
        }
        other => other,
    }
}

fn why(none: &core::NoTrip) -> Failed {
    let waits = !none.shut.is_empty();
    refused(match none.why {
        WhyNoTrip::Limited => return Failed::Limited,
        _ if waits => both!(
            "途中有出入口或道路要等10分钟以上才开放，请推迟出发，或为相应各单填写最早开始时间",
            "A gate or a way opens only after more than 10 minutes; depart later, or give the deliveries behind it an \
             earliest time"
        ),
        WhyNoTrip::Windows { is_certain: true } => both!(
            "各单的时间要求无法全部满足",
            "The time windows of the deliveries cannot all be kept"
        ),
        WhyNoTrip::Windows { is_certain: false } => both!(
            "没有找到能满足全部时间要求的送货顺序，请放宽时间要求或减少单数",
            "No order was found that keeps all time windows; widen the windows, or plan fewer deliveries"
        ),
        WhyNoTrip::Unreachable(stop) => {
            let number = stop + 1;
            both!(
                "第{number}单没有可以到达的路线",
                "Delivery {number}: no way on the map leads there"
            )
        }
        WhyNoTrip::NoOrder | WhyNoTrip::NoSuchPlace => both!(
            "各单之间没有可以依次到达的路线",
            "No way on the map leads from one delivery to the next"
        ),
    })
}

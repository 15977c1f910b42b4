//! Finds the best route from door to door, or the reason why there is none.

use geo_types::Coord;
use jiff::Timestamp;

use super::asked::{Ask, Asked, Passed, moment};
use super::ends::{Finder, Stop};
use super::gates::{self, OtherGate};
use super::legs::{self, Leg};
use super::spot::{Spot, SpotError};
use super::{Ground, NoNetwork};
use crate::model::names::collection::FACILITIES;
use crate::model::{Localized, both};
use crate::network::core::{
    EdgeKind, End, Errand, Finish, Limit, Memory, NoRoute, Place, Query, Route, Why,
};

/// The stay at the door in a round trip, in tenths of a second: 5 minutes.
const DWELL_DS: u32 = 3000;
/// The greatest distance between the parked vehicle and the door in a round trip, in decimetres.
const PARK_WITHIN_DM: u32 = 3000;
/// The longest travel time to a place that is suggested instead of an unreachable destination, in tenths of a second:
/// 2 hours.
const INSTEAD_DS: u32 = 72_000;
/// The greatest distance of a suggested hand-over point, in metres.
const HANDOVER_M: f64 = 1_500.0;
/// The maximum number of hand-over points that are considered.
const MOST_HANDOVERS: usize = 16;

/// A route, with the information that explains it.
#[derive(Debug, Clone)]
pub struct Journey {
    /// The legs, including those of the way back.
    pub legs: Vec<Leg>,
    /// The index of the first leg of the way back; the number of legs if there is no way back.
    pub back_from: usize,
    /// The arrival time.
    pub arrive_at: Timestamp,
    /// The length in metres.
    pub distance_m: f64,
    /// The duration in seconds.
    pub duration_s: f64,
    /// The gate through which the route enters the compound.
    pub gate: Option<Passed>,
    /// The door at which the route ends.
    pub door: Option<Passed>,
    /// The length of the last stretch to the door where no way is mapped, in metres.
    pub gap_m: f64,
    /// The number of gates and ways with unknown opening hours on the route.
    pub unknown_hours: u32,
    /// The number of walls that the route crosses where no gate is mapped.
    pub assumed: usize,
    /// The other gates of the compound, each with the reason why the route does not use it.
    pub other_gates: Vec<OtherGate>,
    /// Alternative routes, the fastest first.
    pub alternatives: Vec<Journey>,
}

/// A reachable place that is suggested instead of an unreachable destination.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// `entrances` or `facilities`.
    pub collection: &'static str,
    /// The id of the feature.
    pub id: String,
    /// The name, if it has one.
    pub name: Option<String>,
    /// The position in degrees, WGS 84.
    pub at: Coord<f64>,
    /// The length of the route from the origin, in metres.
    pub distance_m: f64,
    /// The travel time from the origin, in seconds.
    pub duration_s: f64,
}

/// The destination cannot be reached.
#[derive(Debug, Clone)]
pub struct NoWay {
    /// The reason, as text.
    pub reason: Localized,
    /// The gates of the compound, each with the reason why it cannot be passed.
    pub gates: Vec<OtherGate>,
    /// The nearest gate or hand-over point that can be reached.
    pub nearest: Option<Nearest>,
}

impl NoWay {
    /// Returns the reason together with the place that can be reached instead.
    pub fn detail(&self) -> Localized {
        let Localized { zh, en } = &self.reason;
        let instead = self.nearest.as_ref().map(|nearest| {
            let name = nearest.name.as_ref().unwrap_or(&nearest.id);
            let metres = nearest.distance_m.round();
            both!(
                "可先到{name}（{metres}米）",
                "{name} can be reached instead ({metres} m)"
            )
        });
        match instead {
            Some(instead) => {
                let (to_zh, to_en) = (instead.zh, instead.en);
                both!("{zh}。{to_zh}。", "{en}. {to_en}.")
            }
            None => both!("{zh}。", "{en}."),
        }
    }
}

/// The reason why a request has no route.
#[derive(Debug, Clone)]
pub enum Failed {
    /// There is no network.
    Network(NoNetwork),
    /// The origin cannot be resolved.
    From(SpotError),
    /// The destination cannot be resolved.
    To(SpotError),
    /// No route leads to the destination.
    NoWay(Box<NoWay>),
    /// The search reached its limit.
    Limited,
}

impl Ground {
    /// Returns the best route, with the reasons why it does not use other gates.
    pub fn route(
        &self,
        ask: &Ask,
        memory: &mut Memory,
        limit: Limit<'_>,
    ) -> Result<Journey, Failed> {
        let ways = self.ways().ok_or(Failed::Network(NoNetwork::TooLarge))?;
        let finder = Finder {
            ground: self,
            ways,
            profile: &ask.profile,
        };
        let asked = Asked {
            ground: self,
            ways,
            ask,
            from: finder.start(&ask.from).map_err(Failed::From)?,
            to: finder.find(&ask.to).map_err(Failed::To)?,
            limit,
        };
        asked.answer(memory)
    }
}

impl Asked<'_> {
    fn answer(&self, memory: &mut Memory) -> Result<Journey, Failed> {
        let (from, to) = (self.from.ends(), self.to.ends());
        let query = self.query(&from, &to);
        if self.ask.returns {
            return self.there_and_back(memory, &query);
        }
        let route = match self.view().route(memory, &query) {
            Ok(route) => route,
            Err(none) => return Err(self.no_way(memory, &query, &none)),
        };
        let gate = gates::passed(self, &route);
        let other_gates = gates::others(self, memory, &query, &route, gate.as_ref());
        if other_gates.iter().any(OtherGate::is_limited) {
            return Err(Failed::Limited);
        }
        let mut journey = self.journey(&[&route], gate);
        let best = other_gates
            .iter()
            .filter(|other| other.is_passable())
            .take(self.ask.alternatives);
        for other in best {
            let query = Query {
                through: Some(other.edge()),
                ..query
            };
            match self.view().route(memory, &query) {
                Ok(route) => {
                    let gate = gates::passed(self, &route);
                    journey.alternatives.push(self.journey(&[&route], gate));
                }
                Err(none) if none.why == Why::Limited => return Err(Failed::Limited),
                Err(_) => {}
            }
        }
        journey.other_gates = other_gates;
        Ok(journey)
    }

    fn there_and_back(&self, memory: &mut Memory, query: &Query<'_>) -> Result<Journey, Failed> {
        let errand = Errand {
            there: *query,
            back_to: query.from,
            dwell_ds: DWELL_DS,
            radius_dm: PARK_WITHIN_DM,
        };
        let trip = match self.view().there_and_back(memory, &errand) {
            Ok(trip) => trip,
            Err(none) => return Err(self.no_way(memory, query, &none)),
        };
        let gate = gates::passed(self, &trip.there);
        Ok(self.journey(&[&trip.there, &trip.back], gate))
    }

    /// Joins routes to one journey. The second route is the way back.
    fn journey(&self, routes: &[&Route], gate: Option<Passed>) -> Journey {
        let mut legs = Vec::new();
        let mut back_from = None;
        let (mut unknown_hours, mut assumed) = (0, 0);
        for (number, route) in routes.iter().enumerate() {
            let (from, to) = if number == 0 {
                (&self.from, &self.to)
            } else {
                back_from = Some(legs.len());
                (&self.to, &self.from)
            };
            legs.extend(legs::legs(self, route, from, to));
            unknown_hours += route.unknowns;
            let kinds = route
                .steps
                .iter()
                .map(|step| self.ways.topology.edge(step.edge.edge()).kind);
            assumed += kinds.filter(|k| *k == EdgeKind::AssumedCrossing).count();
        }
        let stop = routes
            .first()
            .and_then(|route| self.to.list.get(route.target));
        let (depart, arrive) = (
            routes.first().map_or(0, |r| r.depart),
            routes.last().map_or(0, |r| r.arrive),
        );
        let metres: u64 = routes.iter().map(|r| r.length_dm()).sum();
        Journey {
            back_from: back_from.unwrap_or(legs.len()),
            legs,
            arrive_at: moment(arrive),
            distance_m: metres as f64 / 10.0,
            duration_s: (arrive - depart) as f64 / 10.0,
            gate,
            door: stop.and_then(|stop| self.door(stop)),
            gap_m: stop.map_or(0.0, |stop| (stop.gap_m * 10.0).round() / 10.0),
            unknown_hours,
            assumed,
            other_gates: Vec::new(),
            alternatives: Vec::new(),
        }
    }

    fn door(&self, stop: &Stop) -> Option<Passed> {
        let id = stop.entrance.clone()?;
        let name = self.name(&format!("entrances/{id}"));
        let at = stop.at;
        Some(Passed { id, name, at })
    }

    pub(super) fn name(&self, feature: &str) -> Option<String> {
        self.ground.public(feature)?.text("name")
    }

    pub(super) fn no_way(&self, memory: &mut Memory, query: &Query<'_>, none: &NoRoute) -> Failed {
        if none.why == Why::Limited {
            return Failed::Limited;
        }
        let gates = gates::all(self, memory, query);
        // If the search through a gate was cut short, another gate might wrongly be named as the first to open.
        if gates.iter().any(OtherGate::is_limited) {
            return Failed::Limited;
        }
        let reason = match none.why {
            Why::NoWayBack => both!(
                "可以进入，但届时无法离开",
                "There is a way in, but none out again at that time"
            ),
            _ => gates::reason(&gates)
                .unwrap_or_else(|| both!("没有可以到达的路线", "No way on the map leads there")),
        };
        match self.instead(memory, query, &gates) {
            Ok(nearest) => Failed::NoWay(Box::new(NoWay {
                reason,
                gates,
                nearest,
            })),
            Err(failed) => failed,
        }
    }

    /// Returns the nearest reachable gate of the compound, approached from outside, or hand-over point.
    fn instead(
        &self,
        memory: &mut Memory,
        query: &Query<'_>,
        gates: &[OtherGate],
    ) -> Result<Option<Nearest>, Failed> {
        let mut found: Vec<(&'static str, String, End, Coord<f64>)> = Vec::new();
        for gate in gates {
            let outside = self.ways.topology.edge(gate.edge()).from;
            let at = crate::network::nearby::coord(self.ways.topology.point(outside));
            let end = Place::Node(outside).into();
            found.push(("entrances", gate.id.clone(), end, at));
        }
        found.extend(self.handovers());
        let ends: Vec<End> = found.iter().map(|f| f.2).collect();
        let query = Query {
            to: &ends,
            finish: Finish::Any,
            ..*query
        };
        let reached = self.view().nearest(memory, &query, 1, INSTEAD_DS);
        let reached = reached.map_err(|_| Failed::Limited)?;
        Ok(reached.first().and_then(|first| {
            let (collection, id, _, at) = found.get(first.target)?;
            Some(Nearest {
                collection,
                id: id.clone(),
                name: self.name(&format!("{collection}/{id}")),
                at: *at,
                distance_m: first.length_dm as f64 / 10.0,
                duration_s: (first.arrive - query.depart) as f64 / 10.0,
            })
        }))
    }

    fn handovers(&self) -> Vec<(&'static str, String, End, Coord<f64>)> {
        let at = match self.to.list.first() {
            Some(stop) => stop.at,
            None => return Vec::new(),
        };
        let finder = Finder {
            ground: self.ground,
            ways: self.ways,
            profile: &self.ask.profile,
        };
        let near = self.ground.handovers_near(at, HANDOVER_M).into_iter();
        near.take(MOST_HANDOVERS)
            .filter_map(|id| {
                let stops = finder.find(&Spot::Facility(id.clone())).ok()?;
                let stop = stops.list.into_iter().next()?;
                Some((FACILITIES, id, stop.end, stop.at))
            })
            .collect()
    }
}

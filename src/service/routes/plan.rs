//! The best way from door to door, and why there is none.

use geo_types::Coord;
use jiff::Timestamp;

use super::asked::{Ask, Asked, Passed, moment};
use super::ends::{Finder, Stop};
use super::gates::{self, OtherGate};
use super::legs::{self, Leg};
use super::spot::{Spot, SpotError};
use super::{Ground, NoNetwork};
use crate::model::names::collection::FACILITIES;
use crate::model::{Canonical, Localized, both};
use crate::network::core::{
    EdgeKind, End, Errand, Finish, Limit, Memory, NoRoute, Place, Query, Route, Why,
};

/// How long one stays at the door where the way back counts too, in tenths of a second: 5 minutes.
const DWELL_DS: u32 = 3000;
/// How far from the door the vehicle may be left then, in decimetres.
const PARK_WITHIN_DM: u32 = 3000;
/// What works instead is looked for within so much travel time, in tenths of a second: 2 hours.
const INSTEAD_DS: u32 = 72_000;
/// Hand-over points within so many metres are considered.
const HANDOVER_M: f64 = 1_500.0;
/// So many of them.
const MOST_HANDOVERS: usize = 16;

/// An answer.
#[derive(Debug, Clone)]
pub struct Journey {
    /// The legs, those of the way back included.
    pub legs: Vec<Leg>,
    /// Where the legs of the way back begin; the number of legs where there is none.
    pub back_from: usize,
    /// When it ends.
    pub arrive_at: Timestamp,
    /// In metres.
    pub distance_m: f64,
    /// In seconds.
    pub duration_s: f64,
    /// The gate of the compound that is passed.
    pub gate: Option<Passed>,
    /// The door at which it ends.
    pub door: Option<Passed>,
    /// Metres to the door that no way covers.
    pub gap_m: f64,
    /// How many opening hours on the way are not known.
    pub unknown_hours: u32,
    /// How many walls are crossed where no gate is mapped.
    pub assumed: usize,
    /// Why each other gate lost.
    pub other_gates: Vec<OtherGate>,
    /// Other ways, the fastest first.
    pub alternatives: Vec<Journey>,
}

/// A place that can be reached instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// `entrances` or `facilities`.
    pub collection: &'static str,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Where it is.
    pub at: Coord<f64>,
    /// How far it is from where somebody sets out, in metres.
    pub distance_m: f64,
    /// How long that takes, in seconds.
    pub duration_s: f64,
}

/// Nobody can get there.
#[derive(Debug, Clone)]
pub struct NoWay {
    /// Why.
    pub reason: Localized,
    /// What each gate of the compound says.
    pub gates: Vec<OtherGate>,
    /// The nearest gate or hand-over point that can be reached.
    pub nearest: Option<Nearest>,
}

/// Why a question has no answer.
#[derive(Debug, Clone)]
pub enum Failed {
    /// There is no network.
    Network(NoNetwork),
    /// The place where it begins is none.
    From(SpotError),
    /// The place where it ends is none.
    To(SpotError),
    /// No way leads there.
    NoWay(Box<NoWay>),
    /// The search needed more than it may.
    Limited,
}

impl Ground {
    /// The best way, with the reasons why other gates lost.
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

    /// Routes one after the other as one journey. The second leads back.
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

    fn no_way(&self, memory: &mut Memory, query: &Query<'_>, none: &NoRoute) -> Failed {
        if none.why == Why::Limited {
            return Failed::Limited;
        }
        let gates = gates::all(self, memory, query);
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

    /// The nearest gate or hand-over point that can be reached: gates of the compound from outside.
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
        let Some(at) = self.to.list.first().map(|stop| stop.at) else {
            return Vec::new();
        };
        let Some(facilities) = super::table::collection(&self.ground.snapshot, FACILITIES) else {
            return Vec::new();
        };
        let is_handover = |entry: &crate::index::Entry| {
            Canonical::new(entry.all_properties()).is("kind", "handover")
        };
        let near = facilities.within(at, HANDOVER_M);
        let near = near.into_iter().filter(|(entry, _)| is_handover(entry));
        let finder = Finder {
            ground: self.ground,
            ways: self.ways,
            profile: &self.ask.profile,
        };
        near.take(MOST_HANDOVERS)
            .filter_map(|(entry, _)| {
                let id = entry.id().to_string();
                let stops = finder.find(&Spot::Facility(id.clone())).ok()?;
                let stop = stops.list.into_iter().next()?;
                Some((FACILITIES, id, stop.end, stop.at))
            })
            .collect()
    }
}

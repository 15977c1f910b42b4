//! Searches from one place to many: the nearest features by travel time, isochrones, and the travel times to a list of
//! places.

use std::sync::Arc;

use geo_types::{Coord, LineString};
use jiff::Timestamp;

use super::ends::{Finder, Stops};
use super::legs;
use super::plan::Failed;
use super::spot::Spot;
use super::{Ground, NoNetwork};
use crate::index::{Collection, Entry, Meter};
use crate::live::Ways;
use crate::model::names::collection::{BUILDINGS, ENTRANCES};
use crate::model::names::property;
use crate::model::{Canonical, Role};
use crate::network::core::{self, DirectedEdge, End, Limit, Memory, Mode, Profile, Query, Stopped};

/// The longest travel time to a nearest feature, in tenths of a second: 2 hours.
const FARTHEST_DS: u32 = 72_000;
/// The maximum number of candidates, taken in order of straight-line distance, whose travel time is computed.
const MOST_CANDIDATES: usize = 1024;
/// The maximum number of ends on the network for each candidate.
const MOST_ENDS: usize = 4;

/// A traveller: origin, profile and departure time.
#[derive(Debug, Clone)]
pub struct Traveller {
    /// The origin.
    pub from: Spot,
    /// The travel profile.
    pub profile: Profile,
    /// The departure time.
    pub at: Timestamp,
}

/// A feature that the search reaches.
#[derive(Debug, Clone)]
pub struct NearFeature {
    /// The feature.
    pub entry: Arc<Entry>,
    /// The length of the route to it, in metres.
    pub distance_m: f64,
    /// The travel time to it, in seconds.
    pub duration_s: f64,
}

/// A place of a list that the search reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// The length of the route to it, in metres.
    pub distance_m: f64,
    /// The travel time to it, in seconds.
    pub duration_s: f64,
}

/// The parts of the network that can be reached within a time.
#[derive(Debug, Clone)]
pub struct Area {
    /// The reachable parts of ways, in degrees, WGS 84.
    pub lines: Vec<LineString<f64>>,
    /// The total length of the parts, in metres.
    pub length_m: f64,
}

/// The reason why a search returns no result: the caller's meter stopped it, or it failed.
#[derive(Debug)]
pub enum Unanswered<S> {
    /// The meter stopped it.
    Stopped(S),
    /// The search failed.
    Failed(Failed),
}

impl<S> From<Failed> for Unanswered<S> {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<Stopped> for Failed {
    fn from(_: Stopped) -> Self {
        Self::Limited
    }
}

/// A traveller whose origin is resolved to places on the network.
struct Standing<'a> {
    ground: &'a Ground,
    ways: &'a Ways,
    traveller: &'a Traveller,
    from: Vec<End>,
    origin: Coord<f64>,
    limit: Limit<'a>,
}

impl Ground {
    fn standing<'a>(
        &'a self,
        traveller: &'a Traveller,
        limit: Limit<'a>,
    ) -> Result<Standing<'a>, Failed> {
        let ways = self.ways().ok_or(Failed::Network(NoNetwork::TooLarge))?;
        let finder = Finder {
            ground: self,
            ways,
            profile: &traveller.profile,
        };
        let stops = finder.start(&traveller.from).map_err(Failed::From)?;
        Ok(Standing {
            ground: self,
            ways,
            traveller,
            origin: stops.list.first().map(|stop| stop.at).unwrap_or_default(),
            from: stops.ends(),
            limit,
        })
    }

    /// Returns the `k` features of a collection with the shortest travel times, in ascending order. If a kind is
    /// given, only features of this kind count.
    ///
    /// # Errors
    /// If the origin cannot be resolved, or the limit or the meter stops the search.
    pub fn nearest<M: Meter>(
        &self,
        traveller: &Traveller,
        collection: &Collection,
        (k, kind): (usize, Option<&str>),
        memory: &mut Memory,
        limit: Limit<'_>,
        meter: &M,
    ) -> Result<Vec<NearFeature>, Unanswered<M::Stop>> {
        let standing = self.standing(traveller, limit)?;
        let is_kind = |entry: &Entry| {
            kind.is_none_or(|kind| {
                let shown = entry.properties(collection.schema(), Role::Public);
                Canonical::new(&shown).is(property::KIND, kind)
            })
        };
        let mut wanted = 16 + 4 * k;
        loop {
            let origin = standing.origin;
            let candidates = collection
                .nearest_metered(origin, wanted, f64::INFINITY, Some(&is_kind), meter)
                .map_err(Unanswered::Stopped)?;
            let farthest = candidates.last().map_or(0.0, |(_, metres)| *metres);
            let is_all = candidates.len() < wanted;
            let found = standing.among(collection, candidates, k, memory)?;
            let last = found.get(k.saturating_sub(1));
            // A feature beyond the candidates takes at least as long as a straight line to it at the highest speed.
            let is_enough = last.is_some_and(|last| {
                let speed = traveller
                    .profile
                    .fastest_from(traveller.profile.first_mode());
                last.duration_s * f64::from(speed) / 36.0 <= farthest
            });
            if is_all || is_enough || wanted >= MOST_CANDIDATES {
                return Ok(found);
            }
            wanted = (wanted * 4).min(MOST_CANDIDATES);
        }
    }

    /// Returns the distance and travel time to each place; `None` for a place that is not reached within `horizon_ds`
    /// tenths of a second or has no way nearby.
    ///
    /// # Errors
    /// If the origin cannot be resolved, or the limit is reached.
    pub fn one_to_many(
        &self,
        traveller: &Traveller,
        to: &[Spot],
        horizon_ds: u32,
        memory: &mut Memory,
        limit: Limit<'_>,
    ) -> Result<Vec<Option<Reach>>, Failed> {
        let standing = self.standing(traveller, limit)?;
        let finder = standing.finder();
        let stops = to.iter().map(|spot| finder.find(spot).ok());
        standing.times(stops, horizon_ds, usize::MAX, memory)
    }

    /// Returns what can be reached within a time, in tenths of a second. Edges with a wait of more than ten minutes in
    /// front of them are not used.
    pub fn isochrone(
        &self,
        traveller: &Traveller,
        horizon_ds: u32,
        memory: &mut Memory,
        limit: Limit<'_>,
    ) -> Result<Area, Failed> {
        let standing = self.standing(traveller, limit)?;
        let view = self.view(standing.ways, &traveller.profile);
        let parts = view.isochrone(memory, &standing.query(&[]), horizon_ds)?;
        let mut area = Area {
            lines: Vec::with_capacity(parts.len()),
            length_m: 0.0,
        };
        for part in parts {
            area.length_m += f64::from(part.until_dm - part.from_dm) / 10.0;
            let step = core::Step {
                edge: DirectedEdge::forward(part.edge),
                from_dm: part.from_dm,
                to_dm: part.until_dm,
                mode: Mode::Walk,
                change_ds: 0,
                wait_ds: 0,
                entered: 0,
                arrived: 0,
                is_unknown: false,
            };
            let line = legs::shape(standing.ways, &step);
            if line.windows(2).any(|w| w[0] != w[1]) {
                area.lines.push(LineString(line));
            }
        }
        Ok(area)
    }
}

impl Standing<'_> {
    fn finder(&self) -> Finder<'_> {
        Finder {
            ground: self.ground,
            ways: self.ways,
            profile: &self.traveller.profile,
        }
    }

    fn query<'q>(&'q self, to: &'q [End]) -> Query<'q> {
        let at = self.traveller.at.as_millisecond().div_euclid(100);
        Query {
            limit: self.limit,
            ..Query::new(&self.from, to, at, self.traveller.profile.first_mode())
        }
    }

    fn among(
        &self,
        collection: &Collection,
        candidates: Vec<(Arc<Entry>, f64)>,
        k: usize,
        memory: &mut Memory,
    ) -> Result<Vec<NearFeature>, Failed> {
        let finder = self.finder();
        let name = collection.schema().collection.as_str();
        let stops = candidates.iter().map(|(entry, _)| {
            let id = entry.id().to_string();
            let spot = match name {
                BUILDINGS => Spot::Building {
                    id,
                    unit: None,
                    room: None,
                },
                ENTRANCES => Spot::Entrance(id),
                _ => Spot::Position(super::lookup::position(entry)?),
            };
            finder.find(&spot).ok()
        });
        let reached = self.times(stops, FARTHEST_DS, k, memory)?;
        let mut found: Vec<NearFeature> = candidates
            .iter()
            .zip(reached)
            .filter_map(|((entry, _), reach)| {
                let reach = reach?;
                Some(NearFeature {
                    entry: Arc::clone(entry),
                    distance_m: reach.distance_m,
                    duration_s: reach.duration_s,
                })
            })
            .collect();
        found.sort_by(|a, b| a.duration_s.total_cmp(&b.duration_s));
        found.truncate(k);
        Ok(found)
    }

    /// Returns the travel times to places, or to the `k` places that are reached first.
    fn times(
        &self,
        places: impl Iterator<Item = Option<Stops>>,
        horizon_ds: u32,
        k: usize,
        memory: &mut Memory,
    ) -> Result<Vec<Option<Reach>>, Failed> {
        let mut ends: Vec<End> = Vec::new();
        let mut owner: Vec<u32> = Vec::new();
        let mut count = 0;
        for (number, stops) in places.enumerate() {
            count = number + 1;
            for stop in stops.iter().flat_map(|stops| &stops.list).take(MOST_ENDS) {
                ends.push(stop.end);
                owner.push(number as u32);
            }
        }
        let query = self.query(&ends);
        let view = self.ground.view(self.ways, &self.traveller.profile);
        let reached = view.nearest_places(memory, &query, &owner, k.min(count), horizon_ds)?;
        let mut times: Vec<Option<Reach>> = vec![None; count];
        for one in reached {
            let place = owner.get(one.target);
            let place = place.and_then(|number| times.get_mut(*number as usize));
            if let Some(place) = place {
                place.get_or_insert(Reach {
                    distance_m: one.length_dm as f64 / 10.0,
                    duration_s: (one.arrive - query.depart) as f64 / 10.0,
                });
            }
        }
        Ok(times)
    }
}

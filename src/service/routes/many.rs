//! Searches from one place to many: the nearest features by travel time, isochrones, and the travel times to a list of
//! places.

use std::sync::Arc;

use geo_types::LineString;

use super::Ground;
use super::legs;
use super::near::{Reach, Standing, Traveller};
use super::plan::Failed;
use super::spot::Spot;
use crate::index::{Collection, Entry, Meter};
use crate::model::names::collection::{BUILDINGS, ENTRANCES};
use crate::model::names::property;
use crate::model::{Canonical, Role};
use crate::network::core::{self, DirectedEdge, Limit, Memory, Mode};

/// The maximum number of candidates, taken in order of straight-line distance, whose travel time is computed.
const MOST_CANDIDATES: usize = 1024;

/// A feature that the search reaches.
#[derive(Debug, Clone)]
pub struct NearFeature {
    /// The feature.
    pub entry: Arc<Entry>,
    /// The length of the route to the feature, in metres.
    pub distance_m: f64,
    /// The travel time to the feature, in seconds.
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

impl Ground {
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
        let (mut wanted, mut within_m) = (16 + 4 * k, f64::INFINITY);
        loop {
            let origin = standing.origin;
            let candidates = collection
                .nearest_metered(origin, wanted, within_m, Some(&is_kind), meter)
                .map_err(Unanswered::Stopped)?;
            let farthest = candidates.last().map_or(0.0, |(_, metres)| *metres);
            let is_all = candidates.len() < wanted;
            let found = among(&standing, collection, &candidates, k, memory)?;
            let last = found.get(k.saturating_sub(1));
            // A feature beyond the candidates takes at least as long as a straight line to it at the highest speed.
            let reach_m = last.map(|last| {
                let speed = traveller
                    .profile
                    .fastest_from(traveller.profile.first_mode());
                last.duration_s * f64::from(speed) / 36.0
            });
            let is_enough = reach_m.is_some_and(|reach_m| reach_m <= farthest);
            if is_all || is_enough || wanted >= MOST_CANDIDATES {
                return Ok(found);
            }
            (wanted, within_m) = match reach_m {
                Some(reach_m) => (MOST_CANDIDATES, reach_m),
                None => ((wanted * 4).min(MOST_CANDIDATES), f64::INFINITY),
            };
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

/// Returns the `k` candidates that are reached first.
fn among(
    standing: &Standing<'_>,
    collection: &Collection,
    candidates: &[(Arc<Entry>, f64)],
    k: usize,
    memory: &mut Memory,
) -> Result<Vec<NearFeature>, Failed> {
    let name = collection.schema().collection.as_str();
    let spots = candidates.iter().map(|(entry, _)| {
        let id = entry.id().to_string();
        Some(match name {
            BUILDINGS => Spot::Building {
                id,
                unit: None,
                room: None,
            },
            ENTRANCES => Spot::Entrance(id),
            _ => Spot::Position(super::lookup::position(entry)?),
        })
    });
    let found = standing.first(spots, k, memory)?.into_iter();
    let near = found.filter_map(|(at, reach)| {
        let (entry, _) = candidates.get(at)?;
        Some(NearFeature {
            entry: Arc::clone(entry),
            distance_m: reach.distance_m,
            duration_s: reach.duration_s,
        })
    });
    Ok(near.collect())
}

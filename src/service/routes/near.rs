//! Searches from one traveller to many places: the travel time to each, and the places that are reached first.
//!
//! This file is also part of the program for phones.

use geo_types::Coord;
use jiff::Timestamp;

use super::ends::{Finder, Stops};
use super::plan::Failed;
use super::spot::Spot;
use super::{Ground, NoNetwork};
use crate::live::Ways;
use crate::network::core::{End, Limit, Memory, Profile, Query, Stopped};

/// The longest travel time to a nearest feature, in tenths of a second: 2 hours.
const FARTHEST_DS: u32 = 72_000;
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

/// A place of a list that the search reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// The length of the route to it, in metres.
    pub distance_m: f64,
    /// The travel time to it, in seconds.
    pub duration_s: f64,
}

impl From<Stopped> for Failed {
    fn from(_: Stopped) -> Failed {
        Failed::Limited
    }
}

/// A traveller whose origin is resolved to places on the network.
pub struct Standing<'a> {
    pub(super) ground: &'a Ground,
    pub(super) ways: &'a Ways,
    traveller: &'a Traveller,
    from: Vec<End>,
    /// The position of the origin, in degrees, WGS 84.
    pub origin: Coord<f64>,
    limit: Limit<'a>,
}

impl Ground {
    /// Resolves the origin of a traveller.
    ///
    /// # Errors
    /// If it cannot be resolved.
    pub fn standing<'a>(
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
}

impl Standing<'_> {
    pub(super) fn finder(&self) -> Finder<'_> {
        Finder {
            ground: self.ground,
            ways: self.ways,
            profile: &self.traveller.profile,
        }
    }

    pub(super) fn query<'q>(&'q self, to: &'q [End]) -> Query<'q> {
        let at = self.traveller.at.as_millisecond().div_euclid(100);
        Query {
            limit: self.limit,
            ..Query::new(&self.from, to, at, self.traveller.profile.first_mode())
        }
    }

    /// Returns the `k` places that are reached first, in order, each with its index in the list. Of places with equal
    /// times, the one that comes first in the list is first.
    ///
    /// # Errors
    /// If the limit is reached.
    pub fn first(
        &self,
        places: impl Iterator<Item = Option<Spot>>,
        k: usize,
        memory: &mut Memory,
    ) -> Result<Vec<(usize, Reach)>, Failed> {
        let finder = self.finder();
        let stops = places.map(|spot| finder.find(&spot?).ok());
        let reached = self.times(stops, FARTHEST_DS, k, memory)?.into_iter();
        let reached = reached.enumerate();
        let mut found: Vec<(usize, Reach)> = reached
            .filter_map(|(at, reach)| Some((at, reach?)))
            .collect();
        found.sort_by(|a, b| a.1.duration_s.total_cmp(&b.1.duration_s));
        found.truncate(k);
        Ok(found)
    }

    /// Returns the travel time to each place; `None` if it is not among the `k` reached first within `horizon_ds`.
    pub(super) fn times(
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

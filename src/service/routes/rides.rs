//! Travel times from one place to many, at many moments: the places are looked up on the network once.

use jiff::Timestamp;

use super::Ground;
use super::ends::Finder;
use super::plan::Failed;
use super::spot::Spot;
use crate::live::Ways;
use crate::network::core::{End, Limit, Memory, Place, Profile, Query};

/// The maximum number of ends on the network for each place.
const MOST_ENDS: usize = 4;

/// Places on the network, numbered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Targets {
    ends: Vec<End>,
    /// The number of the place of each end.
    owner: Vec<u32>,
    count: usize,
}

impl Targets {
    /// The number of places.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no place.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The points on the network where the places are, each with the number of its place.
    pub fn places(&self) -> impl Iterator<Item = (Place, u32)> {
        let ends = self.ends.iter().zip(&self.owner);
        ends.map(|(end, owner)| (end.place, *owner))
    }

    /// Some of the places. They keep their numbers.
    #[must_use]
    pub fn only(&self, keep: impl Fn(u32) -> bool) -> Self {
        let ends = self.ends.iter().zip(&self.owner);
        let (ends, owner) = ends.filter(|(_, owner)| keep(**owner)).unzip();
        Self {
            ends,
            owner,
            count: self.count,
        }
    }
}

impl Ground {
    /// Looks up places on the network. A place without a way nearby is never reached.
    pub fn targets(&self, ways: &Ways, profile: &Profile, places: &[Spot]) -> Targets {
        let finder = Finder {
            ground: self,
            ways,
            profile,
        };
        let mut targets = Targets {
            count: places.len(),
            ..Targets::default()
        };
        for (spot, number) in places.iter().zip(0..) {
            let stops = finder.find(spot).map(|stops| stops.list);
            for stop in stops.unwrap_or_default().iter().take(MOST_ENDS) {
                targets.ends.push(stop.end);
                targets.owner.push(number);
            }
        }
        targets
    }

    /// Looks up the places where a ride may begin.
    ///
    /// # Errors
    /// If the origin cannot be resolved.
    pub fn origin(&self, ways: &Ways, profile: &Profile, from: &Spot) -> Result<Targets, Failed> {
        let finder = Finder {
            ground: self,
            ways,
            profile,
        };
        let ends = finder.start(from).map_err(Failed::From)?.ends();
        Ok(Targets {
            owner: vec![0; ends.len()],
            ends,
            count: 1,
        })
    }

    /// Returns the travel time from an origin to each place, in tenths of a second; `None` for a place that is not
    /// reached within `horizon_ds` tenths of a second.
    ///
    /// # Errors
    /// If the limit is reached.
    pub fn times_to(
        &self,
        (ways, profile): (&Ways, &Profile),
        (from, at): (&Targets, Timestamp),
        (to, horizon_ds): (&Targets, u32),
        memory: &mut Memory,
        limit: Limit<'_>,
    ) -> Result<Vec<Option<u32>>, Failed> {
        let depart = at.as_millisecond().div_euclid(100);
        let query = Query {
            limit,
            ..Query::new(&from.ends, &to.ends, depart, profile.first_mode())
        };
        let view = self.view(ways, profile);
        let places = (to.owner.as_slice(), to.count);
        Ok(view.times_to_places(memory, &query, places, horizon_ds)?)
    }
}

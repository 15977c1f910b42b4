//! The times of riders from the origins to the doors, in each hour of the week.

use std::sync::Arc;

use jiff::Timestamp;

use super::ask::Unmeasured;
use super::measure::{HORIZON_DS, Measure, NO_NETWORK, position};
use crate::network::core::{Limit, Memory};
use crate::service::planning::moments::{Differences, Look, Traveller, number_of};
use crate::service::routes::{Ground, Targets};

/// A rider reads opening hours until [`HORIZON_DS`] after setting out, because a longer ride counts as [`HORIZON_DS`].
const RIDER: Traveller = Traveller::Rider {
    within_s: HORIZON_DS as i64 / 10,
};

/// The times of riders on one version of the map.
#[derive(Debug)]
pub(super) struct Rides {
    /// Where rides begin; `None` for an origin without a way.
    origins: Vec<Option<Targets>>,
    /// The buildings.
    targets: Targets,
    /// For each moment, the index in `times`.
    of_moment: Vec<usize>,
    /// The distinct times: for each building the sum over all origins, in tenths of a second.
    times: Vec<Arc<Vec<u64>>>,
}

impl Measure<'_> {
    /// Measures the rides to the buildings that `keep` selects. `before` is another map and its rides to all buildings.
    /// Rides that are the same on both maps are not measured again.
    pub(super) fn rides(
        &self,
        ground: &Ground,
        before: Option<(&Ground, &Rides)>,
        keep: impl Fn(u32) -> bool,
    ) -> Result<Rides, Unmeasured> {
        let ways = ground.ways().ok_or(NO_NETWORK)?;
        let starts = self.ask.origins.iter();
        let origins: Vec<Option<Targets>> = starts
            .map(|at| ground.origin(ways, self.ebike, &position(*at)).ok())
            .collect();
        let before = before.and_then(|(base, rides)| {
            let is_same = Arc::ptr_eq(&base.network, &ground.network) && rides.origins == origins;
            let tables = is_same.then(|| (base.table.plain(), ground.table.plain()));
            Some((Differences::new(tables?.0, tables?.1)?, rides))
        });
        let targets = match &before {
            Some((differences, rides)) if !differences.move_joins() => rides.targets.clone(),
            _ => self.targets(ground, ways),
        };
        let before = before.filter(|(_, rides)| rides.targets == targets);
        let kept = targets.only(&keep);
        let mut found = Rides {
            origins,
            targets,
            of_moment: Vec::new(),
            times: Vec::new(),
        };
        let measure = |found: &Rides, at| self.times(ground, (&found.origins, &kept), at, &keep);
        match before {
            Some((differences, rides)) => {
                // The times of the other map keep their indexes; new times are added after them.
                found.times.clone_from(&rides.times);
                let mut known: Vec<(usize, Vec<Look>)> = Vec::new();
                for (moment, same) in self.moments.iter().zip(&rides.of_moment) {
                    let number = match differences.at(RIDER, moment.at) {
                        None => *same,
                        Some(look) => rides.times.len() + number_of(&mut known, (*same, look)),
                    };
                    if number == found.times.len() {
                        found.times.push(Arc::new(measure(&found, moment.at)?));
                    }
                    found.of_moment.push(number);
                }
            }
            None => {
                let states = RIDER.states(ground.table.plain(), &self.moments);
                for (moment, state) in self.moments.iter().zip(states) {
                    if state == found.times.len() {
                        found.times.push(Arc::new(measure(&found, moment.at)?));
                    }
                    found.of_moment.push(state);
                }
            }
        }
        Ok(found)
    }

    /// Searches from each origin, and adds up the times to each building.
    fn times(
        &self,
        ground: &Ground,
        (origins, targets): (&[Option<Targets>], &Targets),
        at: Timestamp,
        keep: impl Fn(u32) -> bool,
    ) -> Result<Vec<u64>, Unmeasured> {
        let ways = ground.ways().ok_or(NO_NETWORK)?;
        let mut memory = Memory::new();
        let is_cancelled = || (self.stop)();
        let limit = Limit {
            labels: u32::MAX,
            is_cancelled: &is_cancelled,
        };
        let mut sums = vec![0; self.buildings.len()];
        for origin in origins {
            if (self.stop)() {
                return Err(Unmeasured::Stopped);
            }
            let times = match origin {
                // Nobody gets anywhere from an origin without a way.
                None => vec![None; self.buildings.len()],
                Some(origin) => ground
                    .times_to(
                        (ways, self.ebike),
                        (origin, at),
                        (targets, HORIZON_DS),
                        &mut memory,
                        limit,
                    )
                    .map_err(|_| Unmeasured::Stopped)?,
            };
            let kept = sums.iter_mut().zip(times).zip(0..);
            for ((sum, time), _) in kept.filter(|(_, number)| keep(*number)) {
                *sum += u64::from(time.unwrap_or(HORIZON_DS));
            }
        }
        Ok(sums)
    }

    /// The minutes of riders a day to the buildings that `keep` selects, on average over the origins and the week.
    pub(super) fn rider_minutes(&self, rides: &Rides, keep: impl Fn(u32) -> bool) -> f64 {
        let mut weights = vec![0.0; rides.times.len()];
        for (moment, number) in self.moments.iter().zip(&rides.of_moment) {
            weights[*number] += moment.weight;
        }
        let of_times = |times: &[u64]| -> f64 {
            let buildings = times.iter().zip(&self.buildings).zip(0..);
            let kept = buildings.filter(|(_, number)| keep(*number));
            kept.map(|((time, (_, deliveries)), _)| *time as f64 / 600.0 * deliveries)
                .sum()
        };
        let used = weights.iter().zip(&rides.times).filter(|(w, _)| **w > 0.0);
        let sum: f64 = used.map(|(weight, times)| weight * of_times(times)).sum();
        sum / self.ask.origins.len().max(1) as f64
    }
}

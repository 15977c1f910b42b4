//! The walks of residents in each hour of the week, and the people with an AED within the standard.

use std::sync::Arc;

use jiff::Timestamp;

use super::ask::Unmeasured;
use super::measure::{HORIZON_DS, Measure, NO_NETWORK};
use crate::network::walking::Measure as By;
use crate::service::planning::ask::CoverageAsk;
use crate::service::planning::base::{Base, Found, Walks};
use crate::service::planning::moments::{Differences, Look, Traveller, number_of};
use crate::service::planning::people::People;
use crate::service::planning::sites::{Facilities, Sites};
use crate::service::routes::Ground;

/// The walks on one version of the map.
#[derive(Debug)]
pub(super) struct OnFoot {
    people: Arc<People>,
    /// The features to which residents walk.
    facilities: Arc<Facilities>,
    /// The AEDs at the moment of the request.
    aeds: Sites,
    /// For each moment, the index in `minutes`.
    of_moment: Vec<usize>,
    /// The distinct walks: the minutes of all residents together, if each walks once.
    minutes: Vec<f64>,
    /// The number of people with an AED within the standard, at the moment of the request.
    pub aed_people: f64,
}

impl Measure<'_> {
    /// Measures the walks. `before` is another map and its walks; it is given if the maps differ only in the rules of
    /// entrances and routes. Walks that are the same on both maps are not measured again.
    pub(super) fn on_foot(
        &self,
        ground: &Ground,
        before: Option<(&Ground, &OnFoot)>,
    ) -> Result<OnFoot, Unmeasured> {
        let joiner = ground.joiner(self.foot).ok_or(NO_NETWORK)?;
        let of = |ask: &CoverageAsk| {
            Facilities::of(ground, &joiner, &ask.facility, (&[], ask.roles, ask.at))
        };
        let before = before.and_then(|(base, walks)| {
            let is_same = Arc::ptr_eq(&base.network, &ground.network);
            let tables = is_same.then(|| (base.table.plain(), ground.table.plain()));
            Some((Differences::new(tables?.0, tables?.1)?, walks))
        });
        let (people, facilities, aeds) = match &before {
            Some((differences, walks)) if !differences.move_joins() => (
                Arc::clone(&walks.people),
                Arc::clone(&walks.facilities),
                walks.aeds.clone(),
            ),
            _ => (
                Arc::new(self.people(ground)?),
                Arc::new(of(&self.walks)?),
                of(&self.aed)?.open_at(self.aed.at),
            ),
        };
        let before = before.filter(|(_, walks)| {
            walks.people == people && walks.facilities == facilities && walks.aeds == aeds
        });
        let mut found = OnFoot {
            aed_people: match &before {
                Some((differences, walks))
                    if differences.at(Traveller::Walker, self.aed.at).is_none() =>
                {
                    walks.aed_people
                }
                _ => self.aed_people(ground, &people, aeds.clone())?,
            },
            people,
            facilities,
            aeds,
            of_moment: Vec::new(),
            minutes: Vec::new(),
        };
        match before {
            Some((differences, walks)) => {
                // The walks on the other map keep their indexes; new walks are added after them.
                found.minutes.clone_from(&walks.minutes);
                let mut known: Vec<(usize, Vec<Look>)> = Vec::new();
                for (moment, same) in self.moments.iter().zip(&walks.of_moment) {
                    let number = match differences.at(Traveller::Walker, moment.at) {
                        None => *same,
                        Some(look) => walks.minutes.len() + number_of(&mut known, (*same, look)),
                    };
                    if number == found.minutes.len() {
                        found.minutes.push(self.walked(ground, &found, moment.at)?);
                    }
                    found.of_moment.push(number);
                }
            }
            None => {
                let states = Traveller::Walker.states(ground.table.plain(), &self.moments);
                let mut known: Vec<(usize, Vec<bool>)> = Vec::new();
                for (moment, state) in self.moments.iter().zip(states) {
                    let open = found.facilities.are_open(moment.at);
                    let number = number_of(&mut known, (state, open));
                    if number == found.minutes.len() {
                        found.minutes.push(self.walked(ground, &found, moment.at)?);
                    }
                    found.of_moment.push(number);
                }
            }
        }
        Ok(found)
    }

    /// The minutes of all residents, if each walks once at a moment.
    fn walked(&self, ground: &Ground, on: &OnFoot, at: Timestamp) -> Result<f64, Unmeasured> {
        if (self.stop)() {
            return Err(Unmeasured::Stopped);
        }
        let ways = ground.ways().ok_or(NO_NETWORK)?;
        let ask = CoverageAsk {
            at,
            ..self.walks.clone()
        };
        let sites = on.facilities.open_at(at);
        let walks = Walks::new(ground, ways, &ask, (&on.people, &sites), (By::Time, 1));
        let time = |door: u32| walks.field.nearest(door).map(|w| w.cost / walks.factor);
        let minutes = on.people.demand.dwellings.iter().map(|dwelling| {
            let time = dwelling.door.and_then(time).unwrap_or(HORIZON_DS);
            f64::from(time.min(HORIZON_DS)) / 600.0 * dwelling.people
        });
        Ok(minutes.sum())
    }

    fn aed_people(
        &self,
        ground: &Ground,
        people: &Arc<People>,
        aeds: Sites,
    ) -> Result<f64, Unmeasured> {
        if (self.stop)() {
            return Err(Unmeasured::Stopped);
        }
        let ways = ground.ways().ok_or(NO_NETWORK)?;
        let found = Arc::new(Found::new(ground, ways, &self.aed, people, aeds));
        let base = Base::new(&self.aed, Arc::clone(people), found);
        Ok(base.count.coverage().all.covered)
    }

    /// The minutes that residents walk a day, on average over the week.
    pub(super) fn walking_minutes(&self, on: &OnFoot) -> f64 {
        let moments = self.moments.iter().zip(&on.of_moment);
        let minutes: f64 = moments
            .map(|(m, number)| m.weight * on.minutes[*number])
            .sum();
        minutes * self.ask.deliveries.walks_per_person_day
    }
}

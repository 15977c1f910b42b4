//! What a day costs on the map with some changes: minutes of riders, minutes of walking, and who is within an AED's time.

use std::collections::BTreeSet;

use geo_types::Coord;
use jiff::Timestamp;

use super::ask::{AccessAsk, Unmeasured};
use super::scopes::Lands;
use crate::live::Ways;
use crate::model::RoleSet;
use crate::network::core::{
    Attr, HOURS_ALWAYS, HOURS_UNKNOWN, Hours, Limit, Memory, Profile, Table,
};
use crate::network::walking::Measure as By;
use crate::planning::standards::Standard;
use crate::service::planning::ask::{CoverageAsk, DemandAsk, FacilityAsk, Factors, NoCoverage};
use crate::service::planning::base::{Base, Walks};
use crate::service::planning::people::People;
use crate::service::planning::sites::Sites;
use crate::service::routes::{Ground, NoNetwork, Spot, Targets};

/// A door that is not reached within this time, in tenths of a second, counts as if it took this long: one hour.
pub(super) const HORIZON_DS: u32 = 36_000;
/// The days that are counted from the moment of the request.
const DAYS: i64 = 7;
const DAY_S: i64 = 86_400;

/// What is open at a moment: each of the hours of a table, and the facilities.
type Open = (Vec<bool>, Vec<String>);
/// Spans of time, in seconds from the beginning of a day.
type Spans = Vec<(i64, i64)>;

/// The costs of walks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct OnFoot {
    /// Minutes of all residents and a day.
    pub minutes_day: f64,
    /// The people within an AED's time at the moment of the request.
    pub aed_people: f64,
}

/// What is measured, on any version of the map.
pub(super) struct Measure<'a> {
    ask: &'a AccessAsk,
    ebike: &'a Profile,
    foot: &'a Profile,
    aed: CoverageAsk,
    walks: CoverageAsk,
    /// The buildings with people: a place on the map, and the deliveries a day.
    buildings: Vec<(Spot, f64)>,
    /// The beginning of the local day of the request, in seconds since the epoch.
    day: i64,
    /// The share of each hour of the day.
    shares: [f64; 24],
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Measure<'a> {
    pub(super) fn new(
        ground: &Ground,
        ask: &'a AccessAsk,
        (ebike, foot): (&'a Profile, &'a Profile),
        aed: &Standard,
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<Self, Unmeasured> {
        let facility = |(collection, kind): &(String, Option<String>), aed: bool| FacilityAsk {
            collection: collection.clone(),
            kind: kind.clone(),
            aed,
            area_m2: None,
            filter: None,
        };
        let coverage = |facility: FacilityAsk| CoverageAsk {
            facility,
            standard: aed.clone(),
            demand: DemandAsk::Buildings(Factors::default()),
            at: ask.at,
            profile: foot.clone(),
            add: Vec::new(),
            without: Vec::new(),
            roles: RoleSet::from(crate::model::Role::Planner),
        };
        let kind = aed.facility.as_ref();
        let stations = kind.map_or_else(
            || ("first_aid_stations".to_owned(), None),
            |k| (k.collection.clone(), k.kind.clone()),
        );
        let aed = coverage(facility(&stations, kind.is_none_or(|k| k.aed)));
        let offset = ground.snapshot.ledger().calendar().offset;
        let mut measure = Self {
            walks: coverage(facility(&ask.deliveries.walks_to, false)),
            aed,
            ask,
            ebike,
            foot,
            buildings: Vec::new(),
            day: crate::access::gate::day_of(ask.at, offset).0,
            shares: ask.deliveries.shares(),
            stop,
        };
        let people = measure.people(ground)?;
        let households = Factors::default().persons_per_household;
        measure.buildings = people
            .demand
            .places
            .iter()
            .map(|place| {
                let spot = Spot::Building {
                    id: place.id.clone(),
                    unit: None,
                    room: None,
                };
                (
                    spot,
                    place.people / households * ask.deliveries.per_household_day,
                )
            })
            .collect();
        Ok(measure)
    }

    /// The moment of the request.
    pub(super) fn at(&self) -> Timestamp {
        self.ask.at
    }

    fn people(&self, ground: &Ground) -> Result<People, Unmeasured> {
        let joiner = ground.joiner(self.foot).ok_or(NO_NETWORK)?;
        Ok(People::of(
            ground,
            &joiner,
            &self.walks.demand,
            self.walks.roles,
        )?)
    }

    /// The buildings as places on the network of a map.
    pub(super) fn targets(&self, ground: &Ground, ways: &Ways) -> Targets {
        let spots: Vec<Spot> = self
            .buildings
            .iter()
            .map(|(spot, _)| spot.clone())
            .collect();
        ground.targets(ways, self.ebike, &spots)
    }

    /// The private lands of the buildings and of the origins.
    pub(super) fn lands_of(
        &self,
        map: (&Ground, &Ways),
        lands: &Lands,
    ) -> (Vec<BTreeSet<u32>>, Vec<u32>) {
        let buildings = lands.of_places(map, self.ebike, &self.targets(map.0, map.1));
        let mut of_origins = Vec::new();
        for at in &self.ask.origins {
            if let Ok(origin) = map.0.origin(map.1, self.ebike, &position(*at)) {
                of_origins.extend(
                    lands
                        .of_places(map, self.ebike, &origin)
                        .into_iter()
                        .flatten(),
                );
            }
        }
        (buildings, of_origins)
    }

    /// The minutes of riders a day to buildings, averaged over the origins and the days of a week.
    pub(super) fn riders(
        &self,
        ground: &Ground,
        keep: impl Fn(u32) -> bool,
    ) -> Result<f64, Unmeasured> {
        let ways = ground.ways().ok_or(NO_NETWORK)?;
        let targets = self.targets(ground, ways).only(&keep);
        let mut memory = Memory::new();
        let is_cancelled = || (self.stop)();
        let limit = Limit {
            labels: u32::MAX,
            is_cancelled: &is_cancelled,
        };
        let mut sum = 0.0;
        for origin in &self.ask.origins {
            let origin = ground.origin(ways, self.ebike, &position(*origin)).ok();
            for (day, count) in self.days(ground.table.plain()) {
                for (hour, share) in self.shares.iter().enumerate().filter(|(_, s)| **s > 0.0) {
                    if (self.stop)() {
                        return Err(Unmeasured::Stopped);
                    }
                    let at = self.moment(day, hour)?;
                    let times = match &origin {
                        // Nobody gets anywhere from an origin without a way.
                        None => vec![None; targets.len()],
                        Some(origin) => ground
                            .times_to(
                                (ways, self.ebike),
                                (origin, at),
                                (&targets, HORIZON_DS),
                                &mut memory,
                                limit,
                            )
                            .map_err(|_| Unmeasured::Stopped)?,
                    };
                    let minutes: f64 = times
                        .iter()
                        .zip(&self.buildings)
                        .zip(0..)
                        .filter(|(_, number)| keep(*number))
                        .map(|((time, (_, deliveries)), _)| {
                            f64::from(time.unwrap_or(HORIZON_DS)) / 600.0 * deliveries
                        })
                        .sum();
                    sum += minutes * share * count as f64;
                }
            }
        }
        Ok(sum / DAYS as f64 / self.ask.origins.len().max(1) as f64)
    }

    /// The costs of walks.
    pub(super) fn on_foot(&self, ground: &Ground) -> Result<OnFoot, Unmeasured> {
        let ways = ground.ways().ok_or(NO_NETWORK)?;
        let joiner = ground.joiner(self.foot).ok_or(NO_NETWORK)?;
        let people = std::sync::Arc::new(self.people(ground)?);
        let of =
            |ask: &CoverageAsk, at| Sites::of(ground, &joiner, &ask.facility, (&[], ask.roles, at));
        let sites = of(&self.aed, self.aed.at)?;
        let base = Base::new(
            ground,
            ways,
            &self.aed,
            std::sync::Arc::clone(&people),
            sites,
        );
        let aed_people = base.count.coverage().all.covered;
        drop(base);
        // Walks at two moments are the same if the same gates, ways and facilities are open.
        let mut known: Vec<(Open, f64)> = Vec::new();
        let mut minutes_day = 0.0;
        for (day, count) in self.days(ground.table.plain()) {
            for (hour, share) in self.shares.iter().enumerate().filter(|(_, s)| **s > 0.0) {
                if (self.stop)() {
                    return Err(Unmeasured::Stopped);
                }
                let at = self.moment(day, hour)?;
                let sites = of(&self.walks, at)?;
                let open = ground.table.plain().hours.iter().map(|h| is_open(h, at));
                let key = (open.collect::<Vec<_>>(), sites.ids.clone());
                let found = known.iter().find(|(k, _)| *k == key).map(|(_, m)| *m);
                let minutes = found.unwrap_or_else(|| {
                    let ask = CoverageAsk {
                        at,
                        ..self.walks.clone()
                    };
                    let walks = Walks::new(ground, ways, &ask, (&people, &sites), (By::Time, 1));
                    let walks =
                        |door: u32| walks.field.nearest(door).map(|w| w.cost / walks.factor);
                    let minutes = people.demand.dwellings.iter().map(|d| {
                        let time = d.door.and_then(walks).unwrap_or(HORIZON_DS);
                        f64::from(time.min(HORIZON_DS)) / 600.0 * d.people
                    });
                    minutes.sum()
                });
                if found.is_none() {
                    known.push((key, minutes));
                }
                minutes_day += minutes * share * count as f64;
            }
        }
        Ok(OnFoot {
            minutes_day: minutes_day / DAYS as f64 * self.ask.deliveries.walks_per_person_day,
            aed_people,
        })
    }

    /// The days of the week from the request on that differ in opening hours, each with how many are like it.
    fn days(&self, table: &Table) -> Vec<(i64, u32)> {
        let mut kinds: Vec<(i64, Vec<Spans>, u32)> = Vec::new();
        for day in (0..DAYS).map(|n| self.day + n * DAY_S) {
            // A ride that begins late in the evening may see the next day.
            let until = day + DAY_S + i64::from(HORIZON_DS) / 10 + DAY_S;
            let spans = table.hours.iter().map(|hours| {
                let inside = hours
                    .open
                    .iter()
                    .filter(|(from, to)| *from < until && *to > day);
                inside
                    .map(|(from, to)| ((*from).max(day) - day, (*to).min(until) - day))
                    .collect()
            });
            let spans: Vec<Spans> = spans.collect();
            match kinds.iter_mut().find(|(_, own, _)| *own == spans) {
                Some((_, _, count)) => *count += 1,
                None => kinds.push((day, spans, 1)),
            }
        }
        kinds
            .into_iter()
            .map(|(day, _, count)| (day, count))
            .collect()
    }

    fn moment(&self, day: i64, hour: usize) -> Result<Timestamp, Unmeasured> {
        // The middle of the hour.
        Timestamp::from_second(day + hour as i64 * 3600 + 1800).map_err(|_| Unmeasured::Stopped)
    }
}

const NO_NETWORK: Unmeasured = Unmeasured::Wrong(NoCoverage::Network(NoNetwork::TooLarge));

fn position([x, y]: [f64; 2]) -> Spot {
    Spot::Position(Coord { x, y })
}

fn is_open(hours: &Hours, at: Timestamp) -> bool {
    let tenths = at.as_millisecond().div_euclid(100);
    match hours.entry(tenths) {
        crate::network::core::Entry::At(entry) | crate::network::core::Entry::Unknown(entry) => {
            entry == tenths
        }
        crate::network::core::Entry::Never => false,
    }
}

/// Whether walks are the same with two tables of the same network: they differ at most in what concerns vehicles.
pub(super) fn are_walks_alike(a: &Table, b: &Table) -> bool {
    let hours = |table: &Table, index: u32| match index {
        HOURS_ALWAYS | HOURS_UNKNOWN => (index, None),
        _ => (HOURS_ALWAYS, table.hours.get(index as usize).cloned()),
    };
    let plain = |attr: &Attr| Attr {
        ride_hours: HOURS_ALWAYS,
        push_hours: HOURS_ALWAYS,
        walk_hours: HOURS_ALWAYS,
        ebike: crate::network::core::Admission::Yes,
        oneway: crate::network::core::Oneway::No,
        max_kmh: 0,
        no_parking: false,
        ..*attr
    };
    a.blocked == b.blocked
        && a.attrs.len() == b.attrs.len()
        && a.attrs
            .iter()
            .zip(&b.attrs)
            .all(|(x, y)| plain(x) == plain(y) && hours(a, x.walk_hours) == hours(b, y.walk_hours))
}

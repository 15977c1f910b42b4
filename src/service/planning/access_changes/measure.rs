//! What is measured on each version of the map: the rides, the walks and the AEDs of the question.

use std::collections::BTreeSet;

use geo_types::Coord;
use jiff::Timestamp;

use super::ask::{AccessAsk, Unmeasured};
use super::scopes::Lands;
use crate::live::Ways;
use crate::network::core::Profile;
use crate::planning::standards::Standard;
use crate::service::planning::ask::{CoverageAsk, DemandAsk, FacilityAsk, Factors, NoCoverage};
use crate::service::planning::moments::{Moment, week};
use crate::service::planning::people::People;
use crate::service::routes::{Ground, NoNetwork, Spot, Targets};

/// A door that is not reached within this time, in tenths of a second, counts as if it took this long: one hour.
pub(super) const HORIZON_DS: u32 = 36_000;
/// The inputs of the measurements, which are the same for each version of the map.
pub(super) struct Measure<'a> {
    pub(super) ask: &'a AccessAsk,
    pub(super) ebike: &'a Profile,
    pub(super) foot: &'a Profile,
    pub(super) aed: CoverageAsk,
    pub(super) walks: CoverageAsk,
    /// The buildings with people: a place on the map, and the deliveries a day.
    pub(super) buildings: Vec<(Spot, f64)>,
    /// The hours of the week in which somebody sets out.
    pub(super) moments: Vec<Moment>,
    pub(super) stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Measure<'a> {
    pub(super) fn new(
        ground: &Ground,
        ask: &'a AccessAsk,
        (ebike, foot): (&'a Profile, &'a Profile),
        aed: &Standard,
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<Self, Unmeasured> {
        let coverage = |facility: FacilityAsk| CoverageAsk {
            facility,
            standard: aed.clone(),
            demand: DemandAsk::Buildings(Factors::default()),
            at: ask.at,
            profile: foot.clone(),
            add: Vec::new(),
            without: Vec::new(),
            roles: ask.role_set(),
        };
        let [stations, walks_to] = facilities(ask, aed);
        let aed = coverage(stations);
        let offset = ground.snapshot.ledger().calendar().offset;
        let mut measure = Self {
            walks: coverage(walks_to),
            aed,
            ask,
            ebike,
            foot,
            buildings: Vec::new(),
            moments: week(
                crate::access::gate::day_of(ask.at, offset).0,
                &ask.deliveries.shares(),
            ),
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

    pub(super) fn people(&self, ground: &Ground) -> Result<People, Unmeasured> {
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
}

/// The facilities whose walks are measured: the stations with an AED, and those to which people walk.
pub(super) fn facilities(ask: &AccessAsk, aed: &Standard) -> [FacilityAsk; 2] {
    let facility = |(collection, kind): &(String, Option<String>), aed: bool| FacilityAsk {
        collection: collection.clone(),
        kind: kind.clone(),
        aed,
        area_m2: None,
        filter: None,
    };
    let kind = aed.facility.as_ref();
    let stations = kind.map_or_else(
        || ("first_aid_stations".to_owned(), None),
        |k| (k.collection.clone(), k.kind.clone()),
    );
    [
        facility(&stations, kind.is_none_or(|k| k.aed)),
        facility(&ask.deliveries.walks_to, false),
    ]
}

pub(super) const NO_NETWORK: Unmeasured =
    Unmeasured::Wrong(NoCoverage::Network(NoNetwork::TooLarge));

pub(super) fn position([x, y]: [f64; 2]) -> Spot {
    Spot::Position(Coord { x, y })
}

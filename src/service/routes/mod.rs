//! Door-to-door routes: which gate is open at this hour, where to park, and the path to the door of the unit.
//!
//! | file | subject |
//! | --- | --- |
//! | `conditions` | temporary conditions that are not stored in features: special days, day orders, closures |
//! | `table` | the attributes that the search reads, for one snapshot of the map and one day of departure |
//! | `spot`, `ends`, `lookup` | where a route begins and ends: a position, a building with its unit, an entrance, a facility |
//! | `climb` | the way from the door up to a room |
//! | `names` | the public properties of a feature |
//! | `plan` | the best route, or the reason why there is none |
//! | `trip` | trips to several doors: the order, parking places and walks |
//! | `gates` | why a route does not use each other gate of a compound |
//! | `near` | travel times from one place to many |
//! | `many` | the nearest features of a collection, isochrones, travel times to a list of places |
//! | `joins` | where many buildings, entrances and positions join the network |
//! | `rides` | travel times from one place to many, at many moments |
//! | `what_if` | the network of a map with uncommitted edits |
//! | `legs`, `steps` | legs with distance and duration, and the instructions on the way |
//!
//! The topology is a derived structure and may be older than the map. The attributes that decide who may pass are read
//! from the snapshot of the request, so a closed gate, a deleted or moved lane and a new wall take effect with the
//! next query.

mod asked;
mod climb;
mod conditions;
mod ends;
mod gates;
mod joins;
#[cfg(test)]
mod kept_tests;
mod legs;
#[cfg(test)]
mod limit_tests;
mod lookup;
mod many;
mod names;
mod near;
mod plan;
#[cfg(test)]
mod ride_tests;
mod rides;
mod spot;
mod steps;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod trip;
mod what_if;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

pub use asked::{Ask, Passed};
pub use conditions::Conditions;
pub use gates::OtherGate;
pub use joins::{Joined, Joiner, up_ds};
pub use legs::{Leg, LegMode};
pub use many::{Area, NearFeature, Unanswered};
pub use near::{Reach, Traveller};
pub use plan::{Failed, Journey, Nearest, NoWay};
pub use rides::Targets;
pub use spot::{Spot, SpotError};
pub use steps::Step;
pub use table::Table;
pub use trip::{Delivery, MOST_DELIVERIES, NoTrip, STAY_S, Trip, TripVisit};

use crate::live::{Built, Live, Network, Snapshot, Ways};
use crate::model::names::collection::ENTRANCES;
use crate::network::Profiles;
use crate::network::core::{Profile, View};

/// The route service of one process.
#[derive(Debug)]
pub struct Routes {
    live: Live,
    /// The tables used last, the newest first. Most queries use the same snapshot and day, and can share one.
    kept: Mutex<Vec<Kept>>,
    /// Held while a table is made, so that only one thread makes it.
    reading: Mutex<()>,
}

/// The number of tables that are kept. Each is for one day of departure.
const MOST_KEPT: usize = 4;

/// A table, with the last query that it was used for, and what it was made from.
#[derive(Debug, Clone)]
struct Kept {
    key: table::Key,
    inputs: Arc<table::Inputs>,
    table: Arc<Table>,
}

/// The reason why there is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoNetwork {
    /// The network is still being built. A later request succeeds.
    NotYet,
    /// The map has more nodes or edges than a topology supports.
    TooLarge,
}

/// The data for one query: a snapshot, the network, and the attributes for the departure time.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The snapshot of the map.
    pub snapshot: Arc<Snapshot>,
    /// The network, and the number of the commit that it was built from.
    pub network: Arc<Built<Network>>,
    /// The attributes: who may pass which feature, and when.
    pub table: Arc<Table>,
}

impl Ground {
    /// Returns the topology. It is `Some` for every value that [`Ground::on`] returns, because that fails without a
    /// topology.
    pub fn ways(&self) -> Option<&Ways> {
        self.network.value.ways()
    }

    /// Returns the same data for a query that avoids some entrances, given by their ids. An entrance that is not part
    /// of the network cannot be passed anyway.
    #[must_use]
    pub fn avoiding(self, entrances: &[String]) -> Self {
        let Some(ways) = self.ways().filter(|_| !entrances.is_empty()) else {
            return self;
        };
        let ids = entrances.iter();
        let features = ids.filter_map(|id| ways.feature(&format!("{ENTRANCES}/{id}")));
        let table = Arc::new(self.table.avoiding(features.collect()));
        Self { table, ..self }
    }

    /// Returns the network in the form that the search takes.
    pub fn view<'a>(&'a self, ways: &'a Ways, profile: &'a Profile) -> View<'a, Table> {
        View {
            topology: &ways.topology,
            attributes: &self.table,
            profile,
            potentials: self.network.value.bounds(profile, &self.snapshot),
        }
    }

    /// Builds the network and the attributes from a map that is not in the store, such as an overlay of uncommitted
    /// edits. Takes as long as building the network.
    pub fn of_map(snapshot: Arc<Snapshot>, at: Timestamp) -> Result<Self, NoNetwork> {
        let network = Arc::new(Built {
            seq: snapshot.seq(),
            value: Network::of(&snapshot),
        });
        Self::on(snapshot, network, at)
    }

    /// Combines a map with a network that was built from an older map. New ways on the map are not used; new closures
    /// and walls are respected.
    pub fn on(
        snapshot: Arc<Snapshot>,
        network: Arc<Built<Network>>,
        at: Timestamp,
    ) -> Result<Self, NoNetwork> {
        let ways = network.value.ways().ok_or(NoNetwork::TooLarge)?;
        let conditions = Conditions::of(&snapshot, at);
        let table = Arc::new(Table::new(&snapshot, ways, network.seq, &conditions, at));
        Ok(Self {
            snapshot,
            network,
            table,
        })
    }
}

impl Routes {
    /// Creates the route service for a map.
    pub fn new(live: Live) -> Self {
        Self {
            live,
            kept: Mutex::default(),
            reading: Mutex::default(),
        }
    }

    /// Returns the travel profiles in force.
    pub fn profiles(&self) -> Arc<Profiles> {
        Arc::clone(self.live.snapshot().profiles())
    }

    /// Returns the data for a query with departure `at` if its attributes are cached, otherwise `None`.
    ///
    /// # Errors
    /// If the network is not built yet, or the map is too large for one.
    pub fn at_hand(&self, at: Timestamp) -> Result<Option<Ground>, NoNetwork> {
        let snapshot = self.live.snapshot();
        let network = self.live.network().ok_or(NoNetwork::NotYet)?;
        network.value.ways().ok_or(NoNetwork::TooLarge)?;
        let key = table::Key::new(&snapshot, &network, at);
        let table = {
            let kept = self.kept();
            let same = kept.iter().find(|kept| kept.key == key);
            same.map(|kept| Arc::clone(&kept.table))
        };
        Ok(table.map(|table| Ground {
            snapshot,
            network,
            table,
        }))
    }

    /// Returns the data for a query with departure `at`. Reads the attributes of the whole network if they are not
    /// cached.
    ///
    /// # Errors
    /// If the network is not built yet, or the map is too large for one.
    pub fn ground(&self, at: Timestamp) -> Result<Ground, NoNetwork> {
        // Of several concurrent queries, one reads the attributes; the others wait and use its result.
        let _turn = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ground) = self.at_hand(at)? {
            return Ok(ground);
        }
        let snapshot = self.live.snapshot();
        let network = self.live.network().ok_or(NoNetwork::NotYet)?;
        let ways = network.value.ways().ok_or(NoNetwork::TooLarge)?;
        let key = table::Key::new(&snapshot, &network, at);
        let inputs = table::Inputs::new(&snapshot, &network, at);
        let same = {
            let mut kept = self.kept();
            let same = kept.iter().position(|kept| kept.inputs.is_same(&inputs));
            same.map(|place| kept.remove(place))
        };
        let kept = same.map_or_else(
            || Kept {
                key,
                table: Arc::new(Table::new(
                    &snapshot,
                    ways,
                    network.seq,
                    inputs.conditions(),
                    at,
                )),
                inputs: Arc::new(inputs),
            },
            |same| Kept { key, ..same },
        );
        let table = Arc::clone(&kept.table);
        {
            let mut all = self.kept();
            all.insert(0, kept);
            all.truncate(MOST_KEPT);
        }
        Ok(Ground {
            snapshot,
            network,
            table,
        })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

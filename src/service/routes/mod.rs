//! Routes door to door: which gate lets somebody in at this hour, where to park, and the way to the unit door.
//!
//! | file | subject |
//! | --- | --- |
//! | `conditions` | what is in force beside the features: special days, orders of the day, closures |
//! | `table` | the attributes that the search reads, for one moment of the map |
//! | `spot`, `ends` | where a route begins and ends: a position, a building with its unit, an entrance, a facility |
//! | `names` | what the public may read of a feature |
//! | `plan` | the best way, and why there is none |
//! | `gates` | why each other gate of a compound lost |
//! | `many` | the nearest by travel time, isochrones, the times to a list of places |
//! | `legs`, `steps` | legs with distance and time, and what a person sees on the way |
//!
//! The topology is a derived structure and may be behind the map. Who may pass is read from the snapshot of the request,
//! so that a closed gate, a deleted or moved lane and a new wall hold from the next query on.

mod asked;
mod conditions;
mod ends;
mod gates;
mod legs;
mod many;
mod names;
mod plan;
mod spot;
mod steps;
mod table;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

pub use asked::{Ask, Passed};
pub use conditions::Conditions;
pub use gates::OtherGate;
pub use legs::{Leg, LegMode};
pub use many::{Area, NearFeature, Reach, Traveller, Unanswered};
pub use plan::{Failed, Journey, Nearest, NoWay};
pub use spot::{Spot, SpotError};
pub use steps::Step;
pub use table::Table;

use crate::live::{Built, Live, Network, Snapshot, Ways};
use crate::network::Profiles;
use crate::network::core::{Profile, View};

/// The route service of one process.
#[derive(Debug)]
pub struct Routes {
    live: Live,
    profiles: Profiles,
    /// The table used last. Most queries come for the same moment of the map.
    newest: Mutex<Option<Arc<Kept>>>,
    /// The turn of who reads the attributes.
    reading: Mutex<()>,
}

/// A table with the moment of the map that it was made for.
#[derive(Debug)]
struct Kept {
    key: table::Key,
    table: Arc<Table>,
}

/// The network is not built yet, or the map is too large for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoNetwork {
    /// It is being built; waiting helps.
    NotYet,
    /// The map is larger than a network can be.
    TooLarge,
}

/// Everything that one query is answered from.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The map.
    pub snapshot: Arc<Snapshot>,
    /// The topology, and the commit that it was built from.
    pub network: Arc<Built<Network>>,
    /// Who may pass.
    pub table: Arc<Table>,
}

impl Ground {
    /// The topology. A ground is made only where there is one.
    pub fn ways(&self) -> Option<&Ways> {
        self.network.value.ways()
    }

    /// The network as the search sees it.
    pub fn view<'a>(&'a self, ways: &'a Ways, profile: &'a Profile) -> View<'a, Table> {
        View {
            topology: &ways.topology,
            attributes: &self.table,
            profile,
            potentials: None,
        }
    }

    /// The network of a map that stands in no store, such as an overlay of uncommitted edits: topology and attributes are
    /// both made of it. Takes as long as building the network.
    pub fn of_map(snapshot: Arc<Snapshot>, at: Timestamp) -> Result<Self, NoNetwork> {
        let network = Arc::new(Built {
            seq: snapshot.seq(),
            value: Network::of(&snapshot),
        });
        Self::on(snapshot, network, at)
    }

    /// A map on a network that was built before it: what is new on the map is not found, what is stricter holds.
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
    /// The routes of a map, with the profiles that are compiled in.
    pub fn new(live: Live) -> Self {
        let profiles = Profiles::built_in().unwrap_or_else(|problems| {
            for problem in problems {
                tracing::error!(%problem, "profiles");
            }
            Profiles::default()
        });
        Self {
            live,
            profiles,
            newest: Mutex::default(),
            reading: Mutex::default(),
        }
    }

    /// The profiles.
    pub fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// What a query for a moment is answered from, where the attributes are at hand already.
    ///
    /// # Errors
    /// While the network was never built.
    pub fn at_hand(&self, at: Timestamp) -> Result<Option<Ground>, NoNetwork> {
        let snapshot = self.live.snapshot();
        let network = self.live.network().ok_or(NoNetwork::NotYet)?;
        network.value.ways().ok_or(NoNetwork::TooLarge)?;
        let key = table::Key::new(&snapshot, &network, at);
        let kept = self.newest().clone();
        let kept = kept.filter(|kept| kept.key.is_same(&key));
        Ok(kept.map(|kept| Ground {
            snapshot,
            network,
            table: Arc::clone(&kept.table),
        }))
    }

    /// What a query for a moment is answered from. Reads the attributes of the whole network where they are not at hand.
    ///
    /// # Errors
    /// While the network was never built.
    pub fn ground(&self, at: Timestamp) -> Result<Ground, NoNetwork> {
        // Of those who come at once one reads, and the others wait for it.
        let _turn = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ground) = self.at_hand(at)? {
            return Ok(ground);
        }
        let snapshot = self.live.snapshot();
        let network = self.live.network().ok_or(NoNetwork::NotYet)?;
        let key = table::Key::new(&snapshot, &network, at);
        let ground = Ground::on(snapshot, network, at)?;
        *self.newest() = Some(Arc::new(Kept {
            key,
            table: Arc::clone(&ground.table),
        }));
        Ok(ground)
    }

    fn newest(&self) -> std::sync::MutexGuard<'_, Option<Arc<Kept>>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

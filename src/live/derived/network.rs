//! The network for riding and walking of a map: topology and geometry. It does not contain who may pass; that is read
//! at query time.
//!
//! After the network is in use, lower bounds of travel times ([`Potentials`]) are computed for each profile. They make
//! searches in a city many times faster, and are used until one of the source collections changes.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::super::Snapshot;
use super::super::projection::geometry_stamp;
use super::Derive;
use crate::index::{Collection, Entry};
use crate::model::Canonical;
use crate::model::names::collection::{
    BARRIERS, BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES, ROUTES, TURNS,
};
use crate::network::attributes::{Said, Seen};
use crate::network::build::{Features, Report, build};
use crate::network::core::{Attr, Door, Potentials, Profile, Table, Topology};
use crate::network::nearby::EdgeIndex;
use crate::network::{NamedProfile, Profiles};

/// The collections from which the network is built.
const SOURCES: [&str; 7] = [
    BARRIERS, BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES, ROUTES, TURNS,
];

/// The number of the newest commit in each collection that the network is built from; `None` if the map has no such
/// collection.
pub type SourceSeqs = [Option<u64>; SOURCES.len()];

/// The network of a map, and the state of the map that it was built from.
#[derive(Debug)]
pub struct Network {
    /// `None` if the map has more nodes or edges than a topology supports.
    ways: Option<Ways>,
    seqs: SourceSeqs,
    /// The profiles for which bounds are computed.
    profiles: Arc<Profiles>,
    /// The bounds for each profile, once they are computed.
    bounds: Vec<(Profile, OnceLock<Potentials>)>,
}

/// A topology with its indexes.
#[derive(Debug)]
pub struct Ways {
    /// The nodes and edges.
    pub topology: Topology,
    /// Problems in the data that a person should check.
    pub report: Report,
    /// A spatial index of the edges.
    pub edges: EdgeIndex,
    /// The index of each feature in the table of the topology, by `collection/id`.
    features: HashMap<Box<str>, u32>,
    /// The ids of the entrances of each building, according to their properties when the network was built.
    entrances: HashMap<Box<str>, Vec<Box<str>>>,
    /// The geometry stamp of each feature when the network was built, by index; 0 for features without geometry.
    geometry: Vec<u64>,
}

impl Network {
    /// Builds the network of a map.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self {
            ways: Ways::of(snapshot),
            seqs: Self::source_seqs(snapshot),
            profiles: Arc::clone(snapshot.profiles()),
            bounds: Vec::new(),
        }
    }

    /// Returns the lower bounds of travel times for a profile, if they are computed and hold for a snapshot.
    pub fn bounds(&self, profile: &Profile, snapshot: &Snapshot) -> Option<&Potentials> {
        let (_, bounds) = self.bounds.iter().find(|(p, _)| p == profile)?;
        bounds.get().filter(|_| self.is_current(snapshot))
    }

    /// Returns the number of the newest commit in each collection that a network is built from.
    pub fn source_seqs(snapshot: &Snapshot) -> SourceSeqs {
        SOURCES.map(|name| source(snapshot, name).map(Collection::last_seq))
    }

    /// Returns whether a map has the same ways, gates, buildings and walls as the map that the network was built from.
    pub fn is_of(&self, snapshot: &Snapshot) -> bool {
        self.seqs == Self::source_seqs(snapshot)
    }

    /// Returns whether the network reads features of a collection.
    pub fn reads(collection: &str) -> bool {
        SOURCES.contains(&collection)
    }

    /// Returns whether the change of a feature from `before` to `after` changes the nodes or edges of the network.
    /// `None` stands for no feature. A change of attributes only, such as who may pass, does not.
    pub fn differs(collection: &str, before: Option<&Entry>, after: Option<&Entry>) -> bool {
        if !Self::reads(collection) {
            return false;
        }
        let read = |entry: Option<&Entry>| {
            let mut features = Features::default();
            if let Some(entry) = entry {
                let properties = Canonical::new(entry.all_properties());
                features.add(
                    collection,
                    entry.id().as_str(),
                    entry.geometry(),
                    properties,
                );
            }
            features
        };
        let (then, now) = (read(before), read(after));
        let geometry = |entry: Option<&Entry>| entry.and_then(Entry::geometry).cloned();
        then != now || (!then.names.is_empty() && geometry(before) != geometry(after))
    }

    /// Returns the topology; `None` if the map is too large for one.
    pub fn ways(&self) -> Option<&Ways> {
        self.ways.as_ref()
    }
}

impl Ways {
    fn of(snapshot: &Snapshot) -> Option<Self> {
        let features = features(snapshot);
        let built = match build(&features) {
            Ok(built) => built,
            Err(error) => {
                tracing::error!(%error, "the route network cannot be built");
                return None;
            }
        };
        let mut entrances: HashMap<Box<str>, Vec<Box<str>>> = HashMap::new();
        for entrance in &features.entrances {
            if let (Some(building), Some(name)) =
                (&entrance.building, features.name(entrance.feature))
            {
                let of_building = entrances.entry(building.clone()).or_default();
                of_building.push(name.id.clone());
            }
        }
        let topology = built.topology;
        let names = topology.features().iter();
        let geometry = names.clone().map(|name| stamp(snapshot, name)).collect();
        Some(Self {
            edges: EdgeIndex::new(&topology),
            features: names.map(|n| n.as_str().into()).zip(0..).collect(),
            report: built.report,
            topology,
            entrances,
            geometry,
        })
    }

    /// Returns the index of a feature, given as `collection/id`, in the table of the topology.
    pub fn feature(&self, name: &str) -> Option<u32> {
        self.features.get(name).copied()
    }

    /// Returns the places at which a feature is entered: one for a door, one or several for a building without known
    /// doors.
    pub fn doors(&self, name: &str) -> &[Door] {
        let Some(feature) = self.feature(name) else {
            return &[];
        };
        let all = self.topology.doors();
        let from = all.partition_point(|d| d.feature < feature);
        let until = all.partition_point(|d| d.feature <= feature);
        &all[from..until]
    }

    /// Returns the ids of the entrances that belonged to a building when the network was built.
    pub fn entrances_of(&self, building: &str) -> &[Box<str>] {
        self.entrances.get(building).map_or(&[], Vec::as_slice)
    }

    /// Returns the [`geometry_stamp`] of a feature when the network was built.
    pub fn geometry(&self, feature: u32) -> u64 {
        self.geometry.get(feature as usize).copied().unwrap_or(0)
    }
}

fn features(snapshot: &Snapshot) -> Features {
    let mut features = Features::default();
    if source(snapshot, ROUTES).is_none_or(Collection::is_empty) {
        // Without ways there is no network, so the buildings are not read.
        return features;
    }
    for name in SOURCES {
        let entries = source(snapshot, name)
            .into_iter()
            .flat_map(Collection::iter);
        for entry in entries {
            let properties = Canonical::new(entry.all_properties());
            features.add(name, entry.id().as_str(), entry.geometry(), properties);
        }
    }
    features
}

fn stamp(snapshot: &Snapshot, name: &str) -> u64 {
    let found = name.split_once('/').and_then(|(collection, id)| {
        let entry = source(snapshot, collection)?.get(id)?;
        Some(geometry_stamp(entry))
    });
    found.unwrap_or(0)
}

fn source<'a>(snapshot: &'a Snapshot, name: &str) -> Option<&'a Collection> {
    snapshot.collections().get(name).map(AsRef::as_ref)
}

impl Derive for Network {
    const NAME: &'static str = "route network";

    fn build(snapshot: &Snapshot, _: Option<&Self>) -> Self {
        let profiles = snapshot.profiles();
        let of_profile = |named: &NamedProfile| (named.profile.clone(), OnceLock::new());
        Self {
            bounds: profiles.iter().map(of_profile).collect(),
            ..Self::of(snapshot)
        }
    }

    fn is_current(&self, snapshot: &Snapshot) -> bool {
        self.seqs == Self::source_seqs(snapshot) && Arc::ptr_eq(&self.profiles, snapshot.profiles())
    }

    fn refine(&self, snapshot: &Snapshot, is_outdated: &dyn Fn() -> bool) {
        let Some(ways) = &self.ways else { return };
        let began = Instant::now();
        let table = best_case(snapshot, &ways.topology);
        for (profile, bounds) in &self.bounds {
            match Potentials::new(&ways.topology, &table, profile, is_outdated) {
                Some(potentials) => _ = bounds.set(potentials),
                None => return,
            }
        }
        let ms = began.elapsed().as_millis();
        tracing::debug!(ms, "the bounds of travel times are computed");
    }
}

/// Returns the attributes of all features as if nothing was closed, for lower bounds of travel times.
fn best_case(snapshot: &Snapshot, topology: &Topology) -> Table {
    let attr = |name: &String| {
        let (collection, id) = name.split_once('/')?;
        if let Some(passage) = snapshot.way_attributes().get(name) {
            return Some(passage.said.best_case());
        }
        let entry = source(snapshot, collection)?.get(id)?;
        let seen = Seen {
            properties: Canonical::new(entry.all_properties()),
            at: None,
        };
        Some(Said::read(collection, &seen).best_case())
    };
    let names = topology.features().iter();
    Table {
        attrs: names
            .map(|name| attr(name).unwrap_or(Attr::CLOSED))
            .collect(),
        hours: Vec::new(),
        blocked: Vec::new(),
    }
}

//! The attributes that the search reads, for one topology, one snapshot of the map and one day of departure.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::Geometry;
use jiff::Timestamp;
use jiff::tz::Offset;

use super::conditions::Conditions;
use crate::access::gate::day_of;
use crate::index::Collection;
use crate::live::{Built, Network, Snapshot, SourceSeqs, WayAttributes, Ways, geometry_stamp};
use crate::model::Canonical;
use crate::model::names::collection::{BARRIERS, BUILDINGS, COMPOUNDS, ENTRANCES, ROUTES};
use crate::network::attributes::{self, Reader, Said, Seen, closed_edges};
use crate::network::core::{self, Attr, Attributes, Blocked, Hours};
use crate::service::access::in_force;

/// People can walk under a building whose underside is at least this high, in metres.
const HEADROOM_M: f64 = 2.0;

/// The attributes of the features of a topology.
#[derive(Debug)]
pub struct Table {
    /// Shared by all queries with the same key.
    read: Arc<core::Table>,
    /// The features that one query avoids, sorted. Usually empty.
    avoided: Vec<u32>,
}

static AVOIDED: Attr = Attr::CLOSED;

impl Attributes for Table {
    fn attr(&self, feature: u32) -> &Attr {
        if self.is_avoided(feature) {
            return &AVOIDED;
        }
        self.read.attr(feature)
    }

    fn hours(&self, index: u32) -> &Hours {
        self.read.hours(index)
    }

    fn blocked(&self, edge: u32) -> Blocked {
        self.read.blocked(edge)
    }
}

/// Identifies a snapshot, a network and a departure. Tables with equal keys are equal. It is compared with each query,
/// so it is cheap to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    seq: u64,
    store: uuid::Uuid,
    network: u64,
    day: i64,
    /// The minute of the request. It is needed because closures expire without a commit.
    minute: i64,
    /// The number of day orders that have not ended at the departure.
    orders: usize,
    /// The minute of the departure if reports keep gates closed, because reports expire at a certain minute;
    /// otherwise 0.
    gates: i64,
}

impl Key {
    pub(super) fn new(snapshot: &Snapshot, network: &Built<Network>, at: Timestamp) -> Self {
        let minute = |at: Timestamp| at.as_second().div_euclid(60);
        Self {
            seq: snapshot.seq(),
            store: snapshot.store_id(),
            network: network.seq,
            day: day(at, snapshot.ledger().calendar().offset),
            minute: minute(Timestamp::now()),
            orders: in_force::open_orders(snapshot, at).len(),
            gates: if in_force::shut_until(snapshot).is_empty() {
                0
            } else {
                minute(at)
            },
        }
    }
}

/// What a table was made from. Another snapshot or minute with equal inputs has the same table.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    store: uuid::Uuid,
    network: u64,
    network_sources: SourceSeqs,
    way_attributes: Arc<WayAttributes>,
    day: i64,
    conditions: Conditions,
}

impl Inputs {
    pub(super) fn new(snapshot: &Snapshot, network: &Built<Network>, at: Timestamp) -> Self {
        Self {
            store: snapshot.store_id(),
            network: network.seq,
            network_sources: Network::source_seqs(snapshot),
            way_attributes: Arc::clone(snapshot.way_attributes()),
            day: day(at, snapshot.ledger().calendar().offset),
            conditions: Conditions::of(snapshot, at),
        }
    }

    /// Whether tables made from the two inputs are equal. The conditions are compared last, because that takes longest.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.store, self.network, self.day) == (other.store, other.network, other.day)
            && self.network_sources == other.network_sources
            && Arc::ptr_eq(&self.way_attributes, &other.way_attributes)
            && self.conditions == other.conditions
    }

    pub(super) fn conditions(&self) -> &Conditions {
        &self.conditions
    }
}

/// Returns the beginning of the local day of a departure, in seconds since the epoch.
fn day(at: Timestamp, offset: Offset) -> i64 {
    day_of(at, offset).0
}

impl Table {
    /// Reads the attributes for departures on the day of `at`. `network_seq` is the number of the commit that the
    /// topology was built from.
    pub fn new(
        snapshot: &Snapshot,
        ways: &Ways,
        network_seq: u64,
        conditions: &Conditions,
        at: Timestamp,
    ) -> Self {
        let (from, until) = in_force::known_span(&conditions.days, at);
        let conditions_of = attributes::Conditions {
            days: &conditions.days,
            from,
            until,
            orders: &conditions.orders,
            shut: &conditions.shut,
        };
        let is_behind = network_seq < snapshot.seq();
        let mut reader = Reader::new(&conditions_of);
        let names = ways.topology.features().iter().zip(0..);
        let attrs = names
            .map(|(name, feature)| {
                let geometry = is_behind.then(|| ways.geometry(feature));
                attr(snapshot, &mut reader, name, geometry)
            })
            .collect();
        let mut blocked: BTreeMap<u32, Blocked> =
            closed_edges(&ways.topology, &conditions.closures)
                .into_iter()
                .collect();
        if is_behind {
            for edge in walled_off(snapshot, ways, network_seq) {
                blocked.insert(
                    edge,
                    Blocked {
                        ebike: true,
                        foot: true,
                    },
                );
            }
        }
        Self {
            read: Arc::new(core::Table {
                attrs,
                hours: reader.into_hours(),
                blocked: blocked.into_iter().collect(),
            }),
            avoided: Vec::new(),
        }
    }

    /// Returns the same attributes with some features closed, given by their index in the topology.
    pub(super) fn avoiding(&self, mut features: Vec<u32>) -> Self {
        features.sort_unstable();
        Self {
            read: Arc::clone(&self.read),
            avoided: features,
        }
    }

    /// Returns whether the query avoids a feature.
    pub(super) fn is_avoided(&self, feature: u32) -> bool {
        !self.avoided.is_empty() && self.avoided.binary_search(&feature).is_ok()
    }
}

impl Table {
    /// Returns the attributes as plain tables.
    pub fn plain(&self) -> &core::Table {
        &self.read
    }
}

/// Returns the attributes of a feature. `geometry` is the stamp of its geometry when the topology was built. A feature
/// that has moved since is closed, because the topology has its old position.
fn attr(snapshot: &Snapshot, reader: &mut Reader<'_>, name: &str, geometry: Option<u64>) -> Attr {
    let (collection, id) = name.split_once('/').unwrap_or((name, ""));
    if matches!(collection, ROUTES | ENTRANCES) {
        let passage = snapshot.way_attributes().get(name);
        let is_moved = |now: u64| geometry.is_some_and(|then| then != now);
        let passage = passage.filter(|p| !is_moved(p.geometry));
        return reader.resolve(name, passage.map(|p| &p.said));
    }
    let entry = snapshot.collections().get(collection);
    let entry = entry.and_then(|c| c.get(id));
    let entry = entry.filter(|e| geometry.is_none_or(|then| then == geometry_stamp(e)));
    let said = entry.map(|entry| {
        let properties = Canonical::new(entry.all_properties());
        Said::read(
            collection,
            &Seen {
                properties,
                at: None,
            },
        )
    });
    reader.resolve(name, said.as_ref())
}

/// Returns the edges that are crossed by walls, buildings and walled compounds newer than the topology.
fn walled_off(snapshot: &Snapshot, ways: &Ways, network_seq: u64) -> Vec<u32> {
    let mut crossed = Vec::new();
    for name in [BARRIERS, BUILDINGS, COMPOUNDS] {
        let Some(collection) = snapshot.collections().get(name) else {
            continue;
        };
        if collection.last_seq() <= network_seq {
            continue;
        }
        for entry in collection.iter().filter(|e| e.seq() > network_seq) {
            let properties = Canonical::new(entry.all_properties());
            let Some(wall) = entry
                .geometry()
                .and_then(|geometry| wall(name, properties, geometry))
            else {
                continue;
            };
            crossed.extend(
                ways.edges
                    .crossed(&ways.topology, &wall)
                    .into_iter()
                    .filter(|edge| {
                        let feature = ways.topology.edge(*edge).feature;
                        let features = ways.topology.features();
                        // A way of another layer, or one that is covered by the building, is not blocked.
                        let way = features.get(feature as usize).map(String::as_str);
                        way.is_some_and(|way| is_on_ground(snapshot, way))
                    }),
            );
        }
    }
    crossed
}

/// Returns the geometry that a feature blocks: a barrier, the area of a building, or the outline of a walled compound.
fn wall(
    collection: &str,
    properties: Canonical<'_>,
    geometry: &Geometry<f64>,
) -> Option<Geometry<f64>> {
    if properties.number("layer").unwrap_or(0.0) != 0.0 {
        return None;
    }
    match (collection, geometry) {
        (BUILDINGS, _) => {
            let is_high = properties.number("min_height_m") >= Some(HEADROOM_M);
            (!is_high).then(|| geometry.clone())
        }
        (COMPOUNDS, Geometry::Polygon(area)) => properties
            .is_true("walled")
            .then(|| area.exterior().clone().into()),
        (COMPOUNDS, _) => None,
        _ => Some(geometry.clone()),
    }
}

fn is_on_ground(snapshot: &Snapshot, way: &str) -> bool {
    let Some((ROUTES, id)) = way.split_once('/') else {
        return true;
    };
    let entry = snapshot.collections().get(ROUTES).and_then(|c| c.get(id));
    entry.is_some_and(|entry| {
        let properties = Canonical::new(entry.all_properties());
        properties.number("layer").unwrap_or(0.0) == 0.0 && !properties.is_true("covered")
    })
}

/// Returns a collection of a map by name.
pub(super) fn collection<'a>(snapshot: &'a Snapshot, name: &str) -> Option<&'a Collection> {
    snapshot.collections().get(name).map(AsRef::as_ref)
}

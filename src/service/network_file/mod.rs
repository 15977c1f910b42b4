//! The network file for phones (`/api/network`): the network, the access cards and the directory of an area, so that a
//! phone answers without a network connection. It contains only what the public may read.
//!
//! | file | subject |
//! | --- | --- |
//! | `cut` | the part of the topology that lies in an area |
//! | `places` | buildings, entrances, facilities and day orders |
//! | `outlines` | outlines that block the line of sight: walls, buildings, walled compounds |
//! | `directory` | the names and their pinyin |
//! | `kept` | files that were built already |

mod cut;
mod directory;
mod kept;
mod outlines;
mod places;

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

pub use kept::Files;

use crate::live::{Built, Network, Snapshot};
use crate::network::Profiles;
use crate::network::core;
use crate::network::file::{Damaged, Passing, write_topology};
use crate::service::access::in_force;
use crate::service::routes::{Conditions, NoNetwork, Table};
use crate::spatial::bounds::Bounds;
use cut::Cut;

/// The most edges of one file. Such a file has about 10 MB, and a phone opens it in about a second.
const MOST_EDGES: usize = 400_000;

/// The names of the parts, in the order in which they are listed.
pub const PARTS: [&str; 4] = ["topology", "geometry", "attributes", "directory"];

/// One part of a file.
#[derive(Debug)]
pub struct Part {
    /// The SHA-256 of the bytes, in hexadecimal digits.
    pub hash: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The bytes compressed with gzip, as small as possible, because a part is built once and sent often.
    pub gzip: Vec<u8>,
}

/// The network file of an area.
#[derive(Debug, Clone)]
pub struct NetworkFile {
    /// The number of the commit that it shows.
    pub seq: u64,
    /// The number of the commit that the topology was built from.
    pub network_seq: u64,
    /// When it was built.
    pub built_at: Timestamp,
    /// From when opening hours are unknown.
    pub known_until: Timestamp,
    /// The area; `None` for the whole map.
    pub area: Option<Bounds>,
    /// The parts, in the order of [`PARTS`].
    pub parts: [Arc<Part>; PARTS.len()],
}

/// The reason why there is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFile {
    /// There is no network.
    Network(NoNetwork),
    /// The area has too many edges.
    TooLarge {
        /// The number of edges in the area.
        edges: usize,
        /// The maximum number of edges.
        most: usize,
    },
    /// The topology has features of a collection that the format does not know.
    Unwritable,
}

impl From<Damaged> for NoFile {
    fn from(_: Damaged) -> Self {
        Self::Unwritable
    }
}

impl NetworkFile {
    /// Builds the file of an area, or of the whole map if `area` is `None`. Opening hours begin with the local
    /// day of `now`, so that all files of one day are equal as long as the map is unchanged.
    ///
    /// # Errors
    /// If there is no network, or the area is too large.
    pub fn of(
        snapshot: &Snapshot,
        network: &Built<Network>,
        profiles: &Profiles,
        area: Option<Bounds>,
        now: Timestamp,
    ) -> Result<Self, NoFile> {
        let too_large = NoFile::Network(NoNetwork::TooLarge);
        let ways = network.value.ways().ok_or(too_large)?;
        let all = ways.topology.parts();
        let cut = Cut::of(all, area);
        if cut.parts.edges.len() > MOST_EDGES {
            return Err(NoFile::TooLarge {
                edges: cut.parts.edges.len(),
                most: MOST_EDGES,
            });
        }
        let mut conditions = Conditions::of(snapshot, now);
        // Gates closed by reports are left out here: the reports expire within hours, so phones evaluate them
        // themselves.
        conditions.shut = HashSet::new();
        let (from, known_until) = in_force::known_span(&conditions.days, now);
        let table = Table::new(snapshot, ways, network.seq, &conditions, now);
        let table = table.plain();
        let of_feature = |old: &u32| table.attrs.get(*old as usize).copied();
        let mut passing = Passing {
            offset_s: conditions.days.offset.seconds(),
            from: from.as_second(),
            known_until: known_until.as_second(),
            profiles: profiles.iter().map(|p| p.profile.clone()).collect(),
            way_names: (cut.features.iter())
                .map(|old| places::way_name(snapshot, all.features.get(*old as usize)?))
                .collect(),
            table: core::Table {
                attrs: cut
                    .features
                    .iter()
                    .map(|old| of_feature(old).unwrap_or_default())
                    .collect(),
                hours: table.hours.clone(),
                blocked: cut.blocked(&table.blocked),
            },
        };
        let read = places::Reading {
            snapshot,
            ways,
            conditions: &conditions,
            span: (from, known_until),
            now,
        };
        let places = read.places(&cut.parts, area, &mut passing);
        let shapes = outlines::of(snapshot, area, &places);
        let names = directory::of(snapshot, &places);
        let parts = [
            write_topology(&cut.parts)?,
            shapes.write(&cut.parts),
            places.write(&passing, &cut.parts),
            names.write(|list, index| places.name(list, index)),
        ];
        Ok(Self {
            seq: snapshot.seq(),
            network_seq: network.seq,
            built_at: now,
            known_until,
            area,
            parts: parts.map(|bytes| Arc::new(Part::of(bytes))),
        })
    }
}

impl Part {
    fn of(bytes: Vec<u8>) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory cannot fail; without a compressed form the part is sent as it is.
        let written = encoder.write_all(&bytes);
        let gzip = written.and_then(|()| encoder.finish()).unwrap_or_default();
        Self {
            hash: hex::encode(Sha256::digest(&bytes)),
            bytes,
            gzip,
        }
    }
}

/// Whether a position lies in an area.
fn is_in(area: Option<Bounds>, at: geo_types::Coord<f64>) -> bool {
    area.is_none_or(|area| area.contains_coord(at))
}

//! The large, immutable part of a collection: all features as of some commit, sorted by id, with a
//! bulk-loaded R-tree.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use geo_types::Geometry;
use rayon::slice::ParallelSliceMut as _;
use rstar::{AABB, RStarInsertionStrategy, RTree, RTreeObject, RTreeParams};

use super::Entry;
use crate::model::FeatureId;
use crate::spatial::bounds::{Bounds, extent};

/// A bounding box in the tree, in degrees. Single precision makes the tree a third smaller than
/// double precision. The box is rounded outwards, so it always contains the true box and exceeds it
/// by less than two metres; exact tests use the geometry.
pub(super) type Envelope = AABB<[f32; 2]>;

/// The R-tree over the features.
pub(super) type Tree = RTree<Leaf, WideNodes>;

/// Nodes three times as large as rstar's default. A query spends most of its time waiting for
/// memory: the boxes of one node are loaded together, and each further node is one more wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct WideNodes;

impl RTreeParams for WideNodes {
    const MIN_SIZE: usize = 6;
    const MAX_SIZE: usize = 18;
    const REINSERTION_COUNT: usize = 4;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// A bounding box in an R-tree and the slot of its entry in the list beside the tree. It is small
/// because a query may read a million of them; most answers follow from the box alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Leaf {
    envelope: Envelope,
    /// The slot, with the highest bit set if the geometry is connected (one piece).
    packed: u32,
}

const ONE_PIECE: u32 = 1 << 31;

impl Leaf {
    /// The leaf of an entry; `None` if it has no geometry.
    pub(super) fn new(entry: &Entry, slot: u32) -> Option<Self> {
        let one_piece = entry.geometry().is_some_and(is_one_piece);
        Some(Self {
            envelope: outwards(&entry.bounds()?),
            packed: slot | if one_piece { ONE_PIECE } else { 0 },
        })
    }

    pub(super) fn slot(&self) -> u32 {
        self.packed & !ONE_PIECE
    }

    /// Whether the bounding box alone proves that the geometry intersects a query box: a connected
    /// geometry that fits between two opposite sides of the query box and reaches into it must
    /// intersect it. `inside` is the largest envelope within the query box.
    pub(super) fn crosses(&self, inside: &Envelope) -> bool {
        let (low, high) = (self.envelope.lower(), self.envelope.upper());
        let (from, to) = (inside.lower(), inside.upper());
        let between = |axis: usize| from[axis] <= low[axis] && high[axis] <= to[axis];
        // Strictly less, because the true box may be smaller than the rounded envelope.
        let reaches = |axis: usize| low[axis] < to[axis] && from[axis] < high[axis];
        self.packed & ONE_PIECE != 0 && ((between(0) && reaches(1)) || (between(1) && reaches(0)))
    }

    /// A box that contains the feature's bounding box and may be slightly larger.
    pub(super) fn bounds(&self) -> Bounds {
        to_bounds(&self.envelope)
    }
}

impl RTreeObject for Leaf {
    type Envelope = Envelope;

    fn envelope(&self) -> Envelope {
        self.envelope
    }
}

pub(super) fn to_bounds(envelope: &Envelope) -> Bounds {
    let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
    Bounds::new(west.into(), south.into(), east.into(), north.into())
}

/// The smallest envelope that contains a box.
pub(super) fn outwards(b: &Bounds) -> Envelope {
    AABB::from_bounds([down(b.west), down(b.south)], [up(b.east), up(b.north)])
}

/// The largest envelope within a box; `None` for boxes too small to contain one (less than two
/// metres).
pub(super) fn inwards(b: &Bounds) -> Option<Envelope> {
    let ([west, south], [east, north]) = ([up(b.west), up(b.south)], [down(b.east), down(b.north)]);
    (west <= east && south <= north).then(|| AABB::from_bounds([west, south], [east, north]))
}

/// Whether the geometry is connected, that is, consists of one part.
fn is_one_piece(geometry: &Geometry<f64>) -> bool {
    match geometry {
        Geometry::GeometryCollection(_) => false,
        Geometry::MultiPoint(m) => m.0.len() == 1,
        Geometry::MultiLineString(m) => m.0.len() == 1,
        Geometry::MultiPolygon(m) => m.0.len() == 1,
        _ => true,
    }
}

fn down(v: f64) -> f32 {
    let f = v as f32;
    if f64::from(f) > v { f.next_down() } else { f }
}

fn up(v: f64) -> f32 {
    let f = v as f32;
    if f64::from(f) < v { f.next_up() } else { f }
}

/// All features as of some commit, sorted by id.
#[derive(Debug)]
pub(super) struct Base {
    /// A number that identifies this base within the process.
    number: u64,
    entries: Vec<Arc<Entry>>,
    tree: Tree,
    /// Boxes that together cover the longitudes of all features: one box, or a few disjoint ones if
    /// the features span more than half the globe. Only then can the extent across the antimeridian
    /// be narrower.
    spans: Vec<Bounds>,
}

impl Base {
    pub(super) fn empty() -> Self {
        Self {
            number: next_number(),
            entries: Vec::new(),
            tree: Tree::new_with_params(),
            spans: Vec::new(),
        }
    }

    /// Builds a base from entries in any order. Of several with the same id, the one with the
    /// highest seq stays.
    pub(super) fn new(mut entries: Vec<Arc<Entry>>) -> Self {
        entries.par_sort_by(|a, b| a.id().cmp(b.id()).then(b.seq().cmp(&a.seq())));
        entries.dedup_by(|later, earlier| later.id() == earlier.id());
        Self::from_sorted(entries)
    }

    /// Builds a base from entries sorted by id, each id once.
    pub(super) fn from_sorted(mut entries: Vec<Arc<Entry>>) -> Self {
        entries.shrink_to_fit();
        let leaves: Vec<Leaf> = entries
            .iter()
            .zip(0u32..)
            .filter_map(|(e, slot)| Leaf::new(e, slot))
            .collect();
        let spans = spans(&entries);
        Self {
            number: next_number(),
            tree: Tree::bulk_load_with_params(leaves),
            entries,
            spans,
        }
    }

    /// A number that identifies this base within the process.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn spans(&self) -> &[Bounds] {
        &self.spans
    }

    pub(super) fn entry(&self, slot: u32) -> Option<&Arc<Entry>> {
        self.entries.get(slot as usize)
    }

    /// The slot of an id, or `Err` with the slot where it would be inserted.
    pub(super) fn find(&self, id: &str) -> Result<u32, u32> {
        self.entries
            .binary_search_by(|e| e.id().as_str().cmp(id))
            .map(|i| i as u32)
            .map_err(|i| i as u32)
    }

    /// The first slot whose id is greater than `id`.
    pub(super) fn after(&self, id: &FeatureId) -> u32 {
        match self.find(id.as_str()) {
            Ok(slot) => slot + 1,
            Err(slot) => slot,
        }
    }
}

fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

impl Drop for Base {
    /// Dropping a million reference counts takes a tenth of a second. The last user of an old
    /// snapshot may be a request, so the entries are dropped on another thread.
    fn drop(&mut self) {
        const MANY: usize = 10_000;
        if self.entries.len() > MANY {
            let entries = std::mem::take(&mut self.entries);
            let tree = std::mem::take(&mut self.tree);
            rayon::spawn(move || drop((entries, tree)));
        }
    }
}

/// Appends the bounding box of each part: a geometry cut at the antimeridian has parts on both
/// sides.
pub(super) fn part_bounds(geometry: &Geometry<f64>, out: &mut Vec<Bounds>) {
    match geometry {
        Geometry::MultiPoint(m) => out.extend(m.0.iter().map(|p| Bounds::of_coord(p.0))),
        Geometry::MultiLineString(m) => {
            out.extend(m.0.iter().filter_map(|l| Bounds::of(&l.clone().into())));
        }
        Geometry::MultiPolygon(m) => {
            let exterior = |p: &geo_types::Polygon<f64>| p.exterior().clone().into();
            out.extend(m.0.iter().filter_map(|p| Bounds::of(&exterior(p))));
        }
        Geometry::GeometryCollection(c) => c.0.iter().for_each(|g| part_bounds(g, out)),
        other => out.extend(Bounds::of(other)),
    }
}

fn spans(entries: &[Arc<Entry>]) -> Vec<Bounds> {
    let Some(plain) = entries
        .iter()
        .filter_map(|e| e.bounds())
        .reduce(Bounds::union)
    else {
        return Vec::new();
    };
    if plain.width() <= 180.0 {
        return vec![plain];
    }
    let mut parts = Vec::with_capacity(entries.len());
    for geometry in entries.iter().filter_map(|e| e.geometry()) {
        part_bounds(geometry, &mut parts);
    }
    parts.sort_by(|a, b| a.west.total_cmp(&b.west));
    let mut merged: Vec<Bounds> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            Some(last) if part.west <= last.east => *last = last.union(part),
            _ => merged.push(part),
        }
    }
    debug_assert!(extent(merged.iter().copied()).is_some());
    merged
}

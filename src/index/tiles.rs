//! The layer of a collection in a vector tile.
//!
//! The bytes depend only on the features and not on how they are distributed over base and delta:
//! two servers, or one server before and after a merge, send the same tile.

use std::cmp::Ordering;
use std::sync::Arc;

use geo::CoordsIter as _;
use rstar::{ParentNode, RTreeNode};

use super::base::{Leaf, Tree, to_bounds};
use super::{Collection, Entry, Free, Meter};
use crate::codec::mvt::{LayerBuilder, TINY};
use crate::model::{GeometryKind, View};
use crate::spatial::bounds::Bounds;
use crate::spatial::tile::Tile;

/// The maximum number of features of a collection in a tile; the largest ones are kept. More would
/// be unreadable and too slow for a browser.
pub const MOST_FEATURES: usize = 10_000;

/// A feature that may be drawn: its size in degrees and the slot of its entry.
struct Candidate {
    size: f32,
    /// Decides between features of equal size (points): a pseudo-random number derived from the
    /// position, so that every server keeps the same ones, spread over the tile.
    lot: u32,
    slot: u32,
}

impl Collection {
    /// The bytes of the layer in a view, to be joined with other layers by appending. `None` if no
    /// feature lies in the tile or if the schema does not show the collection at this zoom level.
    pub fn tile_layer<'a>(&self, tile: &Tile, view: impl Into<View<'a>>) -> Option<Vec<u8>> {
        let Ok(layer) = self.tile_layer_metered(tile, view.into(), &Free);
        layer
    }

    /// Like [`tile_layer`](Self::tile_layer), with a meter.
    ///
    /// # Errors
    /// If the meter stops the query.
    pub fn tile_layer_metered<M: Meter>(
        &self,
        tile: &Tile,
        view: View<'_>,
        meter: &M,
    ) -> Result<Option<Vec<u8>>, M::Stop> {
        if tile.zoom() < self.schema.minzoom {
            return Ok(None);
        }
        let mut builder = LayerBuilder::new(*tile, self.schema.collection.as_str());
        for entry in self.drawn(tile, meter)? {
            if let Some(geometry) = entry.geometry() {
                let properties = entry.properties(&self.schema, view);
                meter.read(1)?;
                meter.test(geometry.coords_count())?;
                // A feature adds at most the text of its properties to the tile.
                meter.hold(properties.len())?;
                builder.push(entry.id().as_str(), geometry, properties);
            }
        }
        Ok(builder.finish())
    }

    /// The features of a tile, sorted by id.
    fn drawn<M: Meter>(&self, tile: &Tile, meter: &M) -> Result<Vec<&Arc<Entry>>, M::Stop> {
        let bounds = tile.buffered_bounds();
        let least = self.least_size(tile);
        let mut base = Vec::new();
        gather(self.base.tree(), &bounds, least, meter, &mut base)?;
        if self.delta.hides_anything() {
            base.retain(|c| !self.delta.hides(c.slot));
        }
        let mut delta = Vec::new();
        gather(self.delta.tree(), &bounds, least, meter, &mut delta)?;
        if base.len() > MOST_FEATURES {
            // The smallest candidates are dropped before any entry is read.
            keep_largest(&mut base, |c| c, |a, b| a.slot.cmp(&b.slot));
        }
        // The slots are sorted by id.
        base.sort_unstable_by_key(|c| c.slot);
        let mut all: Vec<(Candidate, &Arc<Entry>)> = base
            .into_iter()
            .filter_map(|c| self.base.entry(c.slot).map(|e| (c, e)))
            .collect();
        if delta.is_empty() {
            return Ok(all.into_iter().map(|(_, e)| e).collect());
        }
        all.extend(
            delta
                .into_iter()
                .filter_map(|c| self.delta.entry(c.slot).map(|e| (c, e))),
        );
        if all.len() > MOST_FEATURES {
            keep_largest(&mut all, |(c, _)| c, |(_, a), (_, b)| a.id().cmp(b.id()));
        }
        let mut entries: Vec<_> = all.into_iter().map(|(_, e)| e).collect();
        // The entries of base and delta are two sorted runs, which the stable sort merges quickly.
        entries.sort_by(|a, b| a.id().cmp(b.id()));
        Ok(entries)
    }

    /// The size below which no feature of this collection is drawn. It is known in advance only if
    /// all features are polygons.
    fn least_size(&self, tile: &Tile) -> Option<LeastSize> {
        let polygons = *self.schema.geometry == [GeometryKind::Polygon];
        polygons.then(|| LeastSize {
            degrees: TINY / tile.units_per_degree(),
        })
    }
}

/// Recognizes by their bounding boxes the polygons that are too small to be drawn. In doubt a
/// polygon counts as large enough, because drawing decides exactly.
#[derive(Clone, Copy)]
struct LeastSize {
    degrees: f64,
}

impl LeastSize {
    fn is_tiny(self, b: &Bounds) -> bool {
        // Web Mercator stretches a degree of latitude most at the latitude farthest from the
        // equator.
        let stretch = b
            .north
            .abs()
            .max(b.south.abs())
            .min(89.0)
            .to_radians()
            .cos();
        b.east - b.west < self.degrees && b.north - b.south < self.degrees * stretch
    }
}

fn gather<M: Meter>(
    tree: &Tree,
    bounds: &Bounds,
    least: Option<LeastSize>,
    meter: &M,
    out: &mut Vec<Candidate>,
) -> Result<(), M::Stop> {
    let mut open: Vec<&ParentNode<Leaf>> = vec![tree.root()];
    while let Some(node) = open.pop() {
        meter.see(node.children().len())?;
        let found = out.len();
        for child in node.children() {
            match child {
                RTreeNode::Parent(p) => {
                    if to_bounds(&p.envelope()).intersects(bounds) {
                        open.push(p);
                    }
                }
                RTreeNode::Leaf(leaf) => {
                    let b = leaf.bounds();
                    if b.intersects(bounds) && !least.is_some_and(|l| l.is_tiny(&b)) {
                        let place = b.west.to_bits() ^ b.south.to_bits().rotate_left(32);
                        out.push(Candidate {
                            size: (b.east - b.west + b.north - b.south) as f32,
                            lot: (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32,
                            slot: leaf.slot(),
                        });
                    }
                }
            }
        }
        meter.hold((out.len() - found) * size_of::<Candidate>())?;
    }
    Ok(())
}

/// Keeps as many candidates as a tile shows; `tie` decides between equal sizes.
fn keep_largest<T>(
    items: &mut Vec<T>,
    candidate: impl Fn(&T) -> &Candidate,
    tie: impl Fn(&T, &T) -> Ordering,
) {
    items.select_nth_unstable_by(MOST_FEATURES, |a, b| {
        let (one, other) = (candidate(a), candidate(b));
        (other.size.total_cmp(&one.size))
            .then(one.lot.cmp(&other.lot))
            .then_with(|| tie(a, b))
    });
    items.truncate(MOST_FEATURES);
}

#[cfg(test)]
mod tests {
    use crate::model::Role;
    use std::collections::BTreeSet;

    use geo_types::{Geometry, Point, coord, polygon};
    use mvt_reader::Reader;
    use mvt_reader::feature::Value;
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testkit::{a_place, play, record, schema, steps};
    use super::*;
    use crate::model::{CollectionId, Schema};

    fn ids(layer: Option<Vec<u8>>) -> BTreeSet<String> {
        let Some(bytes) = layer else {
            return BTreeSet::new();
        };
        let features = Reader::new(bytes).unwrap().get_features(0).unwrap();
        let ids: BTreeSet<String> = features
            .iter()
            .map(|f| match &f.properties.as_ref().unwrap()["id"] {
                Value::String(id) => id.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        let numbers: BTreeSet<u64> = features.iter().filter_map(|f| f.id).collect();
        assert_eq!((ids.len(), numbers.len()), (features.len(), features.len()));
        ids
    }

    #[test]
    fn a_protected_property_is_not_in_the_public_tile() {
        let place = coord! {x: 117.0, y: 39.0};
        let c = Collection::load(schema(), vec![record(1, 1, Some(Point(place).into()))]);
        let tile = Tile::at(14, place);
        let has = |role, needle: &[u8]| {
            let bytes = c.tile_layer(&tile, role).unwrap();
            bytes.windows(needle.len()).any(|w| w == needle)
        };
        assert!(!has(Role::Public, b"secret"));
        assert!(has(Role::Rider, b"secret"));
    }

    #[test]
    fn no_layer_below_the_minimum_zoom_of_the_schema() {
        let id = CollectionId::new("things").unwrap();
        let document = json!({"x-onemap-minzoom": 13, "x-onemap-geometry": ["Point"]});
        let schema = Arc::new(Schema::parse(&id, document).unwrap());
        let place = coord! {x: 117.0, y: 39.0};
        let c = Collection::load(schema, vec![record(1, 1, Some(Point(place).into()))]);
        assert!(c.tile_layer(&Tile::at(12, place), Role::Public).is_none());
        assert!(c.tile_layer(&Tile::at(13, place), Role::Public).is_some());
    }

    #[test]
    fn a_feature_across_an_edge_is_in_both_tiles() {
        let tile = Tile::at(14, coord! {x: 117.13, y: 39.22});
        let e = tile.bounds().east;
        let across: Geometry<f64> = polygon![
            (x: e - 0.001, y: 39.22), (x: e + 0.001, y: 39.22),
            (x: e + 0.001, y: 39.221), (x: e - 0.001, y: 39.221),
        ]
        .into();
        let c = Collection::load(schema(), vec![record(1, 1, Some(across))]);
        for x in [e - 0.0001, e + 0.0001] {
            let layer = c.tile_layer(&Tile::at(14, coord! {x: x, y: 39.22}), Role::Public);
            assert_eq!(ids(layer).len(), 1);
        }
    }

    #[test]
    fn a_crowded_tile_shows_the_largest_and_is_unchanged_by_a_merge() {
        let size = |n: u32| f64::from(n + 1) * 1e-6;
        let square = |n: u32| -> Geometry<f64> {
            let (x, y) = (
                117.0 + f64::from(n % 110) * 1e-3,
                39.0 + f64::from(n / 110) * 1e-3,
            );
            let s = size(n);
            polygon![(x: x, y: y), (x: x + s, y: y), (x: x + s, y: y + s), (x: x, y: y + s)].into()
        };
        let n = MOST_FEATURES as u32 + 500;
        let records = (0..n).map(|i| record(i, 1, Some(square(i)))).collect();
        let c = Collection::load(schema(), records);
        let changed: Vec<_> = (0..50)
            .map(|i| record(i * 200, 2, Some(square(i * 200))))
            .collect();
        let c = c.apply(&changed);
        let tile = Tile::at(9, coord! {x: 117.05, y: 39.05});
        let Ok(drawn) = c.drawn(&tile, &Free);
        assert_eq!(drawn.len(), MOST_FEATURES);
        assert!(
            drawn
                .iter()
                .all(|e| e.bounds().unwrap().width() > size(400))
        );
        let merged = c.with_base(c.merged_base());
        assert_eq!(
            c.tile_layer(&tile, Role::Public),
            merged.tile_layer(&tile, Role::Public)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_children_show_all_that_the_parent_shows(steps in steps(), at in a_place(), z in 0u8..9) {
            let (collection, truth) = play(&steps);
            let fresh = Collection::load(schema(), truth.into_values().collect());
            let tile = Tile::at(z, at);
            let layer = collection.tile_layer(&tile, Role::Public);
            prop_assert_eq!(&layer, &fresh.tile_layer(&tile, Role::Public));

            // The buffer of a child tile is narrower on the ground than that of its parent.
            let own: BTreeSet<String> = ids(layer)
                .into_iter()
                .filter(|id| {
                    let g = collection.get(id).and_then(|e| e.geometry());
                    g.is_some_and(|g| tile.bounds().intersects_geometry(g))
                })
                .collect();
            let below: BTreeSet<String> = tile
                .children()
                .flat_map(|t| ids(collection.tile_layer(&t, Role::Public)))
                .collect();
            prop_assert!(own.is_subset(&below), "{:?} {:?}", own, below);
        }
    }
}

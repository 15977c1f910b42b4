//! The area of a spatial condition, and the search of an R-tree for entries inside it.

use std::sync::Arc;

use geo::{CoordsIter as _, Intersects as _};
use geo_types::Geometry;
use rstar::{Envelope as _, ParentNode, RTreeNode, RTreeObject as _};

use super::{Filter, Select};
use crate::index::base::{Envelope, Leaf, Tree, inwards, outwards};
use crate::index::{Entry, Meter};
use crate::spatial::bounds::Bounds;

/// The area of a spatial condition: a bounding box, a geometry, or both.
pub(super) struct Place<'a> {
    bbox: Option<Bounds>,
    shape: Option<&'a Geometry<f64>>,
    /// An entry that intersects none of these boxes is outside the area; empty if nothing can be inside.
    around: Vec<Envelope>,
    /// An entry within one of these boxes is inside the area.
    within: Vec<Envelope>,
    /// An entry that intersects none of these boxes cannot match the filter.
    near: Option<Vec<Envelope>>,
}

impl<'a> Place<'a> {
    pub fn new(select: &'a Select<'_>) -> Self {
        let shape = select.intersects.as_ref();
        let around: Vec<Envelope> = match (&select.bbox, shape) {
            (Some(b), None) => b.parts().map(|p| outwards(&p)).collect(),
            // With both a box and a geometry, the box of the geometry alone is searched; every
            // candidate is then tested against both.
            (_, Some(g)) => Bounds::of(g).iter().map(outwards).collect(),
            (None, None) => vec![outwards(&Bounds::WORLD)],
        };
        let within = match (&select.bbox, shape) {
            (Some(b), None) => b.parts().filter_map(|p| inwards(&p)).collect(),
            _ => Vec::new(),
        };
        Self {
            bbox: select.bbox,
            shape,
            around,
            within,
            near: select.near.map(|n| n.iter().map(outwards).collect()),
        }
    }

    /// Searches a tree and collects the slots whose entries are inside the area.
    pub fn search<'e, M: Meter>(
        &self,
        tree: &Tree,
        counts: impl Fn(u32) -> bool,
        entry: impl Fn(u32) -> Option<&'e Arc<Entry>>,
        filter: Option<Filter<'_>>,
        meter: &M,
        out: &mut Vec<u32>,
    ) -> Result<(), M::Stop> {
        if tree.size() == 0 {
            return Ok(());
        }
        let mut open: Vec<(&ParentNode<Leaf>, bool)> = vec![(tree.root(), false)];
        while let Some((node, inside)) = open.pop() {
            meter.see(node.children().len())?;
            let found = out.len();
            let (mut read, mut tested) = (0, 0);
            for child in node.children() {
                match child {
                    RTreeNode::Parent(parent) => {
                        let envelope = parent.envelope();
                        if inside || self.holds(&envelope) {
                            open.push((parent, true));
                        } else if self.touches(&envelope) {
                            open.push((parent, false));
                        }
                    }
                    RTreeNode::Leaf(leaf) => {
                        let slot = leaf.slot();
                        let envelope = leaf.envelope();
                        let hit = (inside || self.touches(&envelope))
                            && counts(slot)
                            && (inside
                                || self.holds(&envelope)
                                || self.within.iter().any(|b| leaf.crosses(b))
                                || entry(slot).and_then(|e| e.geometry()).is_some_and(|g| {
                                    tested += g.coords_count();
                                    self.meets(g)
                                }))
                            && filter.is_none_or(|f| {
                                read += 1;
                                entry(slot).is_some_and(|e| f(e))
                            });
                        if hit {
                            out.push(slot);
                        }
                    }
                }
            }
            // Reported after each node of a few entries, because only then the number of entries
            // read is known.
            meter.read(read)?;
            meter.test(tested)?;
            meter.hold((out.len() - found) * size_of::<u32>())?;
        }
        Ok(())
    }

    /// Whether everything inside the envelope is inside the area.
    fn holds(&self, envelope: &Envelope) -> bool {
        self.within.iter().any(|b| b.contains_envelope(envelope))
            && self
                .near
                .as_ref()
                .is_none_or(|near| near.iter().any(|b| b.contains_envelope(envelope)))
    }

    fn touches(&self, envelope: &Envelope) -> bool {
        self.around.iter().any(|b| b.intersects(envelope))
            && self
                .near
                .as_ref()
                .is_none_or(|near| near.iter().any(|b| b.intersects(envelope)))
    }

    fn meets(&self, geometry: &Geometry<f64>) -> bool {
        self.bbox.is_none_or(|b| b.intersects_geometry(geometry))
            && self.shape.is_none_or(|g| g.intersects(geometry))
    }
}

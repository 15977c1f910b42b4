//! Straight segments of lines in an R-tree.

use rstar::{AABB, RTree, RTreeObject};

use super::plane::{Pt, nearest_share};

/// A straight piece of a line.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    /// The position of its start, in metres in the plane.
    pub a: Pt,
    /// The position of its end, in metres in the plane.
    pub b: Pt,
    /// The line that it belongs to.
    pub line: u32,
    /// Its position in the line, from 0.
    pub at: u32,
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.a.x, self.a.y], [self.b.x, self.b.y])
    }
}

/// The point of a segment that is nearest to a position.
#[derive(Debug, Clone, Copy)]
pub struct Near {
    /// The segment on which the point lies.
    pub segment: Segment,
    /// The position of the point along the segment, from 0 to 1.
    pub share: f64,
    /// The nearest point, in metres in the plane.
    pub at: Pt,
    /// The distance from the position, in metres.
    pub metres: f64,
}

/// Segments in an R-tree.
pub struct Segments(RTree<Segment>);

impl Segments {
    /// Indexes segments.
    pub fn new(segments: Vec<Segment>) -> Self {
        Self(RTree::bulk_load(segments))
    }

    /// The segments whose box meets the box around two positions, widened by `margin` metres.
    pub fn around(&self, a: Pt, b: Pt, margin: f64) -> impl Iterator<Item = &Segment> {
        let window = AABB::from_corners(
            [a.x.min(b.x) - margin, a.y.min(b.y) - margin],
            [a.x.max(b.x) + margin, a.y.max(b.y) + margin],
        );
        self.0.locate_in_envelope_intersecting(window)
    }

    /// The nearest point of each segment within `reach` metres of a position, nearest first.
    pub fn near(&self, p: Pt, reach: f64, keep: impl Fn(&Segment) -> bool) -> Vec<Near> {
        let mut found: Vec<Near> = self
            .around(p, p, reach)
            .filter(|s| keep(s))
            .map(|segment| {
                let share = nearest_share(segment.a, segment.b, p);
                let at = segment.a.toward(segment.b, share);
                Near {
                    segment: *segment,
                    share,
                    at,
                    metres: at.to(p),
                }
            })
            .filter(|near| near.metres <= reach)
            .collect();
        found.sort_by(|x, y| {
            x.metres
                .total_cmp(&y.metres)
                .then_with(|| (x.segment.line, x.segment.at).cmp(&(y.segment.line, y.segment.at)))
        });
        found
    }
}

//! A spatial index of polygons. It finds the building or compound that contains a position.

use rstar::{AABB, RTree, RTreeObject};

use super::plane::Pt;

/// The rings of a feature and the box around them.
struct Body {
    envelope: AABB<[f64; 2]>,
    feature: u32,
    rings: Vec<Vec<Pt>>,
}

impl RTreeObject for Body {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

/// Polygons in an R-tree.
pub struct Bodies(RTree<Body>);

impl Bodies {
    /// Indexes features by their rings: outlines and holes, each closed.
    pub fn new(features: impl IntoIterator<Item = (u32, Vec<Vec<Pt>>)>) -> Self {
        let bodies = features
            .into_iter()
            .filter(|(_, rings)| rings.iter().any(|ring| !ring.is_empty()))
            .map(|(feature, rings)| {
                let corners: Vec<[f64; 2]> = rings.iter().flatten().map(|p| [p.x, p.y]).collect();
                Body {
                    envelope: AABB::from_points(&corners),
                    feature,
                    rings,
                }
            });
        Self(RTree::bulk_load(bodies.collect()))
    }

    /// The features that contain a position. A position on an edge may count as inside or outside.
    pub fn at(&self, p: Pt) -> impl Iterator<Item = u32> {
        self.0
            .locate_in_envelope_intersecting(AABB::from_point([p.x, p.y]))
            .filter(move |body| is_inside(&body.rings, p))
            .map(|body| body.feature)
    }
}

/// Whether a position lies inside rings: within an outline and in no hole.
pub fn is_inside(rings: &[Vec<Pt>], p: Pt) -> bool {
    let crossed: usize = rings.iter().map(|ring| crossed(ring, p)).sum();
    crossed % 2 == 1
}

/// The number of times that a ray from a position to the east crosses a ring.
fn crossed(ring: &[Pt], p: Pt) -> usize {
    ring.windows(2)
        .filter(|w| {
            let (a, b) = (w[0], w[1]);
            (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_courtyard_is_not_inside_its_building() {
        let ring = |r: f64| {
            [(-r, -r), (r, -r), (r, r), (-r, r), (-r, -r)]
                .map(|(x, y)| Pt { x, y })
                .to_vec()
        };
        let bodies = Bodies::new([(3, vec![ring(10.0), ring(4.0)]), (4, Vec::new())]);
        let at = |x| bodies.at(Pt { x, y: 0.0 }).collect::<Vec<_>>();
        assert_eq!(at(7.0), [3]);
        assert!(at(1.0).is_empty());
        assert!(at(11.0).is_empty());
    }
}

//! The spatial operators, defined by the DE-9IM of OGC Simple Features.

use geo::{CoordsIter as _, Intersects as _, Relate as _};
use geo_types::Geometry;

use super::edges::Edges;
use super::relation::{CROSSING, MANY, RELATE, crossings, of_matrix};
use crate::codec::cql2::Spatial;
use crate::index::Meter;
use crate::spatial::bounds::Bounds;

/// A geometry literal of the expression.
#[derive(Debug)]
pub(super) struct Literal {
    pub geometry: Geometry<f64>,
    pub bounds: Option<Bounds>,
    /// An index over the edges of the geometry, if there are many.
    pub edges: Option<Edges>,
}

impl Literal {
    pub fn new(geometry: Geometry<f64>) -> Self {
        Self {
            bounds: Bounds::of(&geometry),
            edges: Edges::of(&geometry),
            geometry,
        }
    }

    pub fn shape(&self) -> Shape<'_> {
        Shape {
            geometry: &self.geometry,
            bounds: self.bounds,
            edges: self.edges.as_ref(),
        }
    }
}

/// A geometry with its bounding box.
#[derive(Debug, Clone)]
pub(super) struct Shape<'a> {
    pub geometry: &'a Geometry<f64>,
    pub bounds: Option<Bounds>,
    pub edges: Option<&'a Edges>,
}

impl<'a> Shape<'a> {
    pub fn of(geometry: &'a Geometry<f64>) -> Self {
        Self {
            geometry,
            bounds: Bounds::of(geometry),
            edges: None,
        }
    }
}

/// Whether an operator holds between two geometries; `None` if one is empty.
pub(super) fn holds<M: Meter>(
    op: Spatial,
    a: &Shape<'_>,
    b: &Shape<'_>,
    meter: &M,
) -> Result<Option<bool>, M::Stop> {
    let (Some(a_box), Some(b_box)) = (a.bounds, b.bounds) else {
        return Ok(None);
    };
    if !a_box.intersects(&b_box) {
        return Ok(Some(op == Spatial::Disjoint));
    }
    // If one bounding box is not within the other, some operators cannot hold.
    let possible = match op {
        Spatial::Within => b_box.contains(&a_box),
        Spatial::Contains => a_box.contains(&b_box),
        Spatial::Equals => a_box == b_box,
        _ => true,
    };
    if !possible {
        return Ok(Some(false));
    }
    let decided = match (a.edges, b.edges) {
        (None, Some(edges)) => edges.holds(op, (a.geometry, &a_box), &b_box, meter)?,
        (Some(edges), None) => edges.holds(turned(op), (b.geometry, &b_box), &a_box, meter)?,
        _ => None,
    };
    if decided.is_some() {
        return Ok(decided);
    }
    let (a, b) = (a.geometry, b.geometry);
    match op {
        Spatial::Intersects | Spatial::Disjoint => {
            crossings(a, &a_box, b, &b_box, meter)?;
            Ok(Some(a.intersects(b) == (op == Spatial::Intersects)))
        }
        _ => {
            meter.test(RELATE * (a.coords_count() + b.coords_count()))?;
            let most = crossings(a, &a_box, b, &b_box, meter)?;
            if most > MANY {
                meter.hold(most * CROSSING)?;
            }
            Ok(Some(of_matrix(op, &a.relate(b))))
        }
    }
}

/// The operator that holds between the same geometries in the opposite order.
fn turned(op: Spatial) -> Spatial {
    match op {
        Spatial::Within => Spatial::Contains,
        Spatial::Contains => Spatial::Within,
        other => other,
    }
}

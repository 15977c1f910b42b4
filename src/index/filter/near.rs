//! Computes boxes outside of which an expression cannot be true, to narrow the search of the
//! R-tree.

use super::eval::Expr;
use super::value::Value;
use crate::codec::cql2::Spatial;
use crate::index::base::part_bounds;
use crate::spatial::bounds::Bounds;

/// The maximum number of boxes; if there are more, their common bounding box is used.
const MOST: usize = 16;

/// The boxes of an expression, none of which crosses the antimeridian. `None` if the expression can
/// be true anywhere or for features without a geometry.
pub(super) fn near(expr: &Expr) -> Option<Vec<Bounds>> {
    match expr {
        // A condition that is never true matches nowhere.
        Expr::Const(Value::Bool(false) | Value::Null) => Some(Vec::new()),
        Expr::And(all) => all.iter().filter_map(near).reduce(|a, b| few(meet(&a, &b))),
        Expr::Or(any) => {
            let each: Option<Vec<_>> = any.iter().map(near).collect();
            each.map(|boxes| few(boxes.concat()))
        }
        Expr::Not(inner) => match inner.as_ref() {
            Expr::Spatial(Spatial::Disjoint, a, b) => literal(a, b),
            _ => None,
        },
        Expr::Spatial(op, a, b) if *op != Spatial::Disjoint => literal(a, b),
        _ => None,
    }
}

/// The boxes of the literal that is compared with the geometry of the feature.
fn literal(a: &Expr, b: &Expr) -> Option<Vec<Bounds>> {
    let ((Expr::Geometry, Expr::Shape(shape)) | (Expr::Shape(shape), Expr::Geometry)) = (a, b)
    else {
        return None;
    };
    let mut boxes = Vec::new();
    part_bounds(&shape.geometry, &mut boxes);
    Some(few(boxes))
}

/// The intersections of each box of `a` with each box of `b`; pairs that do not meet give none.
fn meet(a: &[Bounds], b: &[Bounds]) -> Vec<Bounds> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    pairs
        .filter(|(a, b)| a.intersects(b))
        .map(|(a, b)| {
            Bounds::new(
                a.west.max(b.west),
                a.south.max(b.south),
                a.east.min(b.east),
                a.north.min(b.north),
            )
        })
        .collect()
}

fn few(boxes: Vec<Bounds>) -> Vec<Bounds> {
    if boxes.len() <= MOST {
        return boxes;
    }
    boxes
        .into_iter()
        .reduce(Bounds::union)
        .into_iter()
        .collect()
}

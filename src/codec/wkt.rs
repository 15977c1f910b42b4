//! Writes geometries as Well-Known Text (OGC 06-103r4), which GDAL and spreadsheets read: `POINT
//! (117 39.25)`. Coordinates have the shortest text that reads back as the same double.

use std::fmt::Write;

use geo_types::{Coord, Geometry, LineString, Polygon};

/// The WKT of a geometry.
pub fn text(geometry: &Geometry<f64>) -> String {
    let mut out = String::new();
    write(&mut out, geometry);
    out
}

fn write(out: &mut String, geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(p) => {
            out.push_str("POINT ");
            line(out, &[p.0]);
        }
        Geometry::MultiPoint(m) => {
            out.push_str("MULTIPOINT ");
            list(out, &m.0, |out, p| line(out, &[p.0]));
        }
        Geometry::Line(l) => {
            out.push_str("LINESTRING ");
            line(out, &[l.start, l.end]);
        }
        Geometry::LineString(l) => {
            out.push_str("LINESTRING ");
            line(out, &l.0);
        }
        Geometry::MultiLineString(m) => {
            out.push_str("MULTILINESTRING ");
            list(out, &m.0, |out, l| line(out, &l.0));
        }
        Geometry::Polygon(p) => {
            out.push_str("POLYGON ");
            polygon(out, p);
        }
        Geometry::MultiPolygon(m) => {
            out.push_str("MULTIPOLYGON ");
            list(out, &m.0, polygon);
        }
        Geometry::Rect(r) => write(out, &r.to_polygon().into()),
        Geometry::Triangle(t) => write(out, &t.to_polygon().into()),
        Geometry::GeometryCollection(c) => {
            out.push_str("GEOMETRYCOLLECTION ");
            list(out, &c.0, write);
        }
    }
}

fn polygon(out: &mut String, polygon: &Polygon<f64>) {
    let rings: Vec<&LineString<f64>> = std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .collect();
    list(out, &rings, |out, ring| line(out, &ring.0));
}

fn line(out: &mut String, coords: &[Coord<f64>]) {
    list(out, coords, |out, c| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{} {}", c.x, c.y);
    });
}

fn list<T>(out: &mut String, items: &[T], each: impl Fn(&mut String, &T)) {
    if items.is_empty() {
        out.push_str("EMPTY");
        return;
    }
    for (i, item) in items.iter().enumerate() {
        out.push_str(if i == 0 { "(" } else { ", " });
        each(out, item);
    }
    out.push(')');
}

#[cfg(test)]
mod tests {
    use geo_types::{GeometryCollection, MultiPoint, MultiPolygon, Point, line_string, polygon};

    use super::*;

    #[test]
    fn every_type_is_written_as_the_standard_has_it() {
        let square = polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0), (x: 0.0, y: 0.0)],
            interiors: [[(x: 1.0, y: 1.0), (x: 2.0, y: 1.0), (x: 2.0, y: 2.0), (x: 1.0, y: 1.0)]],
        );
        let point = Point::new(117.000_000_1, 39.25);
        for (geometry, expected) in [
            (Geometry::Point(point), "POINT (117.0000001 39.25)"),
            (
                Geometry::MultiPoint(MultiPoint(vec![point, Point::new(1.0, -2.5)])),
                "MULTIPOINT ((117.0000001 39.25), (1 -2.5))",
            ),
            (
                Geometry::LineString(line_string![(x: 1.0, y: 2.0), (x: 3.0, y: 4.0)]),
                "LINESTRING (1 2, 3 4)",
            ),
            (
                Geometry::Polygon(square.clone()),
                "POLYGON ((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))",
            ),
            (
                Geometry::MultiPolygon(MultiPolygon(vec![square])),
                "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1)))",
            ),
            (
                Geometry::GeometryCollection(GeometryCollection(vec![point.into()])),
                "GEOMETRYCOLLECTION (POINT (117.0000001 39.25))",
            ),
            (
                Geometry::GeometryCollection(GeometryCollection(Vec::new())),
                "GEOMETRYCOLLECTION EMPTY",
            ),
        ] {
            assert_eq!(text(&geometry), expected);
        }
    }
}

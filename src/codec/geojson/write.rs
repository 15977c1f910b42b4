//! Writes GeoJSON as bytes, appended to a buffer.
//!
//! The writer does not use serde, because these bytes are most of what the server sends: numbers
//! take the shortest text that reads back as the same double, whole numbers have no `.0`, and there
//! is no white space. Rings are written as they are: their winding was set to that of RFC 7946 when
//! the feature was read.

use geo_types::{Coord, Geometry, LineString, Point, Polygon};
use jiff::Timestamp;

/// Appends a geometry object, or `null`.
pub fn geometry_or_null(out: &mut Vec<u8>, geometry: Option<&Geometry<f64>>) {
    match geometry {
        Some(g) => self::geometry(out, g),
        None => out.extend_from_slice(b"null"),
    }
}

/// Appends a geometry object.
pub fn geometry(out: &mut Vec<u8>, geometry: &Geometry<f64>) {
    if let Geometry::GeometryCollection(c) = geometry {
        out.extend_from_slice(b"{\"type\":\"GeometryCollection\",\"geometries\":");
        list(out, &c.0, self::geometry);
        out.push(b'}');
        return;
    }
    let name = match geometry {
        Geometry::Point(_) => "Point",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        _ => "Polygon",
    };
    out.extend_from_slice(b"{\"type\":\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\",\"coordinates\":");
    match geometry {
        Geometry::Point(p) => coord(out, &p.0),
        Geometry::MultiPoint(m) => list(out, &m.0, |out, p: &Point<f64>| coord(out, &p.0)),
        Geometry::Line(l) => list(out, &[l.start, l.end], coord),
        Geometry::LineString(l) => line(out, l),
        Geometry::MultiLineString(m) => list(out, &m.0, line),
        Geometry::Polygon(p) => polygon(out, p),
        Geometry::MultiPolygon(m) => list(out, &m.0, polygon),
        Geometry::Rect(r) => polygon(out, &r.to_polygon()),
        Geometry::Triangle(t) => polygon(out, &t.to_polygon()),
        // Handled at the top of the function.
        Geometry::GeometryCollection(_) => {}
    }
    out.push(b'}');
}

/// The parts of a feature to be written. Geometry and properties are JSON texts already.
pub struct FeatureParts<'a> {
    /// The feature's id.
    pub id: &'a str,
    /// The geometry object, or `null`.
    pub geometry: &'a [u8],
    /// The properties object.
    pub properties: &'a str,
    /// The number of the commit that wrote the feature.
    pub seq: u64,
    /// The time of the commit that wrote the feature.
    pub updated_at: Timestamp,
}

/// Appends a Feature with `seq` and `updated_at` as foreign members beside the properties. Returns
/// the offsets in the buffer at which the geometry and the properties begin.
pub fn feature(out: &mut Vec<u8>, parts: &FeatureParts<'_>) -> (usize, usize) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    text(out, parts.id);
    out.extend_from_slice(b",\"geometry\":");
    let geometry_at = out.len();
    out.extend_from_slice(parts.geometry);
    out.extend_from_slice(PROPERTIES_KEY);
    let properties_at = out.len();
    out.extend_from_slice(parts.properties.as_bytes());
    out.extend_from_slice(b",\"seq\":");
    // Writing to a Vec cannot fail.
    let _ = serde_json::to_writer(&mut *out, &parts.seq);
    out.extend_from_slice(b",\"updated_at\":\"");
    let _ = std::io::Write::write_fmt(out, format_args!("{}", parts.updated_at));
    out.extend_from_slice(b"\"}");
    (geometry_at, properties_at)
}

/// The bytes between a feature's geometry and its properties.
pub const PROPERTIES_KEY: &[u8] = b",\"properties\":";

/// Appends a JSON string.
pub fn text(out: &mut Vec<u8>, text: &str) {
    // Writing a str to a Vec cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// Appends a number as the shortest text that reads back as the same double: `117`, `39.22`,
/// `1e-7`.
pub fn number(out: &mut Vec<u8>, number: f64) {
    let from = out.len();
    let _ = serde_json::to_writer(&mut *out, &number);
    if out.ends_with(b".0") {
        out.truncate(out.len() - 2);
        if out.get(from..) == Some(b"-0") {
            out.remove(from);
        }
    }
}

fn coord(out: &mut Vec<u8>, c: &Coord<f64>) {
    out.push(b'[');
    number(out, c.x);
    out.push(b',');
    number(out, c.y);
    out.push(b']');
}

fn line(out: &mut Vec<u8>, l: &LineString<f64>) {
    list(out, &l.0, coord);
}

fn polygon(out: &mut Vec<u8>, p: &Polygon<f64>) {
    out.push(b'[');
    line(out, p.exterior());
    for hole in p.interiors() {
        out.push(b',');
        line(out, hole);
    }
    out.push(b']');
}

fn list<T>(out: &mut Vec<u8>, items: &[T], mut each: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        each(out, item);
    }
    out.push(b']');
}

#[cfg(test)]
mod tests {
    use geo_types::{
        GeometryCollection, MultiLineString, MultiPoint, MultiPolygon, line_string, polygon,
    };
    use proptest::prelude::*;

    use super::*;

    fn written(g: &Geometry<f64>) -> String {
        let mut out = Vec::new();
        geometry(&mut out, g);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn whole_numbers_have_no_fraction() {
        for (n, expected) in [
            (117.0, "117"),
            (-0.0, "0"),
            (39.22, "39.22"),
            (-180.0, "-180"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            let mut out = Vec::new();
            number(&mut out, n);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    /// Converts a geometry of the `geojson` crate. The crate's own conversion needs an old version
    /// of `geo-types`.
    fn understood(read: geojson::Geometry) -> Geometry<f64> {
        use geojson::{GeometryValue as Value, Position};
        let coord = |p: &Position| Coord { x: p[0], y: p[1] };
        let line = |l: &Vec<Position>| LineString(l.iter().map(coord).collect());
        let polygon = |rings: &Vec<Vec<Position>>| {
            let holes = rings[1..].iter().map(line).collect();
            Polygon::new(line(&rings[0]), holes)
        };
        match read.value {
            Value::Point { coordinates } => Point(coord(&coordinates)).into(),
            Value::MultiPoint { coordinates } => {
                MultiPoint(coordinates.iter().map(|p| Point(coord(p))).collect()).into()
            }
            Value::LineString { coordinates } => line(&coordinates).into(),
            Value::MultiLineString { coordinates } => {
                MultiLineString(coordinates.iter().map(line).collect()).into()
            }
            Value::Polygon { coordinates } => polygon(&coordinates).into(),
            Value::MultiPolygon { coordinates } => {
                MultiPolygon(coordinates.iter().map(polygon).collect()).into()
            }
            Value::GeometryCollection { geometries } => Geometry::GeometryCollection(
                GeometryCollection(geometries.into_iter().map(understood).collect()),
            ),
        }
    }

    #[test]
    fn every_geometry_type_round_trips() {
        let square = polygon!(
            exterior: [(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.5), (x: 0., y: 0.)],
            interiors: [[(x: 3., y: 1.), (x: 4., y: 3.), (x: 4., y: 1.), (x: 3., y: 1.)]],
        );
        let line = line_string![(x: 117.13, y: 39.22), (x: 117.14, y: 39.22)];
        let all: Vec<Geometry<f64>> = vec![
            Point::new(1.5, 2.0).into(),
            MultiPoint(vec![Point::new(1.5, 2.0), Point::new(0.0, 0.0)]).into(),
            line.clone().into(),
            MultiLineString(vec![line.clone(), line]).into(),
            square.clone().into(),
            MultiPolygon(vec![square.clone(), square]).into(),
        ];
        assert_eq!(
            written(&all[0]),
            r#"{"type":"Point","coordinates":[1.5,2]}"#
        );
        for g in all
            .iter()
            .cloned()
            .chain([Geometry::GeometryCollection(GeometryCollection(
                all.clone(),
            ))])
        {
            let read: geojson::Geometry = written(&g).parse().unwrap();
            assert_eq!(understood(read), g);
        }
    }

    #[test]
    fn a_feature_is_written_in_the_documented_form() {
        let mut out = Vec::new();
        let (g, p) = feature(
            &mut out,
            &FeatureParts {
                id: "温泉花园\"3\"",
                geometry: b"null",
                properties: r#"{"a":1}"#,
                seq: 12,
                updated_at: "2026-11-22T06:05:00Z".parse().unwrap(),
            },
        );
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            r#"{"type":"Feature","id":"温泉花园\"3\"","geometry":null,"properties":{"a":1},"seq":12,"updated_at":"2026-11-22T06:05:00Z"}"#
        );
        assert!(text[g..].starts_with("null"));
        assert!(text[p..].starts_with(r#"{"a""#));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn a_number_reads_back_exactly(n in prop::num::f64::NORMAL | prop::num::f64::ZERO) {
            let mut out = Vec::new();
            number(&mut out, n);
            let text = String::from_utf8(out).unwrap();
            prop_assert_eq!(text.parse::<f64>().unwrap(), n);
            prop_assert_eq!(serde_json::from_str::<f64>(&text).unwrap(), n);
        }
    }
}

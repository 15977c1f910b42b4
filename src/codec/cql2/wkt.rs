//! Parses geometries in CQL2 text: Well-Known Text is converted to a GeoJSON value, so that one
//! reader checks the geometries of both encodings. Z and M values are dropped, because the map is
//! two-dimensional.

use serde_json::{Value, json};

use super::build::Built;
use super::tokens::{Cursor, Lexeme};

/// A geometry type: its name in WKT and in GeoJSON.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    wkt: &'static str,
    geojson: &'static str,
    /// The nesting depth of the coordinate lists.
    nested: usize,
}

const SHAPES: &[Shape] = &[
    shape_of("POINT", "Point", 0),
    shape_of("LINESTRING", "LineString", 1),
    shape_of("POLYGON", "Polygon", 2),
    shape_of("MULTIPOINT", "MultiPoint", 1),
    shape_of("MULTILINESTRING", "MultiLineString", 2),
    shape_of("MULTIPOLYGON", "MultiPolygon", 3),
    shape_of("GEOMETRYCOLLECTION", "GeometryCollection", 0),
];

const fn shape_of(wkt: &'static str, geojson: &'static str, nested: usize) -> Shape {
    Shape {
        wkt,
        geojson,
        nested,
    }
}

/// The dimension keywords of WKT.
const DIMENSIONS: &[&str] = &["Z", "M", "ZM"];

/// The geometry type at the cursor, if one begins there: `POINT(`, `POINT Z (` or `POINT EMPTY`.
/// The name alone is read as a property.
pub(super) fn shape(parser: &Cursor<'_>, word: &str) -> Option<Shape> {
    let shape = SHAPES.iter().find(|s| s.wkt.eq_ignore_ascii_case(word))?;
    let begins = match parser.peek_next() {
        Lexeme::Symbol("(") => true,
        Lexeme::Word(w) => {
            w.eq_ignore_ascii_case("EMPTY") || DIMENSIONS.iter().any(|d| w.eq_ignore_ascii_case(d))
        }
        _ => false,
    };
    begins.then_some(*shape)
}

/// Parses a geometry; the cursor stands behind its type name.
pub(super) fn read(parser: &mut Cursor<'_>, shape: Shape) -> Built<Value> {
    parser.advance();
    if let Lexeme::Word(w) = parser.peek()
        && DIMENSIONS.iter().any(|d| w.eq_ignore_ascii_case(d))
    {
        parser.advance();
    }
    if shape.geojson == "GeometryCollection" {
        let members = list(parser, |p| p.deeper(member))?;
        return Ok(json!({"type": shape.geojson, "geometries": members}));
    }
    let coordinates = match (shape.geojson, shape.nested) {
        ("Point", _) => {
            parser.symbol("(")?;
            let position = position(parser)?;
            parser.symbol(")")?;
            position
        }
        // WKT allows both MULTIPOINT((1 2), (3 4)) and MULTIPOINT(1 2, 3 4).
        ("MultiPoint", _) => Value::Array(list(parser, |p| {
            let wrapped = p.take_symbol("(");
            let position = position(p)?;
            if wrapped {
                p.symbol(")")?;
            }
            Ok(position)
        })?),
        (_, nested) => lists(parser, nested)?,
    };
    Ok(json!({"type": shape.geojson, "coordinates": coordinates}))
}

fn member(parser: &mut Cursor<'_>) -> Built<Value> {
    let shape = match parser.peek() {
        Lexeme::Word(word) => shape(parser, &word.clone()),
        _ => None,
    };
    match shape {
        Some(shape) => read(parser, shape),
        None => Err(parser.expected("a geometry such as POINT(117.1 39.2)")),
    }
}

fn lists(parser: &mut Cursor<'_>, nested: usize) -> Built<Value> {
    let items = match nested {
        0 | 1 => list(parser, position)?,
        n => list(parser, |p| lists(p, n - 1))?,
    };
    Ok(Value::Array(items))
}

fn list(
    parser: &mut Cursor<'_>,
    item: impl Fn(&mut Cursor<'_>) -> Built<Value>,
) -> Built<Vec<Value>> {
    parser.symbol("(")?;
    let mut items = vec![item(parser)?];
    while parser.take_symbol(",") {
        items.push(item(parser)?);
    }
    parser.symbol(")")?;
    Ok(items)
}

/// Parses two to four numbers and keeps the first two.
fn position(parser: &mut Cursor<'_>) -> Built<Value> {
    let (x, y) = (parser.number()?, parser.number()?);
    for _ in 0..2 {
        if matches!(parser.peek(), Lexeme::Number(_) | Lexeme::Symbol("-" | "+")) {
            parser.number()?;
        }
    }
    Ok(json!([x, y]))
}

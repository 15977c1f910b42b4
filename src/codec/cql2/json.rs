//! Parses CQL2 JSON.

use serde_json::{Map, Value};

use super::build::{Builder, Built};
use super::{FilterError, Kind, Node, Op, Position};

/// The names of the GeoJSON geometry types.
const GEOMETRIES: &[&str] = &[
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
];

/// The objects that CQL2 JSON allows as a value, for error texts.
const OBJECTS: &str = "an object with op and args, property, date, timestamp, interval or bbox, or a \
    GeoJSON geometry";

pub(super) fn parse(expression: &str, builder: &mut Builder) -> Built {
    let value: Value = serde_json::from_str(expression).map_err(|e| {
        let problem = format!("expected a JSON document: {e}");
        FilterError::new(&Position::Pointer(String::new()), problem)
    })?;
    read(&value, "", 1, builder)
}

fn pointer(place: &str, key: impl std::fmt::Display) -> String {
    format!("{place}/{key}")
}

fn read(value: &Value, place: &str, depth: usize, builder: &mut Builder) -> Built {
    let at = Position::Pointer(place.to_owned());
    builder.depth(&at, depth)?;
    match value {
        Value::Bool(b) => builder.node(at, Kind::Bool(*b)),
        Value::Number(n) => builder.node(at, Kind::Number(n.as_f64().unwrap_or(f64::NAN))),
        Value::String(s) => builder.node(at, Kind::Text(s.clone())),
        Value::Array(list) => {
            let list = read_all(list, place, depth, builder)?;
            builder.node(at, Kind::Array(list))
        }
        Value::Object(map) => read_object(map, value, place, depth, builder),
        Value::Null => Err(FilterError::new(
            &at,
            "expected a value, found null; use the operator isNull to test for null",
        )),
    }
}

fn read_all(list: &[Value], place: &str, depth: usize, builder: &mut Builder) -> Built<Vec<Node>> {
    list.iter()
        .enumerate()
        .map(|(i, v)| read(v, &pointer(place, i), depth + 1, builder))
        .collect()
}

fn read_object(
    map: &Map<String, Value>,
    value: &Value,
    place: &str,
    depth: usize,
    builder: &mut Builder,
) -> Built {
    let at = Position::Pointer(place.to_owned());
    let only = |keys: &[&str]| match map.keys().find(|k| !keys.contains(&k.as_str())) {
        None => Ok(()),
        Some(key) => Err(FilterError::new(
            &at,
            format!("unknown member {key:?} beside {}", keys.join(", ")),
        )),
    };
    if let Some(op) = map.get("op") {
        only(&["op", "args"])?;
        let inner = |key| Position::Pointer(pointer(place, key));
        let Some(name) = op.as_str().filter(|n| !n.is_empty()) else {
            let problem =
                "expected the name of an operator or function such as \"=\" or \"s_intersects\"";
            return Err(FilterError::new(&inner("op"), problem));
        };
        let Some(args) = map.get("args").and_then(Value::as_array) else {
            return Err(FilterError::new(
                &inner("args"),
                "expected a list of arguments",
            ));
        };
        let args = read_all(args, &pointer(place, "args"), depth, builder)?;
        return builder.call(at, Op::named(name), args);
    }
    if let Some(name) = map.get("property") {
        only(&["property"])?;
        return match name {
            Value::String(name) => builder.node(at, Kind::Property(name.clone())),
            _ => Err(FilterError::new(&at, "expected the name of a property")),
        };
    }
    for (key, is_date) in [("date", true), ("timestamp", false)] {
        if let Some(text) = map.get(key) {
            only(&[key])?;
            let text = text.as_str().unwrap_or_default();
            return if is_date {
                builder.date(at, text)
            } else {
                builder.timestamp(at, text)
            };
        }
    }
    if let Some(ends) = map.get("interval") {
        only(&["interval"])?;
        return read_interval(ends, place, depth, builder);
    }
    if let Some(numbers) = map.get("bbox") {
        only(&["bbox"])?;
        let numbers: Option<Vec<f64>> = numbers
            .as_array()
            .and_then(|list| list.iter().map(Value::as_f64).collect());
        return match numbers {
            Some(numbers) => builder.bbox(at, &numbers),
            None => Err(FilterError::new(&at, "expected a list of 4 or 6 numbers")),
        };
    }
    match map.get("type").and_then(Value::as_str) {
        Some(name) if GEOMETRIES.contains(&name) => builder.geometry(at, value),
        _ => Err(FilterError::new(&at, format!("expected {OBJECTS}"))),
    }
}

fn read_interval(ends: &Value, place: &str, depth: usize, builder: &mut Builder) -> Built {
    let at = Position::Pointer(place.to_owned());
    let place = pointer(place, "interval");
    let Some([from, to]) = ends.as_array().map(Vec::as_slice) else {
        let problem = "expected the two ends of the interval";
        return Err(FilterError::new(&Position::Pointer(place), problem));
    };
    let mut both = Vec::with_capacity(2);
    for (i, end) in [from, to].into_iter().enumerate() {
        let place = pointer(&place, i);
        both.push(match end {
            Value::String(text) => builder.bound(Position::Pointer(place), text)?,
            other => read(other, &place, depth + 1, builder)?,
        });
    }
    builder.node(at, Kind::Interval(both))
}

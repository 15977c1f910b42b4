//! Encodes expressions as CQL2 JSON.

use onemap::codec::cql2::{Instant, Kind, Node};
use onemap::codec::geojson::write::geometry_or_null;
use serde_json::{Value, json};

/// Writes a parsed expression as CQL2 JSON.
pub fn json(node: &Node) -> Value {
    let all = |nodes: &[Node]| -> Vec<Value> { nodes.iter().map(json).collect() };
    match &node.kind {
        Kind::Bool(b) => json!(b),
        Kind::Number(n) => json!(n),
        Kind::Text(t) => json!(t),
        Kind::Instant(Instant::Date(date)) => json!({"date": date.to_string()}),
        Kind::Instant(Instant::Time(time)) => json!({"timestamp": time.to_string()}),
        Kind::Interval(ends) => json!({"interval": ends.iter().map(end).collect::<Vec<_>>()}),
        Kind::Open => json!(".."),
        Kind::Geometry(geometry) => {
            let mut text = Vec::new();
            geometry_or_null(&mut text, Some(geometry));
            serde_json::from_slice(&text).unwrap()
        }
        Kind::Box(bounds) => json!({"bbox": bounds.to_numbers()}),
        Kind::Property(name) => json!({"property": name}),
        Kind::Array(items) => json!(all(items)),
        Kind::Call(op, args) => json!({"op": op.name(), "args": all(args)}),
    }
}

/// An end of an interval. If it is not a property, it is a text.
fn end(node: &Node) -> Value {
    match &node.kind {
        Kind::Instant(Instant::Date(date)) => json!(date.to_string()),
        Kind::Instant(Instant::Time(time)) => json!(time.to_string()),
        _ => json(node),
    }
}

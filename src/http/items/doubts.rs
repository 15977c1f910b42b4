//! What is odd about a feature that was written, and no reason to refuse it: the answer says it in a
//! member `warnings` beside the properties.

use geo_types::Coord;
use serde_json::{Value, json};

use crate::index::{Collections, Entry};
use crate::ingest::{far_on_map, why_far, why_far_zh};

/// What is odd about a feature of the map.
pub fn of(map: &Collections, entry: &Entry) -> Vec<Value> {
    let Some(bounds) = entry.bounds() else {
        return Vec::new();
    };
    let [west, south, east, north] = bounds.to_numbers();
    let at = Coord {
        x: f64::midpoint(west, east),
        y: f64::midpoint(south, north),
    };
    let Some(swapped) = far_on_map(map, at, entry.id().as_str()) else {
        return Vec::new();
    };
    vec![json!({
        "field": "geometry",
        "warning": format!("The feature {}.", why_far(at, swapped)),
        "warning_zh": format!("该要素{}。", why_far_zh(swapped)),
    })]
}

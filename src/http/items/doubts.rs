//! What is odd about a feature that was written, and no reason to refuse it: the answer says it in a
//! member `warnings` beside the properties.

use geo_types::Coord;
use serde_json::{Value, json};

use crate::index::{Collections, Entry};
use crate::ingest::why_far;
use crate::spatial::bounds::Bounds;

/// With fewer features nobody can say where the map is.
const FEW: usize = 10;
/// So many neighbours make a place near, however large the map is.
const ENOUGH: usize = 100;

/// What is odd about a feature of the map.
pub(super) fn of(map: &Collections, entry: &Entry) -> Vec<Value> {
    let Some(bounds) = entry.bounds() else {
        return Vec::new();
    };
    let all: usize = map.iter().map(|(_, c)| c.len()).sum();
    let total = all.saturating_sub(1);
    if total < FEW {
        return Vec::new();
    }
    let [west, south, east, north] = bounds.to_numbers();
    let at = Coord {
        x: f64::midpoint(west, east),
        y: f64::midpoint(south, north),
    };
    let enough = (total / 100).clamp(1, ENOUGH);
    let is_near = |at: Coord<f64>| {
        // About 100 km, as `onemap import` has it.
        let around = Bounds::new(
            (at.x - 1.0).max(-180.0),
            (at.y - 1.0).max(-90.0),
            (at.x + 1.0).min(180.0),
            (at.y + 1.0).min(90.0),
        );
        let mut count = 0;
        for (_, collection) in map.iter() {
            count += collection.count_about(&around, entry.id().as_str(), enough - count);
            if count >= enough {
                return true;
            }
        }
        false
    };
    if is_near(at) {
        return Vec::new();
    }
    let swapped = at.x.abs() <= 90.0 && is_near(Coord { x: at.y, y: at.x });
    vec![json!({
        "field": "geometry",
        "warning": format!("The feature {}.", why_far(at, swapped)),
        "warning_zh": if swapped {
            "该要素远离地图上的其他要素：经度和纬度似乎颠倒了。"
        } else {
            "该要素远离地图上的其他要素：请核对位置和坐标系。"
        },
    })]
}

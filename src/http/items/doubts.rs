//! Suspicious points about a written feature that are not a reason to refuse it. The answer lists them in the
//! member `warnings`, with the axis names of the coordinate system of the request.

use geo_types::Coord;
use serde_json::{Value, json};

use crate::index::{Collections, Entry};
use crate::ingest::{far_on_map_in, why_far};
use crate::model::Localized;
use crate::spatial::crs::Crs;

/// The coordinate system in which a geometry was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// The coordinate system.
    pub crs: Crs,
    /// Whether latitude or northing came first.
    pub lat_first: bool,
}

impl Default for Sent {
    fn default() -> Self {
        Self {
            crs: Crs::Crs84,
            lat_first: false,
        }
    }
}

impl Sent {
    /// The probable reason why a feature lies far from everything else.
    fn why_far(self, at: Coord<f64>, swapped: bool) -> Localized {
        let crs = self.crs;
        if self == Self::default() || (at.x.abs() < 0.01 && at.y.abs() < 0.01) {
            return why_far(at, swapped);
        }
        const FAR: &str = "lies far from everything else";
        const FAR_ZH: &str = "远离地图上的其他要素";
        if !swapped {
            return Localized::new(
                format!("{FAR_ZH}：请核对位置，以及坐标是否确为 {crs} 坐标"),
                format!("{FAR}: check its position, and whether its coordinates are in {crs}"),
            );
        }
        let east = match crs.is_degrees() {
            true => ("longitude", "经度"),
            false => ("easting", "东坐标"),
        };
        let north = match crs.is_degrees() {
            true => ("latitude", "纬度"),
            false => ("northing", "北坐标"),
        };
        let (first, second) = match self.lat_first {
            true => (north, east),
            false => (east, north),
        };
        Localized::new(
            format!(
                "{FAR_ZH}：{}和{}似乎颠倒了，{crs} 应先写{}，后写{}",
                first.1, second.1, first.1, second.1
            ),
            format!(
                "{FAR}: {} and {} look swapped; expected {} first for {crs}",
                first.0, second.0, first.0
            ),
        )
    }
}

/// The warnings about a written feature. `sent` is the coordinate system of its geometry in the request.
pub fn of(map: &Collections, entry: &Entry, sent: Sent) -> Vec<Value> {
    let Some(bounds) = entry.bounds() else {
        return Vec::new();
    };
    let [west, south, east, north] = bounds.to_numbers();
    let at = Coord {
        x: f64::midpoint(west, east),
        y: f64::midpoint(south, north),
    };
    let Some(swapped) = far_on_map_in(map, at, sent.crs, entry.id().as_str()) else {
        return Vec::new();
    };
    let Localized { zh, en } = sent.why_far(at, swapped);
    vec![json!({
        "field": "geometry",
        "warning": format!("The feature {en}."),
        "warning_zh": format!("该要素{zh}。"),
    })]
}

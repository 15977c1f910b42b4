//! Attribution: the licence of OpenStreetMap requires a credit wherever its data is shown.

use serde_json::json;

use super::Format;
use crate::model::{Body, Change, CollectionId, FeatureId, Properties};

/// The change that adds the credit for files of these formats to the map's sources; `None` if they require no credit.
pub(super) fn source_of(formats: &[Format]) -> Option<Change> {
    let is_osm = |format: &Format| matches!(format, Format::OsmPbf | Format::OsmXml);
    if !formats.iter().any(is_osm) {
        return None;
    }
    let row = json!({
        "name": "OpenStreetMap",
        "attribution": "© OpenStreetMap contributors",
        "licence": "ODbL-1.0",
        "url": "https://www.openstreetmap.org/copyright",
    });
    let properties = Properties::parse(&row.to_string()).ok()?;
    Some(Change {
        collection: CollectionId::sources(),
        id: FeatureId::new("openstreetmap").ok()?,
        body: Some(Body {
            geometry: None,
            properties,
        }),
    })
}

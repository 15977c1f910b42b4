//! Writes features as GeoJSON files, one per collection, each marked as synthetic.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use geo_types::{Coord, Geometry, LineString, Polygon};
use jiff::Timestamp;
use serde_json::json;

use crate::model::{Body, Change};

/// Writes features of the demo as `<collection>.geojson` into a folder, which is created if it is
/// missing. The same features give the same bytes.
///
/// # Errors
/// If the folder or a file cannot be written.
pub fn write_dir(features: Vec<Change>, as_of: Timestamp, dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for (collection, features) in by_collection(features) {
        let mut file = BufWriter::new(fs::File::create(dir.join(format!("{collection}.geojson")))?);
        write_collection(&mut file, &collection, as_of, &features)?;
        file.flush()?;
    }
    Ok(())
}

/// Groups changes by collection.
pub fn by_collection(changes: Vec<Change>) -> BTreeMap<String, Vec<Change>> {
    let mut out: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for change in changes {
        out.entry(change.collection.to_string())
            .or_default()
            .push(change);
    }
    out
}

fn write_collection(
    out: &mut impl Write,
    collection: &str,
    as_of: Timestamp,
    features: &[Change],
) -> io::Result<()> {
    let metadata = json!({
        "synthetic": true,
        "collection": collection,
        "title": "果园新村街道（演示数据）",
        "title_en": "Guoyuan Xincun Street (demo data)",
        "generator": "onemap demo",
        "as_of": as_of.to_string(),
        "note": {
            "zh": "合成数据：除街道和12个社区的名称、编码及大致位置外，均为虚构，与真实的楼栋、单位和事件无关。",
            "en": "Synthetic: apart from the names, codes and rough place of the street and its 12 \
                   communities everything is invented and has nothing to do with real buildings, \
                   organisations or events.",
        },
    });
    writeln!(
        out,
        "{{\"type\":\"FeatureCollection\",\"metadata\":{metadata},\"features\":["
    )?;
    let mut first = true;
    for change in features {
        let Some(body) = &change.body else {
            continue;
        };
        if !first {
            writeln!(out, ",")?;
        }
        first = false;
        write!(
            out,
            "{{\"type\":\"Feature\",\"id\":{},",
            json!(change.id.as_str())
        )?;
        write_body(out, body)?;
        write!(out, "}}")?;
    }
    writeln!(out, "\n]}}")
}

/// Writes `"geometry":…,"properties":…`.
fn write_body(out: &mut impl Write, body: &Body) -> io::Result<()> {
    write!(out, "\"geometry\":")?;
    match &body.geometry {
        Some(Geometry::Point(p)) => {
            write!(out, "{{\"type\":\"Point\",\"coordinates\":")?;
            position(out, p.0)?;
            write!(out, "}}")?;
        }
        Some(Geometry::LineString(l)) => {
            write!(out, "{{\"type\":\"LineString\",\"coordinates\":")?;
            positions(out, l)?;
            write!(out, "}}")?;
        }
        Some(Geometry::Polygon(p)) => {
            write!(out, "{{\"type\":\"Polygon\",\"coordinates\":")?;
            rings(out, p)?;
            write!(out, "}}")?;
        }
        // The generator produces no other geometry types.
        _ => write!(out, "null")?,
    }
    write!(out, ",\"properties\":{}", body.properties.as_str())
}

fn rings(out: &mut impl Write, polygon: &Polygon<f64>) -> io::Result<()> {
    write!(out, "[")?;
    positions(out, polygon.exterior())?;
    for hole in polygon.interiors() {
        write!(out, ",")?;
        positions(out, hole)?;
    }
    write!(out, "]")
}

fn positions(out: &mut impl Write, line: &LineString<f64>) -> io::Result<()> {
    write!(out, "[")?;
    for (i, c) in line.0.iter().enumerate() {
        if i > 0 {
            write!(out, ",")?;
        }
        position(out, *c)?;
    }
    write!(out, "]")
}

fn position(out: &mut impl Write, c: Coord<f64>) -> io::Result<()> {
    write!(out, "[{},{}]", c.x, c.y)
}

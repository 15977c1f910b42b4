//! GeoJSON export. Each feature has its id and its collection, so that it can be imported from a
//! file with any name. Values that change with every write (commit number, time) are left out, so
//! that the same features give the same lines.

use std::io::{self, Write};

use geo_types::Geometry;
use serde_json::{Value, json};

use super::{ExportError, Features, Options};
use crate::codec::geojson::write::{geometry_or_null, text};
use crate::model::CollectionId;
use crate::spatial::crs::Crs;

pub(super) struct Json<W> {
    out: W,
    collection: CollectionId,
    /// The member `crs` of each line; a FeatureCollection has it once.
    crs: Option<Value>,
    is_collection: bool,
    is_first: bool,
    buffer: Vec<u8>,
}

impl<W: Write> Json<W> {
    /// Starts a FeatureCollection.
    pub fn collection(mut out: W, options: &Options) -> io::Result<Self> {
        let mut head = b"{\"type\":\"FeatureCollection\",\"name\":".to_vec();
        text(&mut head, options.collection.as_str());
        if let Some(crs) = member(options.crs) {
            head.extend_from_slice(format!(",\"crs\":{crs}").as_bytes());
        }
        head.extend_from_slice(b",\"features\":[");
        out.write_all(&head)?;
        Ok(Self {
            is_collection: true,
            crs: None,
            ..Self::lines(out, options)
        })
    }

    /// Begins a file with one Feature per line.
    pub fn lines(out: W, options: &Options) -> Self {
        Self {
            out,
            collection: options.collection.clone(),
            crs: member(options.crs),
            is_collection: false,
            is_first: true,
            buffer: Vec::new(),
        }
    }
}

impl<W: Write> Features for Json<W> {
    fn put(
        &mut self,
        id: &str,
        geometry: Option<&Geometry<f64>>,
        properties: &str,
    ) -> Result<(), ExportError> {
        let buffer = &mut self.buffer;
        buffer.clear();
        if self.is_collection {
            buffer.extend_from_slice(if self.is_first { &b"\n"[..] } else { b",\n" });
        }
        self.is_first = false;
        buffer.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
        text(buffer, id);
        buffer.extend_from_slice(b",\"collection\":");
        text(buffer, self.collection.as_str());
        if let Some(crs) = &self.crs {
            buffer.extend_from_slice(format!(",\"crs\":{crs}").as_bytes());
        }
        buffer.extend_from_slice(b",\"geometry\":");
        geometry_or_null(buffer, geometry);
        buffer.extend_from_slice(b",\"properties\":");
        buffer.extend_from_slice(properties.as_bytes());
        buffer.push(b'}');
        if !self.is_collection {
            buffer.push(b'\n');
        }
        self.out.write_all(buffer)?;
        Ok(())
    }

    fn end(&mut self) -> Result<(), ExportError> {
        if self.is_collection {
            self.out.write_all(b"\n]}\n")?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// The member `crs` of GeoJSON 2008, for coordinate systems other than that of RFC 7946.
fn member(crs: Crs) -> Option<Value> {
    let name = match (crs, crs.epsg()) {
        (Crs::Crs84 | Crs::Epsg4326, _) => return None,
        (_, Some(code)) => format!("urn:ogc:def:crs:EPSG::{code}"),
        (other, None) => other.to_string(),
    };
    Some(json!({"type": "name", "properties": {"name": name}}))
}

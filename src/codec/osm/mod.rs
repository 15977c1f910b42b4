//! OpenStreetMap extracts (PBF, XML) to features of the map's collections.
//!
//! | file | subject |
//! | --- | --- |
//! | `elements` | nodes, ways and relations, whatever the format |
//! | `pbf` | the binary format |
//! | `xml` | OSM XML, as JOSM and Overpass write it |
//! | `extract` | three passes over a file, so that only what is needed stays in memory |
//! | `positions` | where nodes are |
//! | `shape` | the geometry that a rule asks for |
//! | `tags` | the tags of an element, and numbers, speeds and conditions in them |
//! | `mapping` | which element becomes what: the rules of every collection |
//! | `turns` | turn restrictions, between routes |
//! | `area` | closed ways and multipolygon relations to polygons |
//!
//! A feature's id is the element's kind and number: `n1`, `w1`, `r1`. An element that a rule takes but
//! that makes no feature is handed out as [`Dropped`], with the reason; elements that no rule takes
//! are not mentioned. `building=no` is handed out as dropped too, so that whoever compares counts
//! finds every `building=*` either on the map or named.

mod area;
mod elements;
mod extract;
mod mapping;
mod pbf;
mod positions;
mod shape;
mod tags;
mod turns;
mod xml;

pub use elements::OsmError;
pub use mapping::{COLLECTIONS, POCKET_PARK_LIMIT_M2};

use std::io::{Read, Seek};

use crate::model::Feature;

/// Reads a PBF file; see [`read_xml`].
///
/// # Errors
/// As of [`read_xml`].
pub fn read_pbf<E: From<OsmError>>(
    file: impl Read + Seek,
    progress: &mut dyn FnMut(f64),
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    extract::read(&mut pbf::PbfFile::new(file)?, progress, sink)
}

/// Reads an OSM XML file and hands out features and dropped elements: nodes, then ways, then relations, each
/// in the file's order. `progress` gets the share done, 0 to 1.
///
/// # Errors
/// When the file cannot be read to its end; what was handed out before is not to be used then. An error
/// of `sink` ends the reading and is handed back.
pub fn read_xml<E: From<OsmError>>(
    file: impl Read + Seek,
    progress: &mut dyn FnMut(f64),
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    extract::read(&mut xml::XmlFile::new(file)?, progress, sink)
}

/// What comes out of an extract.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A feature of a collection. Its properties fit the default schemas; its shape is checked only
    /// where it is an area.
    Feature {
        /// The collection's name.
        collection: &'static str,
        /// The feature.
        feature: Feature,
    },
    /// An element that should have become a feature.
    Dropped(Dropped),
}

/// An element that a rule took but that makes no feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The collection it would have stood in.
    pub collection: &'static str,
    /// The element, as `w123`.
    pub id: String,
    /// What is wrong with it: `geometry` or `tags`.
    pub field: &'static str,
    /// Why the element is left out.
    pub problem: String,
}

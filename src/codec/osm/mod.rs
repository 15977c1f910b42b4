//! Converts OpenStreetMap extracts (PBF, XML) to features of the map's collections.
//!
//! | file | subject |
//! | --- | --- |
//! | `elements` | nodes, ways and relations, whatever the format |
//! | `pbf` | the binary format |
//! | `xml` | OSM XML, as JOSM and Overpass write it |
//! | `extract` | three passes over a file, so that only what is needed stays in memory |
//! | `positions` | the positions of nodes |
//! | `shape` | the geometry that a rule asks for |
//! | `tags` | the tags of an element, and numbers, speeds and conditions in them |
//! | `mapping` | the rules by which elements become features, by collection |
//! | `turns` | turn restrictions, between routes |
//! | `area` | the polygons of closed ways and multipolygon relations |
//!
//! A feature's id is the kind and number of its element: `n1`, `w1`, `r1`. If a rule applies to an
//! element but no feature can be built, the element is reported as [`Dropped`] with the reason;
//! elements without a rule are not reported. `building=no` is reported as dropped too, so that
//! every `building=*` of the file is either on the map or reported.

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

use crate::model::{Feature, Localized};

/// Reads a PBF file in the same way as [`read_xml`].
///
/// # Errors
/// The same as those of [`read_xml`].
pub fn read_pbf<E: From<OsmError>>(
    file: impl Read + Seek,
    progress: &mut dyn FnMut(f64),
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    extract::read(&mut pbf::PbfFile::new(file)?, progress, sink)
}

/// Reads an OSM XML file and passes features and dropped elements to `sink`: nodes, then ways, then
/// relations, each in the order of the file, and turn restrictions last. `progress` gets the
/// fraction done, from 0 to 1.
///
/// # Errors
/// If the file cannot be read to its end; what `sink` received must not be used then. An error of
/// `sink` ends the reading and is returned.
pub fn read_xml<E: From<OsmError>>(
    file: impl Read + Seek,
    progress: &mut dyn FnMut(f64),
    sink: &mut dyn FnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    extract::read(&mut xml::XmlFile::new(file)?, progress, sink)
}

/// What reading an extract yields.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A feature of a collection. Its properties fit the built-in schemas. Of the geometries, only
    /// areas have been checked.
    Feature {
        /// The collection's name.
        collection: &'static str,
        /// The feature.
        feature: Feature,
    },
    /// An element that could not become a feature.
    Dropped(Dropped),
}

/// An element to which a rule applied but from which no feature could be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The collection to which the rule belongs.
    pub collection: &'static str,
    /// The id of the element, for example `w123`.
    pub id: String,
    /// The part of the element that is wrong: `geometry` or `tags`.
    pub field: &'static str,
    /// Why no feature could be built.
    pub problem: Localized,
}

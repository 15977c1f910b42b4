//! OpenStreetMap extracts (PBF) to features of the map's collections.
//!
//! | file | subject |
//! | --- | --- |
//! | `pbf` | the file: three passes, so that only what is needed stays in memory |
//! | `tags` | the tags of an element, and numbers, speeds and conditions in them |
//! | `mapping` | which element becomes what: the rules of every collection |
//! | `area` | closed ways and multipolygon relations to polygons |
//!
//! A feature's id is the element's kind and number: `n1`, `w1`, `r1`. An element that a rule takes but
//! that makes no feature is handed out as [`Dropped`], with the reason; elements that no rule takes
//! are not mentioned. `building=no` is handed out as dropped too, so that whoever compares counts
//! finds every `building=*` either on the map or named.

mod area;
mod mapping;
mod pbf;
mod tags;

pub use mapping::{COLLECTIONS, POCKET_PARK_LIMIT_M2};
pub use pbf::{OsmError, read};

use crate::model::Feature;

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
    /// Why.
    pub problem: String,
}

//! Which OpenStreetMap element becomes what, one rule a collection. An element may become several
//! features: a street is a `road` of the base map and a `route` of the network.

mod access;
mod built;
mod places;
mod turns;
mod ways;

use serde_json::{Map, Value};

pub use turns::{Restriction, restriction};

use super::tags::Tags;
use crate::model::names::collection::{
    BARRIERS, BOUNDARIES, BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES, FIRST_AID_STATIONS, GREEN,
    POCKET_PARKS, ROADS, ROUTES, TURNS, WATER,
};
use crate::model::names::property;

/// The collections that an extract can fill.
pub const COLLECTIONS: [&str; 13] = [
    BARRIERS,
    BOUNDARIES,
    BUILDINGS,
    COMPOUNDS,
    ENTRANCES,
    FACILITIES,
    FIRST_AID_STATIONS,
    GREEN,
    POCKET_PARKS,
    ROADS,
    ROUTES,
    TURNS,
    WATER,
];

/// Parks and gardens below this area are pocket parks (口袋公园), larger ones are `green`.
pub const POCKET_PARK_LIMIT_M2: f64 = 10_000.0;

/// What kind of element carries the tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// A node with tags of its own.
    Node,
    /// A way that does not end where it begins.
    OpenWay,
    /// A way that ends where it begins.
    ClosedWay,
    /// A relation of type multipolygon or boundary.
    AreaRelation,
}

/// What is built out of the element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The node, the middle of the line, or a point inside the area.
    Point,
    /// The way; the rings of an area.
    Line,
    /// A polygon.
    Area,
}

/// A feature to be: everything but its geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The collection; a small `green` park moves to `pocket_parks` when its area is known.
    pub collection: &'static str,
    /// Its geometry.
    pub shape: Shape,
    /// Whether the line runs against the way's direction.
    pub reversed: bool,
    /// Its properties.
    pub properties: Map<String, Value>,
}

/// What a rule makes of an element.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The element becomes this feature.
    Draft(Draft),
    /// The element is left out, for this reason.
    Drop {
        /// The collection it would have stood in.
        collection: &'static str,
        /// Why the element is left out.
        problem: String,
    },
}

/// Applies every rule.
pub fn outcomes(tags: &Tags, element: Element) -> Vec<Outcome> {
    // Most nodes are only corners of something.
    if tags.is_empty() {
        return Vec::new();
    }
    let rules = [
        built::building,
        built::compound,
        built::barrier,
        ways::entrance,
        ways::route,
        places::first_aid,
        places::park_or_green,
        places::facility,
        ways::road,
        places::water,
        places::boundary,
    ];
    rules
        .iter()
        .filter_map(|rule| rule(tags, element))
        .collect()
}

/// Whether the element becomes a feature of a collection.
pub fn is_in(collection: &str, tags: &Tags, element: Element) -> bool {
    let outcomes = outcomes(tags, element);
    let mut drafts = outcomes.iter();
    drafts.any(|o| matches!(o, Outcome::Draft(draft) if draft.collection == collection))
}

/// Collects properties and leaves out what is not known.
struct Properties(Map<String, Value>);

impl Properties {
    fn of(tags: &Tags) -> Self {
        let mut p = Self(Map::new());
        p.set(property::NAME, tags.name());
        if tags.get("name:en") != tags.name() {
            p.set("name_en", tags.get("name:en"));
        }
        p
    }

    fn set(&mut self, key: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value.into());
        }
        self
    }

    fn draft(self, collection: &'static str, shape: Shape) -> Option<Outcome> {
        Some(Outcome::Draft(Draft {
            collection,
            shape,
            reversed: false,
            properties: self.0,
        }))
    }
}

fn is_area(element: Element) -> bool {
    matches!(element, Element::ClosedWay | Element::AreaRelation)
}

#[cfg(test)]
mod tests;

//! Decides which OpenStreetMap elements become features, with one rule per collection. An element
//! may become several features: a street is a `road` of the base map and a `route` of the network.

mod access;
mod built;
mod places;
mod turns;
mod ways;

use serde_json::{Map, Value};

pub use turns::{Restriction, restriction};

use super::tags::Tags;
use crate::model::Localized;
use crate::model::names::collection::{
    BARRIERS, BOUNDARIES, BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES, FIRST_AID_STATIONS, GREEN,
    POCKET_PARKS, ROADS, ROUTES, TURNS, WATER,
};
use crate::model::names::property;

/// The collections that an import of an extract can fill.
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

/// The kinds of elements that the rules distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// A node with tags.
    Node,
    /// A way that does not end at its first node.
    OpenWay,
    /// A way that ends at its first node.
    ClosedWay,
    /// A relation of type multipolygon or boundary.
    AreaRelation,
}

/// The geometry that a rule requests for an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A point: the node, the middle of the line, or a point inside the area.
    Point,
    /// A line: the way, or the rings of the area.
    Line,
    /// A polygon.
    Area,
}

/// A future feature without its geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The collection. A park or garden is `green` here; once its area is computed and it is below
    /// [`POCKET_PARK_LIMIT_M2`], it becomes one of `pocket_parks`.
    pub collection: &'static str,
    /// The geometry to build.
    pub shape: Shape,
    /// Whether the line is reversed against the direction of the way.
    pub reversed: bool,
    /// The properties of the feature.
    pub properties: Map<String, Value>,
}

/// The result of applying a rule to an element.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The element becomes this feature.
    Draft(Draft),
    /// The element is not imported.
    Drop {
        /// The collection to which the rule belongs.
        collection: &'static str,
        /// Why the element is not imported.
        problem: Localized,
    },
}

/// Applies all rules to an element.
pub fn outcomes(tags: &Tags, element: Element) -> Vec<Outcome> {
    // Most nodes have no tags and are only corners of ways.
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

/// Collects properties and omits unknown values.
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

//! Links features to each other by geometry: a door to its building, a gate to its compound, a building to its
//! compound and grid; a person in charge to the grid, compound or building by its name. A link in the data is never changed. A feature that cannot be linked is imported anyway and
//! listed in the report.

use std::collections::BTreeMap;

use geo::coordinate_position::{CoordPos, CoordinatePosition};
use geo::{Area, BoundingRect, InteriorPoint};
use geo_types::{Coord, Geometry, LineString};
use rstar::{AABB, RTree, RTreeObject};
use serde_json::{Map, Value};

use super::named::{self, Names};
use crate::model::names::collection::{
    BUILDINGS, COMPOUNDS, DUTIES, ENTRANCES, FACILITIES, FIRST_AID_STATIONS, GRIDS, POCKET_PARKS,
    PROJECTS, WARNINGS,
};
use crate::model::names::property;
use crate::model::{Body, CollectionId, FeatureId, Localized, Properties, PropertiesError, both};
use crate::spatial::metres;

/// The greatest distance between a door and the outline of its building, in metres.
pub const DOOR_REACH_M: f64 = 3.0;
/// The greatest distance between a gate and the boundary of its compound, in metres.
pub const GATE_REACH_M: f64 = 5.0;

/// How the target of a link is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// The nearest outline within [`DOOR_REACH_M`]; a point inside the outline counts too.
    Outline,
    /// The nearest boundary within [`GATE_REACH_M`].
    Boundary,
    /// The smallest area that contains the feature.
    Within,
}

/// A rule that links features of one collection to features of another.
#[derive(Debug)]
struct Rule {
    collection: &'static str,
    property: &'static str,
    target: &'static str,
    /// If set, features are linked only to targets of this kind or without a kind.
    target_kind: Option<&'static str>,
    how: How,
    /// The kinds of features that the rule links; empty for all.
    kinds: &'static [&'static str],
    /// Whether a missing link is reported. For example, a shop need not stand in a compound.
    expected: bool,
}

const fn rule(
    collection: &'static str,
    property: &'static str,
    target: &'static str,
    how: How,
    expected: bool,
) -> Rule {
    Rule {
        collection,
        property,
        target,
        target_kind: None,
        how,
        kinds: &[],
        expected,
    }
}

const fn to_grid(collection: &'static str) -> Rule {
    Rule {
        target_kind: Some("grid"),
        ..rule(collection, property::GRID, GRIDS, How::Within, true)
    }
}

const RULES: [Rule; 12] = [
    Rule {
        kinds: &["unit_door", "service", "garage"],
        ..rule(ENTRANCES, property::BUILDING, BUILDINGS, How::Outline, true)
    },
    Rule {
        kinds: &["gate"],
        ..rule(
            ENTRANCES,
            property::COMPOUND,
            COMPOUNDS,
            How::Boundary,
            true,
        )
    },
    Rule {
        kinds: &["unit_door", "service", "garage"],
        ..rule(ENTRANCES, property::COMPOUND, COMPOUNDS, How::Within, false)
    },
    rule(BUILDINGS, property::COMPOUND, COMPOUNDS, How::Within, false),
    to_grid(BUILDINGS),
    Rule {
        target_kind: Some("community"),
        ..rule(COMPOUNDS, property::COMMUNITY, GRIDS, How::Within, false)
    },
    to_grid(WARNINGS),
    to_grid(POCKET_PARKS),
    to_grid(FACILITIES),
    to_grid(FIRST_AID_STATIONS),
    to_grid(PROJECTS),
    rule(
        FACILITIES,
        property::COMPOUND,
        COMPOUNDS,
        How::Within,
        false,
    ),
];

/// Whether features of the collection may have to be linked.
pub fn has_rules(collection: &CollectionId) -> bool {
    collection.as_str() == DUTIES || RULES.iter().any(|r| r.collection == collection.as_str())
}

/// Whether features can be linked to those of the collection.
pub fn is_target(collection: &CollectionId) -> bool {
    RULES.iter().any(|r| r.target == collection.as_str())
}

/// The collections to which a feature with these properties should be linked.
pub fn wanted<'a>(
    collection: &'a CollectionId,
    properties: &'a Map<String, Value>,
) -> impl Iterator<Item = &'static str> + 'a {
    let by_name = named_scope(collection, properties).map_or(&[][..], |_| &named::COLLECTIONS);
    let rules = open_rules(collection, properties).map(|r| r.target);
    rules.chain(by_name.iter().copied())
}

/// The text that names what a person is in charge of: an id or a name.
fn named_scope<'a>(
    collection: &CollectionId,
    properties: &'a Map<String, Value>,
) -> Option<&'a str> {
    let scope = properties.get(property::SCOPE).and_then(Value::as_str);
    scope.filter(|_| collection.as_str() == DUTIES)
}

fn open_rules<'a>(
    collection: &'a CollectionId,
    properties: &'a Map<String, Value>,
) -> impl Iterator<Item = &'static Rule> + 'a {
    let kind = properties.get(property::KIND).and_then(Value::as_str);
    RULES.iter().filter(move |r| {
        r.collection == collection.as_str()
            && properties.get(r.property).is_none_or(Value::is_null)
            && (r.kinds.is_empty() || kind.is_some_and(|k| r.kinds.contains(&k)))
    })
}

/// A link that was looked for and not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The property that stays empty.
    pub property: &'static str,
    /// Why no link was found.
    pub problem: Localized,
}

/// The features to which others can be linked.
#[derive(Default)]
pub struct Targets {
    names: Names,
    loose: BTreeMap<&'static str, Vec<Target>>,
    trees: BTreeMap<&'static str, RTree<Target>>,
}

struct Target {
    id: FeatureId,
    kind: Option<Box<str>>,
    geometry: Geometry<f64>,
    bounds: AABB<[f64; 2]>,
}

impl RTreeObject for Target {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.bounds
    }
}

impl Targets {
    /// Adds a feature, if others can be linked to it.
    pub fn add(&mut self, collection: &CollectionId, id: &FeatureId, body: &Body) {
        self.names.add(collection, id, body);
        let Some(name) = RULES
            .iter()
            .map(|r| r.target)
            .find(|t| *t == collection.as_str())
        else {
            return;
        };
        let Some(geometry @ (Geometry::Polygon(_) | Geometry::MultiPolygon(_))) = &body.geometry
        else {
            return;
        };
        let Some(rect) = geometry.bounding_rect() else {
            return;
        };
        // Rules select targets by kind only among grids.
        let kind = (name == GRIDS)
            .then(|| body.properties.to_map())
            .and_then(|p| p.get(property::KIND).and_then(Value::as_str).map(Box::from));
        self.loose.entry(name).or_default().push(Target {
            id: id.clone(),
            kind,
            geometry: geometry.clone(),
            bounds: AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]),
        });
    }

    /// Builds the index. Call once, after all features are added.
    pub fn index(&mut self) {
        self.names.index();
        self.trees = std::mem::take(&mut self.loose)
            .into_iter()
            .map(|(name, targets)| (name, RTree::bulk_load(targets)))
            .collect();
    }

    /// Whether the collection has no feature to link to.
    pub fn none_of(&self, target: &str) -> bool {
        self.trees.get(target).is_none_or(|t| t.size() == 0)
    }

    /// Sets the missing links of a feature; returns the expected links that were not found.
    pub fn link(
        &self,
        collection: &CollectionId,
        body: &mut Body,
    ) -> Result<Vec<Missing>, PropertiesError> {
        let mut properties = body.properties.to_map();
        if let Some(text) = named_scope(collection, &properties) {
            return match self.names.find(text) {
                Ok(id) => {
                    properties.insert(property::SCOPE.into(), Value::String(id.to_string()));
                    body.properties = Properties::from_map(properties)?;
                    Ok(Vec::new())
                }
                Err(error) => Ok(vec![Missing {
                    property: property::SCOPE,
                    problem: error.problem(text),
                }]),
            };
        }
        let Some(place) = body.geometry.as_ref().and_then(representative) else {
            return Ok(Vec::new());
        };
        let (mut missing, mut changed) = (Vec::new(), false);
        let open: Vec<&Rule> = open_rules(collection, &properties).collect();
        for rule in open {
            // A collection without any feature is reported once, not for every feature.
            if self.none_of(rule.target) {
                continue;
            }
            match self.find(rule, place) {
                Some(id) => {
                    properties.insert(rule.property.into(), Value::String(id.to_string()));
                    changed = true;
                }
                None if rule.expected => missing.push(Missing {
                    property: rule.property,
                    problem: Self::problem(rule),
                }),
                None => {}
            }
        }
        // A gate may belong to a building (a school) and a ramp to a compound (a garage): one of the links is enough.
        let is_set = |name| properties.get(name).is_some_and(|v: &Value| !v.is_null());
        let belongs = is_set(property::BUILDING) || is_set(property::COMPOUND);
        let needs_building = properties
            .get(property::KIND)
            .is_some_and(|k| k == "unit_door");
        if collection.as_str() == ENTRANCES && belongs && !needs_building {
            missing.clear();
        }
        if changed {
            body.properties = Properties::from_map(properties)?;
        }
        Ok(missing)
    }

    fn problem(rule: &Rule) -> Localized {
        let target = rule.target;
        match rule.how {
            How::Outline => both!(
                "{DOOR_REACH_M} 米内没有图层“{target}”中要素的轮廓",
                "no outline of {target} within {DOOR_REACH_M} m"
            ),
            How::Boundary => both!(
                "{GATE_REACH_M} 米内没有图层“{target}”中要素的边界",
                "no boundary of {target} within {GATE_REACH_M} m"
            ),
            How::Within => both!(
                "不在图层“{target}”的任何要素范围内",
                "no feature of {target} contains it"
            ),
        }
    }

    fn find(&self, rule: &Rule, place: Coord<f64>) -> Option<&FeatureId> {
        let tree = self.trees.get(rule.target)?;
        let (reach, from_inside) = match rule.how {
            How::Within => return self.containing(tree, rule, place),
            How::Outline => (DOOR_REACH_M, true),
            How::Boundary => (GATE_REACH_M, false),
        };
        let scale = metres::metres_per_degree(place.y);
        let (dx, dy) = (reach / scale.0.max(1e-9), reach / scale.1.max(1e-9));
        let around = AABB::from_corners([place.x - dx, place.y - dy], [place.x + dx, place.y + dy]);
        tree.locate_in_envelope_intersecting(around)
            .filter(|t| t.fits(rule))
            .filter_map(|t| {
                let metres = t.boundary_distance(place, scale);
                let at = metres <= reach || from_inside && t.contains(place);
                at.then_some((metres, t))
            })
            // Among equal distances take the smaller id, so that the same files give the same map.
            .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)))
            .map(|(_, t)| &t.id)
    }

    fn containing<'a>(
        &self,
        tree: &'a RTree<Target>,
        rule: &Rule,
        place: Coord<f64>,
    ) -> Option<&'a FeatureId> {
        tree.locate_in_envelope_intersecting(AABB::from_point([place.x, place.y]))
            .filter(|t| t.fits(rule) && t.contains(place))
            .map(|t| (t.geometry.unsigned_area(), t))
            .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)))
            .map(|(_, t)| &t.id)
    }
}

impl Target {
    fn fits(&self, rule: &Rule) -> bool {
        match (rule.target_kind, &self.kind) {
            (Some(wanted), Some(kind)) => wanted == &**kind,
            _ => true,
        }
    }

    fn contains(&self, place: Coord<f64>) -> bool {
        self.geometry.coordinate_position(&place) != CoordPos::Outside
    }

    /// Metres to the nearest ring, on a plane that touches the earth at the place.
    fn boundary_distance(&self, place: Coord<f64>, scale: (f64, f64)) -> f64 {
        let polygons = match &self.geometry {
            Geometry::Polygon(p) => std::slice::from_ref(p),
            Geometry::MultiPolygon(m) => m.0.as_slice(),
            _ => &[],
        };
        let plane = |c: Coord<f64>| ((c.x - place.x) * scale.0, (c.y - place.y) * scale.1);
        let ring = |ring: &LineString<f64>| {
            ring.0
                .windows(2)
                .map(|w| from_origin(plane(w[0]), plane(w[1])))
                .fold(f64::INFINITY, f64::min)
        };
        polygons
            .iter()
            .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
            .map(ring)
            .fold(f64::INFINITY, f64::min)
    }
}

/// The distance of a segment from the origin.
fn from_origin(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 {
        (-(a.0 * dx + a.1 * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (a.0 + along * dx).hypot(a.1 + along * dy)
}

/// A point that represents a geometry: the point itself, or a point inside.
fn representative(geometry: &Geometry<f64>) -> Option<Coord<f64>> {
    match geometry {
        Geometry::Point(p) => Some(p.0),
        other => other.interior_point().map(|p| p.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{Point, Rect};

    fn collection(name: &str) -> CollectionId {
        CollectionId::new(name).unwrap()
    }

    fn body(geometry: Geometry<f64>, properties: &str) -> Body {
        Body {
            geometry: Some(geometry),
            properties: Properties::parse(properties).unwrap(),
        }
    }

    /// A square of about `size` metres, `x` and `y` metres from a corner in Tianjin.
    fn square(x: f64, y: f64, size: f64) -> Geometry<f64> {
        Geometry::Polygon(Rect::new(at(x, y), at(x + size, y + size)).to_polygon())
    }

    fn at(x: f64, y: f64) -> Coord<f64> {
        let (mx, my) = metres::metres_per_degree(39.22);
        Coord {
            x: 117.13 + x / mx,
            y: 39.22 + y / my,
        }
    }

    fn targets() -> Targets {
        let mut targets = Targets::default();
        let mut add = |name: &str, id: &str, geometry, properties: &str| {
            targets.add(
                &collection(name),
                &FeatureId::new(id).unwrap(),
                &body(geometry, properties),
            );
        };
        add("compounds", "c", square(0., 0., 100.), "{}");
        add("buildings", "b1", square(10., 10., 20.), "{}");
        add("buildings", "b2", square(10., 34., 20.), "{}");
        add("grids", "g", square(0., 0., 500.), r#"{"kind":"grid"}"#);
        add(
            "grids",
            "s",
            square(0., 0., 400.),
            r#"{"kind":"community"}"#,
        );
        targets.index();
        targets
    }

    /// The properties after linking, and the properties that stayed empty.
    fn linked(
        name: &str,
        geometry: Geometry<f64>,
        properties: &str,
    ) -> (String, Vec<&'static str>) {
        let mut body = body(geometry, properties);
        let missing = targets().link(&collection(name), &mut body).unwrap();
        (
            body.properties.as_str().to_owned(),
            missing.into_iter().map(|m| m.property).collect(),
        )
    }

    fn point(x: f64, y: f64) -> Geometry<f64> {
        Geometry::Point(Point(at(x, y)))
    }

    #[test]
    fn a_door_finds_the_nearest_outline_within_reach() {
        let door = r#"{"kind":"unit_door"}"#;
        let (properties, missing) = linked("entrances", point(20., 31.), door);
        assert_eq!(
            properties,
            r#"{"building":"b1","compound":"c","kind":"unit_door"}"#
        );
        assert_eq!(missing, Vec::<&str>::new());
        let (_, missing) = linked("entrances", point(40., 20.), door);
        assert_eq!(missing, ["building"]);
        // A door drawn inside the outline belongs to it too.
        assert!(linked("entrances", point(20., 20.), door).0.contains("b1"));
    }

    #[test]
    fn a_gate_is_linked_at_the_boundary_and_not_in_the_middle() {
        let gate = r#"{"kind":"gate"}"#;
        assert!(
            linked("entrances", point(103., 50.), gate)
                .0
                .contains(r#""compound":"c""#)
        );
        assert_eq!(linked("entrances", point(50., 50.), gate).1, ["compound"]);
        let of_a_school = r#"{"building":"school","kind":"gate"}"#;
        assert_eq!(linked("entrances", point(50., 50.), of_a_school).1.len(), 0);
        assert_eq!(linked("entrances", point(106., 50.), gate).1, ["compound"]);
    }

    #[test]
    fn a_building_is_linked_to_its_compound_and_grid_and_keeps_existing_links() {
        let (properties, missing) = linked("buildings", square(10., 10., 20.), "{}");
        assert_eq!(
            (properties.as_str(), missing.len()),
            (r#"{"compound":"c","grid":"g"}"#, 0)
        );
        let (properties, _) = linked("buildings", square(10., 10., 20.), r#"{"grid":"mine"}"#);
        assert!(properties.contains(r#""grid":"mine""#));
        let (properties, missing) = linked("buildings", square(900., 0., 20.), "{}");
        assert_eq!((properties.as_str(), missing), ("{}", vec!["grid"]));
        assert!(
            linked("compounds", square(0., 0., 9.), "{}")
                .0
                .contains(r#""community":"s""#)
        );
    }
}
